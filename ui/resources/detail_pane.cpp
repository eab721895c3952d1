#include "ui/resources/detail_pane.h"

#include "ui/editor/code_edit.h"
#include "ui/editor/editor_panel.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QScrollBar>
#include <QTextBrowser>
#include <QUrl>

namespace slipway::ui {

DetailPane::DetailPane(SessionPtr session, ObjectActions& actions, QWidget* parent)
    : QFrame(parent)
    , session_(std::move(session))
    , title_(new QLabel)
    , subtitle_(new QLabel)
    , kindIcon_(new QLabel)
    , logs_(new QToolButton)
    , shell_(new QToolButton)
    , tabs_(new QTabWidget)
    , scroll_(nullptr)
    , yaml_(new CodeEdit)
    , scale_(new ScaleSlider) {
    setObjectName(QStringLiteral("detail"));
    setMinimumWidth(320);
    auto* overview = new QTextBrowser;
    overview->setObjectName(QStringLiteral("overview"));
    overview->setOpenLinks(false);
    overview->setAccessibleName(tr("Overview"));
    overview->document()->setDocumentMargin(16);
    connect(overview, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
        const QStringList parts = link.path().split(QLatin1Char('/'));
        if (parts.size() == 3)
            emit jumpRequested({findKindView(parts[0]), parts[1], parts[2], {}});
    });
    auto* scaleBox = new QWidget;
    auto* scaleLayout = new QVBoxLayout(scaleBox);
    scaleLayout->setContentsMargins(16, 12, 16, 4);
    auto* scaleTitle = new QLabel(tr("Replicas"));
    scaleTitle->setObjectName(QStringLiteral("section"));
    scaleLayout->addWidget(scaleTitle);
    scaleLayout->addWidget(scale_);
    scaleBox->setObjectName(QStringLiteral("scaleBox"));
    auto* first = new QWidget;
    auto* firstLayout = new QVBoxLayout(first);
    firstLayout->setContentsMargins(0, 0, 0, 0);
    firstLayout->setSpacing(0);
    firstLayout->addWidget(scaleBox);
    firstLayout->addWidget(overview, 1);
    yaml_->setReadOnly(true);
    yaml_->setAccessibleName(tr("YAML of the object"));
    tabs_->addTab(first, tr("Overview"));
    tabs_->addTab(yaml_, tr("YAML"));
    tabs_->setDocumentMode(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHeader());
    layout->addWidget(tabs_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(150);
    connect(&soon_, &QTimer::timeout, this, &DetailPane::fetch);
    connect(scale_, &ScaleSlider::chosen, &actions,
            [this, &actions](int replicas) { actions.scale(object_, replicas); });
    connect(&actions, &ObjectActions::scaleFailed, this, [this](const ObjectRef& object, const QString& error) {
        if (object.uid == object_.uid)
            scale_->showError(error);
    });
    connect(&actions, &ObjectActions::scaled, this, [this](const ObjectRef& object, int) { refreshIf(object.uid); });
}

QWidget* DetailPane::makeHeader() {
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(16, 8, 8, 8);
    layout->setSpacing(4);
    title_->setObjectName(QStringLiteral("paneTitle"));
    title_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    title_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    subtitle_->setObjectName(QStringLiteral("subtitle"));
    auto* names = new QVBoxLayout;
    names->setSpacing(0);
    names->addWidget(title_);
    names->addWidget(subtitle_);
    layout->addWidget(kindIcon_);
    layout->addSpacing(6);
    layout->addLayout(names, 1);
    const auto add = [&](QToolButton* button, const char* iconName, const QString& words, auto signal) {
        button->setIcon(icon(QLatin1String(iconName)));
        button->setToolTip(words);
        button->setAccessibleName(words);
        layout->addWidget(button);
        connect(button, &QToolButton::clicked, this, [this, signal] { emit(this->*signal)(object_); });
    };
    add(logs_, "logs", tr("Logs   L"), &DetailPane::logsRequested);
    add(shell_, "terminal", tr("Shell   S"), &DetailPane::shellRequested);
    add(new QToolButton, "edit", tr("Edit   E"), &DetailPane::editRequested);
    add(new QToolButton, "delete", tr("Delete   Ctrl+D"), &DetailPane::deleteRequested);
    auto* close = new QToolButton;
    close->setIcon(icon(QStringLiteral("close")));
    close->setToolTip(tr("Close   Esc"));
    close->setAccessibleName(tr("Close the details"));
    layout->addWidget(close);
    connect(close, &QToolButton::clicked, this, &DetailPane::closed);
    return bar;
}

void DetailPane::elideTitle() {
    title_->setText(title_->fontMetrics().elidedText(object_.name, Qt::ElideMiddle, title_->width()));
}

void DetailPane::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    elideTitle();
}

void DetailPane::showObject(const ObjectRef& object) {
    if (object == object_ && object_.kind != nullptr)
        return;
    object_ = object;
    ++request_;
    if (object_.kind == nullptr)
        return;
    elideTitle();
    title_->setToolTip(object.name);
    subtitle_->setText(text(object.kind->resource.kind) +
                       (object.ns.isEmpty() ? QString() : QStringLiteral(" · ") + object.ns));
    kindIcon_->setPixmap(icon(QLatin1String(object.kind->icon), colors().accent).pixmap(26, 26));
    logs_->setVisible(object.kind->hasLogs() || object.kind->scales());
    shell_->setVisible(object.kind->hasLogs());
    findChild<QWidget*>(QStringLiteral("scaleBox"))->setVisible(object.kind->scales());
    findChild<QTextBrowser*>(QStringLiteral("overview"))->clear();
    yaml_->clear();
    soon_.start(isVisible() ? 60 : 0);
}

void DetailPane::refreshIf(const QString& uid) {
    if (uid == object_.uid && isVisible() && !soon_.isActive())
        soon_.start(150);
}

void DetailPane::fetch() {
    if (object_.kind == nullptr)
        return;
    auto work = [session = session_, object = object_] {
        const std::string ns = object.ns.toStdString(), name = object.name.toStdString();
        ObjectDetail detail{session->client->get(object.kind->resource, ns, name), {}};
        client::ListOptions options;
        options.fieldSelector = "involvedObject.uid=" + object.uid.toStdString();
        options.limit = 50;
        static const client::ResourceRef events{"", "v1", "events", "Event", true};
        if (auto list = session->client->list(events, ns, options))
            detail.events = std::move(list->items);
        return detail;
    };
    inBackground(this, std::move(work), [this, request = request_](const ObjectDetail& detail) {
        if (request == request_)
            display(detail);
    });
}

void DetailPane::display(const ObjectDetail& detail) {
    auto* overview = findChild<QTextBrowser*>(QStringLiteral("overview"));
    if (!detail.object || !detail.object->is_object()) {
        const bool gone = !detail.object && detail.object.error().kind == client::Errc::notFound;
        if (gone || overview->document()->isEmpty()) // while the cluster is away, what was known stays
            overview->setPlainText(gone ? tr("It no longer exists.") : detail.object ? QString() : errorText(detail.object.error()));
        return;
    }
    fill(detail.object->get_object(), detail.events);
}

void DetailPane::fill(const api::JsonObject& object, const std::vector<api::Json>& events) {
    auto* overview = findChild<QTextBrowser*>(QStringLiteral("overview"));
    const auto keep = [](QAbstractScrollArea& view, const auto& change) { // live updates must not move what is read
        const int y = view.verticalScrollBar()->value();
        change();
        view.verticalScrollBar()->setValue(y);
    };
    keep(*overview, [&] { overview->setHtml(overviewHtml(*object_.kind, object, events)); });
    const QString written = QString::fromStdString(editableYaml(object));
    if (written != yaml_->toPlainText())
        keep(*yaml_, [&] { yaml_->setPlainText(written); });
    if (object_.kind->scales())
        scale_->setReplicas(static_cast<int>(api::intAt(object, {"spec", "replicas"}).value_or(1)),
                            static_cast<int>(api::intAt(object, {"status", "readyReplicas"}).value_or(0)));
}

} // namespace slipway::ui
