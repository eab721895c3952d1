#include "ui/shell/workspace.h"

#include "ui/access/port_forwards.h"
#include "ui/charts/metrics_store.h"
#include "ui/editor/editor_panel.h"
#include "ui/history/remote_sync.h"
#include "ui/look/look.h"
#include "ui/session/background.h"
#include "ui/shell/special_pages.h"

#include <QMenu>
#include <QSettings>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

constexpr auto layoutKey = "workspace/layout";

} // namespace

Workspace::Workspace(SessionPtr session, QWidget* parent)
    : QMainWindow(parent, Qt::Widget)
    , session_(std::move(session))
    , actions_(session_)
    , metrics_(new MetricsStore(session_, this))
    , forwards_(new PortForwards(session_, this))
    , remote_(new RemoteSync(session_, this))
    , pages_(new QStackedWidget)
    , bar_(new QToolBar)
    , details_(new DetailPane(session_, actions_, *metrics_))
    , detailDock_(new QDockWidget(this))
    , panels_(new PanelDocks(*this,
                             [this](QWidget& panel) {
                                 auto* editor = qobject_cast<EditorPanel*>(&panel);
                                 return editor == nullptr || editor->mayClose();
                             }))
    , namespaceModel_(*findKindView(QStringLiteral("namespaces"))) {
    setObjectName(QStringLiteral("workspace"));
    setDockOptions(AllowNestedDocks | AllowTabbedDocks | GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    bar_->setObjectName(QStringLiteral("objectBar"));
    bar_->setMovable(false);
    bar_->setIconSize(QSize(16, 16));
    bar_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    auto* middle = new QWidget;
    auto* layout = new QVBoxLayout(middle);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(pages_, 1);
    layout->addWidget(bar_);
    setCentralWidget(middle);
    detailDock_->setObjectName(QStringLiteral("details"));
    detailDock_->setTitleBarWidget(new QWidget); // the pane has a header of its own
    detailDock_->setWidget(details_);
    detailDock_->setFeatures(QDockWidget::DockWidgetClosable);
    addDockWidget(Qt::RightDockWidgetArea, detailDock_);
    restoreLayout(QSettings().value(layoutKey).toByteArray());
    detailDock_->hide();
    makeActions();
    connectActions();
    watchNamespaces();
    discoverSoon_.setSingleShot(true);
    discoverSoon_.setInterval(400); // a new definition is served a moment after it is made
    connect(&discoverSoon_, &QTimer::timeout, this, &Workspace::discover);
    discover();
}

Workspace::~Workspace() = default;

void Workspace::restoreLayout(const QByteArray& state) {
    const bool shown = detailDock_->isVisible();
    detailSized_ = !state.isEmpty() && restoreState(state);
    detailDock_->setVisible(shown);
}

void Workspace::hideEvent(QHideEvent* event) {
    QMainWindow::hideEvent(event);
    QSettings().setValue(layoutKey, saveState());
}

void Workspace::discover() {
    inBackground(
        this, [session = session_] { return discoverKinds(*session->client); },
        [this](const client::Result<std::vector<DiscoveredKind>>& found) {
            if (!found)
                return; // what is known stays; the tables say that the cluster cannot be reached
            kinds_ = viewsOf(*found);
            emit kindsKnown(kinds_);
            watchDefinitions();
        });
}

void Workspace::watchDefinitions() {
    const KindView* definitions = findKindView(QStringLiteral("customresourcedefinitions.apiextensions.k8s.io"));
    if (definitions == nullptr || definitionWatch_)
        return;
    definitionWatch_ = std::make_unique<ReflectorAdapter>(session_, *definitions, QString());
    connect(definitionWatch_.get(), &ReflectorAdapter::batchReady, this, [this] { discoverSoon_.start(); });
    definitionWatch_->start();
}

void Workspace::widenDetails(double share) {
    const int wanted = static_cast<int>(width() * share);
    if (detailDock_->width() < wanted)
        resizeDocks({detailDock_}, {wanted}, Qt::Horizontal);
}

void Workspace::watchNamespaces() {
    namespaceWatch_ = std::make_unique<ReflectorAdapter>(session_, namespaceModel_.kind(), QString());
    connect(namespaceWatch_.get(), &ReflectorAdapter::batchReady, this, [this](const RowBatch& batch) {
        const int before = namespaceModel_.rowCount();
        namespaceModel_.apply(batch);
        if (!batch.listed && namespaceModel_.rowCount() == before)
            return;
        const QStringList names = namespaces();
        for (ResourcePage* shown : std::as_const(byKind_))
            shown->setNamespaces(names);
    });
    namespaceWatch_->start();
}

QStringList Workspace::namespaces() const {
    QStringList names;
    for (int i = 0; i < namespaceModel_.rowCount(); ++i)
        names << namespaceModel_.row(i).name;
    names.sort();
    return names;
}

ResourcePage* Workspace::page(const KindView& kind) {
    ResourcePage*& made = byKind_[QLatin1String(kind.id)];
    if (made != nullptr)
        return made;
    made = new ResourcePage(session_, kind);
    made->setNamespaces(namespaces());
    made->showUsage(*metrics_);
    made->table().addActions(objectActions_);
    pages_->addWidget(made);
    ResourcePage* shown = made;
    connect(shown, &ResourcePage::currentChanged, this, [this, shown](const ObjectRef& object) {
        if (shown == currentPage() && details_->isVisible() && object.kind != nullptr)
            details_->showObject(object);
    });
    connect(shown, &ResourcePage::opened, this, &Workspace::showObject);
    connect(shown, &ResourcePage::selectionChanged, this, &Workspace::updateActions);
    connect(shown, &ResourcePage::rowChanged, this, [this, shown](const QString& uid) {
        details_->refreshIf(uid);
        if (const int at = shown->model().find(uid); at >= 0 && pendingJump_.kind == &shown->kind()) {
            const Row& row = shown->model().row(at);
            if (row.name == pendingJump_.name && row.ns == pendingJump_.ns) {
                pendingJump_ = {};
                shown->select(uid);
                showDetails();
            }
        }
    });
    connect(shown, &ResourcePage::scaleRequested, &actions_, &ObjectActions::scale);
    connect(shown, &ResourcePage::menuRequested, this, &Workspace::showMenu);
    connect(shown, &ResourcePage::namespacesChosen, this, &Workspace::chooseNamespaces);
    connect(shown, &ResourcePage::counted, this,
            [this, shown](qint64 objects) { emit counted({{QLatin1String(shown->kind().id), objects}}); });
    connect(shown, &ResourcePage::freshnessChanged, this, [this, shown](client::Freshness state, qint64 since) {
        if (shown == currentPage())
            emit freshnessChanged(state, since);
    });
    return made;
}

void Workspace::chooseNamespaces(const QStringList& chosen) {
    chosen_ = chosen;
    for (ResourcePage* each : std::as_const(byKind_))
        each->setChosenNamespaces(chosen);
}

QWidget* Workspace::specialPage(const QString& id) {
    QWidget*& made = special_[id];
    if (made == nullptr) {
        made = makeSpecialPage(id, *this);
        if (made != nullptr)
            pages_->addWidget(made);
    }
    return made;
}

void Workspace::showPageWidget(QWidget* page, const QString& id) {
    pages_->setCurrentWidget(page);
    shown_ = id;
    updateActions();
    emit kindShown(id);
}

void Workspace::showKind(const QString& id) {
    if (isSpecialPage(id)) {
        wantedKind_.clear();
        hideDetails();
        QWidget* page = specialPage(id);
        showPageWidget(page, id);
        return page->setFocus();
    }
    const KindView* kind = findKindView(id);
    if (kind == nullptr)
        return;
    wantedKind_ = id;
    if (!kind->columnsKnown) { // its columns first: the server knows them
        inBackground(
            this, [session = session_, resource = kind->resource] { return fetchColumns(*session->client, resource); },
            [this, id](const client::Result<std::vector<ColumnSpec>>& columns) {
                if (!columns)
                    return emit told(errorText(columns.error()), true);
                setColumns(id, *columns);
                if (wantedKind_ == id)
                    showKind(id);
            });
        return;
    }
    ResourcePage* shown = page(*kind);
    shown->setChosenNamespaces(chosen_);
    if (details_->object().kind != kind)
        detailDock_->hide();
    showPageWidget(shown, id);
    shown->table().setFocus();
}

QString Workspace::currentKind() const {
    return shown_;
}

ResourcePage* Workspace::currentPage() const {
    return qobject_cast<ResourcePage*>(pages_->currentWidget());
}

void Workspace::showObject(const ObjectRef& object) {
    if (object.kind == nullptr)
        return;
    details_->showObject(object);
    const bool first = !detailDock_->isVisible() && !detailSized_;
    detailDock_->show();
    if (first) // once it is laid out
        QTimer::singleShot(0, this,
                           [this] { resizeDocks({detailDock_}, {std::min(440, width() * 36 / 100)}, Qt::Horizontal); });
    detailSized_ = true;
}

void Workspace::hideDetails() {
    detailDock_->hide();
    if (ResourcePage* shown = currentPage())
        shown->table().setFocus();
}

std::vector<ObjectRef> Workspace::selectedObjects() const {
    std::vector<ObjectRef> objects;
    if (ResourcePage* shown = currentPage())
        for (const Row& row : shown->selectedRows())
            objects.push_back({&shown->kind(), row.ns, row.name, row.uid});
    return objects;
}

void Workspace::showDetails() {
    const auto objects = selectedObjects();
    if (objects.empty())
        return;
    showObject(objects.front());
    details_->showOverview();
}

void Workspace::showYaml() {
    showDetails();
    details_->showYaml();
    widenDetails(0.5); // YAML is read in whole lines
}

void Workspace::jump(const ObjectRef& object) {
    if (object.kind == nullptr)
        return;
    if (!chosen_.isEmpty() && !object.ns.isEmpty() && !chosen_.contains(object.ns)) // it must not be hidden
        chooseNamespaces({});
    showKind(QLatin1String(object.kind->id));
    if (currentPage() == nullptr || &currentPage()->kind() != object.kind) { // its columns are being asked for
        pendingJump_ = object;
        return;
    }
    currentPage()->filterLine().clear();
    ResourceModel& model = currentPage()->model();
    for (int i = 0; i < model.rowCount(); ++i)
        if (model.row(i).name == object.name && model.row(i).ns == object.ns) {
            currentPage()->select(model.row(i).uid);
            return showDetails();
        }
    pendingJump_ = object; // its row has not arrived yet
}

void Workspace::focusFilter() {
    if (ResourcePage* shown = currentPage())
        shown->filterLine().setFocus(Qt::ShortcutFocusReason);
}

void Workspace::reconnect() {
    for (ResourcePage* shown : std::as_const(byKind_))
        shown->reconnect();
}

} // namespace slipway::ui
