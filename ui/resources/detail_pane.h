#pragma once

#include "ui/resources/object_actions.h"
#include "ui/resources/scale_slider.h"

#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QTabWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace slipway::ui {

/// What the pane knows of the object it shows.
struct ObjectDetail {
    client::Result<api::Json> object;
    std::vector<api::Json> events;
};

/// The object under the cursor: overview (state, containers, conditions, labels, owner, events) and its YAML. Follows
/// changes its page tells about.
class DetailPane : public QFrame {
    Q_OBJECT
public:
    DetailPane(SessionPtr session, ObjectActions& actions, QWidget* parent = nullptr);

    const ObjectRef& object() const { return object_; }
    ScaleSlider& scaleSlider() { return *scale_; }
    void showObject(const ObjectRef& object);
    /// Something of that uid has changed: fetches it anew soon.
    void refreshIf(const QString& uid);
    void showYaml() { tabs_->setCurrentIndex(1); }
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

private:
    QWidget* makeHeader();
    void elideTitle();
    void fetch();
    void display(const ObjectDetail& detail);
    void fill(const api::JsonObject& object, const std::vector<api::Json>& events);

    SessionPtr session_;
    ObjectRef object_;
    QLabel *title_, *subtitle_, *kindIcon_;
    QToolButton *logs_, *shell_;
    QTabWidget* tabs_;
    QScrollArea* scroll_;
    QPlainTextEdit* yaml_;
    ScaleSlider* scale_;
    QTimer soon_;
    int request_ = 0;
};

/// The overview of an object as rich text: sections with their content. Pure but for the theme's colours.
QString overviewHtml(const KindView& kind, const api::JsonObject& object, const std::vector<api::Json>& events);

} // namespace slipway::ui
