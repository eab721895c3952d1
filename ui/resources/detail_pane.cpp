#include "ui/resources/detail_pane.h"

#include "cluster/api/base64.h"
#include "cluster/api/selectors.h"
#include "ui/actions/dependants.h"
#include "ui/editor/code_edit.h"
#include "ui/editor/editor_panel.h"
#include "ui/look/look.h"
#include "ui/session/background.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QScrollBar>
#include <QUrl>

namespace slipway::ui {

DetailPane::DetailPane(SessionPtr session, ObjectActions& actions, MetricsStore& metrics, QWidget* parent)
    : QFrame(parent)
    , session_(std::move(session))
    , metrics_(metrics)
    , title_(new QLabel)
    , subtitle_(new QLabel)
    , kindIcon_(new QLabel)
    , scaleTitle_(new QLabel)
    , logs_(new QToolButton)
    , shell_(new QToolButton)
    , edit_(new QToolButton)
    , delete_(new QToolButton)
    , close_(new QToolButton)
    , tabs_(new QTabWidget)
    , overview_(new QTextBrowser)
    , related_(new QTreeWidget)
    , yaml_(new CodeEdit)
    , usagePage_(new QWidget)
    , scaleBox_(new QWidget)
    , scale_(new ScaleSlider) {
    setObjectName(QStringLiteral("detail"));
    setMinimumWidth(320);
    related_->setHeaderHidden(true);
    related_->setColumnCount(2);
    related_->setIndentation(14);
    related_->setObjectName(QStringLiteral("related"));
    connect(related_, &QTreeWidget::itemActivated, this, [this](const QTreeWidgetItem* item) {
        if (item->data(0, Qt::UserRole).isValid())
            followLink(item->data(0, Qt::UserRole).toUrl());
    });
    yaml_->setReadOnly(true);
    for (QWidget* page : std::initializer_list<QWidget*>{makeOverview(), related_, yaml_, usagePage_})
        tabs_->addTab(page, QString());
    tabs_->setDocumentMode(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHeader());
    layout->addWidget(tabs_, 1);
    soon_.setSingleShot(true);
    soon_.setInterval(150);
    connect(&soon_, &QTimer::timeout, this, &DetailPane::fetch);
    connect(tabs_, &QTabWidget::currentChanged, this, [this] {
        fetchRelations();
        showUsage();
    });
    connect(scale_, &ScaleSlider::chosen, &actions,
            [this, &actions](int replicas) { actions.scale(object_, replicas); });
    connect(&actions, &ObjectActions::scaleFailed, this, [this](const ObjectRef& object, const QString& error) {
        if (object.uid == object_.uid)
            scale_->showError(error);
    });
    connect(&actions, &ObjectActions::scaled, this, [this](const ObjectRef& object, int) { refreshIf(object.uid); });
    keepLook(this, [this] { retranslate(); });
}

QWidget* DetailPane::makeOverview() {
    overview_->setObjectName(QStringLiteral("overview"));
    overview_->setOpenLinks(false);
    overview_->document()->setDocumentMargin(16);
    connect(overview_, &QTextBrowser::anchorClicked, this, &DetailPane::followLink);
    auto* scaleLayout = new QVBoxLayout(scaleBox_);
    scaleLayout->setContentsMargins(16, 12, 16, 4);
    scaleTitle_->setObjectName(QStringLiteral("section"));
    scaleLayout->addWidget(scaleTitle_);
    scaleLayout->addWidget(scale_);
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scaleBox_);
    layout->addWidget(overview_, 1);
    return page;
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
    subtitle_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    // The name has a line of its own: names are long and the pane is narrow.
    auto* first = new QHBoxLayout;
    auto* second = new QHBoxLayout;
    for (QHBoxLayout* line : {first, second})
        line->setSpacing(4);
    first->addWidget(title_, 1);
    second->addWidget(subtitle_, 1);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(0);
    lines->addLayout(first);
    lines->addLayout(second);
    layout->addWidget(kindIcon_);
    layout->addSpacing(6);
    layout->addLayout(lines, 1);
    const auto add = [&](QToolButton* button, const char* iconName, auto signal) {
        button->setIcon(icon(QLatin1String(iconName)));
        second->addWidget(button);
        connect(button, &QToolButton::clicked, this, [this, signal] { emit(this->*signal)(object_); });
    };
    add(logs_, "logs", &DetailPane::logsRequested);
    add(shell_, "terminal", &DetailPane::shellRequested);
    add(edit_, "edit", &DetailPane::editRequested);
    add(delete_, "delete", &DetailPane::deleteRequested);
    close_->setIcon(icon(QStringLiteral("close")));
    first->addWidget(close_);
    connect(close_, &QToolButton::clicked, this, &DetailPane::closed);
    return bar;
}

void DetailPane::retranslate() {
    const std::tuple<QToolButton*, QString, const char*> buttons[] = {{logs_, tr("Logs"), "L"},
                                                                      {shell_, tr("Shell"), "S"},
                                                                      {edit_, tr("Edit"), "E"},
                                                                      {delete_, tr("Delete"), "Ctrl+D"},
                                                                      {close_, tr("Close the details"), "Esc"}};
    for (const auto& [button, words, key] : buttons) {
        button->setToolTip(words + QStringLiteral("   ") + QLatin1String(key));
        button->setAccessibleName(words);
    }
    const QString titles[] = {tr("Overview"), tr("Related"), tr("YAML"), tr("Usage")};
    for (int i = 0; i < 4; ++i)
        tabs_->setTabText(i, titles[i]);
    tabs_->setAccessibleName(tr("Details of the object"));
    overview_->setAccessibleName(tr("Overview"));
    related_->setAccessibleName(tr("Related objects"));
    yaml_->setAccessibleName(tr("YAML of the object"));
    scaleTitle_->setText(tr("Replicas"));
    if (object_.kind != nullptr)
        kindIcon_->setPixmap(icon(QLatin1String(object_.kind->icon), Ink::accent).pixmap(26, 26));
    fill();
    showUsage();
}

void DetailPane::elideTitle() {
    title_->setText(title_->fontMetrics().elidedText(object_.name, Qt::ElideMiddle, title_->width()));
}

void DetailPane::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    elideTitle();
}

void DetailPane::showEvent(QShowEvent* event) {
    QFrame::showEvent(event);
    if (object_.kind != nullptr && !soon_.isActive()) // what changed while it was hidden
        soon_.start(0);
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
    kindIcon_->setPixmap(icon(QLatin1String(object.kind->icon), Ink::accent).pixmap(26, 26));
    logs_->setVisible(object.kind->hasLogs() || object.kind->hasPods());
    shell_->setVisible(object.kind->hasLogs());
    scaleBox_->setVisible(object.kind->scales());
    tabs_->setTabVisible(usageTab, hasUsage());
    shown_.clear();
    events_.clear();
    revealed_.clear();
    overview_->clear();
    related_->clear();
    yaml_->clear();
    soon_.start(isVisible() ? 60 : 0);
}

bool DetailPane::hasUsage() const {
    return object_.kind != nullptr && (object_.kind->hasLogs() || object_.kind->resource.kind == "Node" ||
                                       (object_.kind->hasPods() && object_.kind->resource.kind != "Service"));
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
        std::string uid = object.uid.toStdString();
        if (uid.empty() && detail.object)
            uid = api::stringAt(*detail.object, {"metadata", "uid"});
        client::ListOptions options;
        options.fieldSelector = "involvedObject.uid=" + uid;
        options.limit = 50;
        static const client::ResourceRef events{"", "v1", "events", "Event", true};
        if (auto list = session->client->list(events, ns, options))
            detail.events = std::move(list->items);
        return detail;
    };
    inBackground(this, std::move(work), [this, request = request_, asked = ++asked_](const ObjectDetail& detail) {
        if (request != request_ || asked < answered_) // answers can overtake each other
            return;
        answered_ = asked;
        display(detail);
    });
}

void DetailPane::display(const ObjectDetail& detail) {
    if (!detail.object || !detail.object->is_object()) {
        const bool gone = !detail.object && detail.object.error().kind == client::Errc::notFound;
        if (gone || overview_->document()->isEmpty()) // while the cluster is away, what was known stays
            overview_->setPlainText(gone            ? tr("It no longer exists.")
                                    : detail.object ? QString()
                                                    : errorText(detail.object.error()));
        return;
    }
    shown_ = detail.object->get_object();
    events_ = detail.events;
    fill();
    fetchRelations();
    showUsage();
}

void DetailPane::fill() {
    if (object_.kind == nullptr || shown_.empty())
        return;
    const auto keep = [](QAbstractScrollArea& view, const auto& change) { // live updates must not move what is read
        const int y = view.verticalScrollBar()->value();
        change();
        view.verticalScrollBar()->setValue(y);
    };
    keep(*overview_, [&] { overview_->setHtml(overviewHtml(*object_.kind, shown_, events_, revealed_)); });
    const QString written = QString::fromStdString(editableYaml(shown_));
    if (written != yaml_->toPlainText())
        keep(*yaml_, [&] { yaml_->setPlainText(written); });
    if (object_.kind->scales())
        scale_->setReplicas(static_cast<int>(api::intAt(shown_, {"spec", "replicas"}).value_or(1)),
                            static_cast<int>(api::intAt(shown_, {"status", "readyReplicas"}).value_or(0)));
}

void DetailPane::followLink(const QUrl& link) {
    if (link.scheme() == QLatin1String("reveal")) {
        const QString key = link.path();
        if (!revealed_.remove(key))
            revealed_.insert(key);
        return fill();
    }
    if (link.scheme() == QLatin1String("copy")) {
        if (const auto value = api::decodeBase64(api::stringAt(shown_, {"data", link.path().toStdString()})))
            QApplication::clipboard()->setText(text(*value));
        return;
    }
    const QStringList parts = link.path().split(QLatin1Char('/'));
    if (parts.size() == 3)
        emit jumpRequested({findKindView(parts[0]), parts[1], parts[2], {}});
}

void DetailPane::fetchRelations() {
    if (tabs_->currentIndex() != relatedTab || shown_.empty())
        return;
    inBackground(
        this, [session = session_, object = shown_] { return relationsOf(*session->client, object); },
        [this, request = request_](const std::vector<Relation>& relations) {
            if (request == request_)
                showRelations(relations);
        });
}

void DetailPane::showRelations(const std::vector<Relation>& relations) {
    related_->clear();
    for (const Relation& relation : relations) {
        const QString title = relationTitle(relation.how);
        QTreeWidgetItem* group = nullptr;
        for (int i = 0; i < related_->topLevelItemCount(); ++i)
            if (related_->topLevelItem(i)->text(0) == title)
                group = related_->topLevelItem(i);
        if (group == nullptr) {
            group = new QTreeWidgetItem(related_, {title});
            group->setForeground(0, colors().muted);
            group->setFlags(Qt::ItemIsEnabled);
            group->setExpanded(true);
        }
        const KindView* kind = findKindView(text(relation.kind), QString());
        auto* item = new QTreeWidgetItem(group, {relation.name, text(relation.kind)});
        item->setForeground(1, colors().muted);
        item->setSizeHint(0, QSize(0, 26));
        if (kind == nullptr)
            continue;
        item->setIcon(0, icon(QLatin1String(kind->icon)));
        item->setForeground(0, colors().accent);
        item->setData(0, Qt::UserRole,
                      QUrl(QStringLiteral("object:%1/%2/%3").arg(QLatin1String(kind->id), relation.ns, relation.name)));
    }
    if (relations.empty())
        new QTreeWidgetItem(related_, {tr("Nothing else has to do with it.")});
    related_->setColumnWidth(0, std::max(200, related_->width() - 150));
}

/// Of a workload: the sum of its pods.
void DetailPane::showUsage() {
    if (tabs_->currentIndex() != usageTab || shown_.empty() || !hasUsage())
        return;
    if (usage_ == nullptr) {
        usage_ = new UsageChart(metrics_);
        auto* layout = new QVBoxLayout(usagePage_);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(usage_);
    }
    if (object_.kind->resource.kind == "Node") {
        ResourceBounds bounds;
        bounds.cpuLimit = quantityOf(api::find(shown_, {"status", "allocatable", "cpu"}));
        bounds.memoryLimit = quantityOf(api::find(shown_, {"status", "allocatable", "memory"}));
        return usage_->show({MetricsStore::nodeKey(object_.name)}, bounds, tr("allocatable"));
    }
    const bool pod = object_.kind->hasLogs();
    const api::Json* spec = pod ? api::find(shown_, {"spec"}) : api::find(shown_, {"spec", "template", "spec"});
    ResourceBounds bounds =
        spec != nullptr && spec->is_object() ? boundsOfPodSpec(spec->get_object()) : ResourceBounds();
    if (pod)
        return usage_->show({MetricsStore::podKey(object_.ns, object_.name)}, bounds, tr("limit"));
    const api::Json* selector = api::find(shown_, {"spec", "selector"});
    if (selector == nullptr || !selector->is_object())
        return;
    auto work = [session = session_, ns = object_.ns, labels = api::formatSelector(selector->get_object())] {
        client::ListOptions options;
        options.labelSelector = labels;
        QStringList keys;
        if (const auto pods = session->client->list({"", "v1", "pods", "Pod", true}, ns.toStdString(), options))
            for (const api::Json& pod : pods->items)
                keys << MetricsStore::podKey(ns, text(api::stringAt(pod, {"metadata", "name"})));
        return keys;
    };
    inBackground(this, std::move(work), [this, bounds, request = request_](const QStringList& keys) {
        ResourceBounds sum;
        for (qsizetype i = 0; i < keys.size(); ++i)
            sum += bounds;
        if (request == request_)
            usage_->show(keys, sum, tr("limit"));
    });
}

} // namespace slipway::ui
