#pragma once

#include "ui/resources/namespace_picker.h"
#include "ui/resources/object_ref.h"
#include "ui/resources/row_proxy.h"

#include <QLabel>
#include <QLineEdit>
#include <QSet>
#include <QStackedLayout>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QWidget>
#include <memory>

namespace slipway::ui {

class MetricsStore;

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
    /// Shows some namespaces; none: all.
    void setChosenNamespaces(const QStringList& chosen);
    const QStringList& chosenNamespaces() const { return chosen_; }
    /// The selected rows, the current one first; without a selection the current one.
    std::vector<Row> selectedRows() const;
    void select(const QString& uid);
    void reconnect();
    /// Fills the columns of CPU and memory from @p metrics, which must outlive this page.
    void showUsage(MetricsStore& metrics);

signals:
    void currentChanged(const slipway::ui::ObjectRef& object);
    void rowChanged(const QString& uid);
    void opened(const slipway::ui::ObjectRef& object);
    void scaleRequested(const slipway::ui::ObjectRef& object, int replicas);
    void menuRequested(const QPoint& globalPosition);
    void namespacesChosen(const QStringList& chosen);
    void selectionChanged();
    /// How many objects of the kind the whole cluster has, while that is what is shown and it is live.
    void counted(qint64 objects);
    /// How fresh what is shown is; @p since in seconds since the epoch while it is not.
    void freshnessChanged(slipway::client::Freshness state, qint64 since);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeHeader();
    void makeTable();
    void watch();
    void watchAnew();
    void retranslate();
    void noteFreshness();
    void mark();
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
    QStringList chosen_;
    QString fieldSelector_;
    MetricsStore* metrics_ = nullptr;
    ResourceModel* model_;
    RowProxy* proxy_;
    std::vector<std::unique_ptr<ReflectorAdapter>> watches_; ///< one, or one a namespace
    QTimer unwatch_, tick_, select_;
    QSet<QString> stale_;      ///< rows of an earlier watch that the present one has not named yet
    std::size_t unlisted_ = 0; ///< watches whose first list has not arrived
    bool listed_ = false, fitting_ = false, marking_ = false;
    qint64 lostSince_ = 0;
    client::Freshness freshness_ = client::Freshness::starting;
    QString freshnessMessage_;

    NamespacePicker* namespaces_ = nullptr;
    QLineEdit* filter_ = nullptr;
    QLabel *title_ = nullptr, *count_ = nullptr, *live_ = nullptr, *liveIcon_ = nullptr, *empty_ = nullptr,
           *emptyIcon_ = nullptr;
    QTableView* table_ = nullptr;
    QStackedLayout* stack_ = nullptr;
};

} // namespace slipway::ui
