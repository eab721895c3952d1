#pragma once

#include "ui/charts/usage_chart.h"
#include "ui/resources/object_actions.h"
#include "ui/resources/relations.h"
#include "ui/resources/scale_slider.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QSet>
#include <QTabWidget>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slipway::ui {

/// What the pane knows of the object it shows.
struct ObjectDetail {
    client::Result<api::Json> object;
    std::vector<api::Json> events;
};

/// The object under the cursor: overview (state, containers, conditions, data, labels, events), what it has to do with
/// others, its YAML, and what it uses. Follows changes its page tells about.
class DetailPane : public QFrame {
    Q_OBJECT
public:
    DetailPane(SessionPtr session, ObjectActions& actions, MetricsStore& metrics, QWidget* parent = nullptr);

    const ObjectRef& object() const { return object_; }
    ScaleSlider& scaleSlider() { return *scale_; }
    QTabWidget& tabs() { return *tabs_; }
    void showObject(const ObjectRef& object);
    /// Something of that uid has changed: fetches it anew soon.
    void refreshIf(const QString& uid);
    void showYaml() { tabs_->setCurrentIndex(yamlTab); }
    void showOverview() { tabs_->setCurrentIndex(0); }

signals:
    void closed();
    void editRequested(const slipway::ui::ObjectRef& object);
    void logsRequested(const slipway::ui::ObjectRef& object);
    void shellRequested(const slipway::ui::ObjectRef& object);
    void deleteRequested(const slipway::ui::ObjectRef& object);
    /// Somebody follows a link to another object.
    void jumpRequested(const slipway::ui::ObjectRef& object);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    static constexpr int relatedTab = 1, yamlTab = 2, usageTab = 3;
    QWidget* makeHeader();
    QWidget* makeOverview();
    void retranslate();
    void elideTitle();
    void fetch();
    void display(const ObjectDetail& detail);
    void fill();
    void followLink(const QUrl& link);
    void fetchRelations();
    void showRelations(const std::vector<Relation>& relations);
    void showUsage();
    bool hasUsage() const;

    SessionPtr session_;
    MetricsStore& metrics_;
    ObjectRef object_;
    api::JsonObject shown_;
    std::vector<api::Json> events_;
    QSet<QString> revealed_; ///< keys of a secret somebody asked to see
    QLabel *title_, *subtitle_, *kindIcon_, *scaleTitle_;
    QToolButton *logs_, *shell_, *edit_, *delete_, *close_;
    QTabWidget* tabs_;
    QTextBrowser* overview_;
    QTreeWidget* related_;
    QPlainTextEdit* yaml_;
    QWidget* usagePage_;
    UsageChart* usage_ = nullptr; ///< made when it is first looked at
    QWidget* scaleBox_;
    ScaleSlider* scale_;
    QTimer soon_;
    int request_ = 0; // counts the objects shown, whose answers are waited for
    int asked_ = 0, answered_ = 0;
};

/// The overview of an object as rich text: sections with their content. @p revealed are the keys of a secret that are
/// shown decoded. Pure but for the theme's colours.
QString overviewHtml(const KindView& kind, const api::JsonObject& object, const std::vector<api::Json>& events,
                     const QSet<QString>& revealed = {});

} // namespace slipway::ui
