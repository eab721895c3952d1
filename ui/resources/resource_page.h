#pragma once

#include "ui/resources/row_filter.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QWidget>
#include <memory>

namespace slipway::ui {

/// Names one object of the open cluster.
struct ObjectRef {
    const KindView* kind = nullptr;
    QString ns, name, uid;
    bool operator==(const ObjectRef&) const = default;
};

/// The live table of one kind: name space selector, filter, counts, freshness. It watches only while it is shown.
class ResourcePage : public QWidget {
    Q_OBJECT
public:
    ResourcePage(SessionPtr session, const KindView& kind, QWidget* parent = nullptr);

    const KindView& kind() const { return kind_; }
    ResourceModel& model() { return *model_; }
    QTableView& table() { return *table_; }
    QLineEdit& filterLine() { return *filter_; }
    /// All namespaces of the cluster, for the selector.
    void setNamespaces(const QStringList& names);
    /// Shows one namespace; empty: all.
    void setNamespace(const QString& ns);
    QString currentNamespace() const { return namespace_; }
    /// The selected rows, the current one first.
    std::vector<Row> selectedRows() const;
    void select(const QString& uid);
    void reconnect();

signals:
    void currentChanged(const slipway::ui::ObjectRef& object);
    void rowChanged(const QString& uid);
    void opened(const slipway::ui::ObjectRef& object);
    void scaleRequested(const slipway::ui::ObjectRef& object, int replicas);
    void menuRequested(const QPoint& globalPosition);
    void namespaceChosen(const QString& ns);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeHeader();
    void makeTable();
    void watch();
    void applyBatch(const RowBatch& batch);
    void showFreshness(client::Freshness state, const QString& message);
    void updateCounts();
    void fitColumns();
    bool isWanted(int column) const;
    void showColumnMenu(const QPoint& at);
    QString settingOf(const char* what, int column) const;
    void tick();
    ObjectRef objectAt(const QModelIndex& proxyIndex) const;

    SessionPtr session_;
    const KindView& kind_;
    QString namespace_;
    ResourceModel* model_;
    RowProxy* proxy_;
    std::unique_ptr<ReflectorAdapter> watch_;
    QTimer unwatch_, tick_;
    bool listed_ = false, fitting_ = false;
    qint64 lostSince_ = 0;
    client::Freshness freshness_ = client::Freshness::starting;
    QString freshnessMessage_;

    QComboBox* namespaces_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QLabel *count_ = nullptr, *live_ = nullptr, *liveIcon_ = nullptr, *empty_ = nullptr, *emptyIcon_ = nullptr;
    QTableView* table_ = nullptr;
    QStackedLayout* stack_ = nullptr;
};

} // namespace slipway::ui
