#include "ui/shell/workspace.h"

#include "ui/editor/editor_panel.h"
#include "ui/session/background.h"

#include <QMenu>
#include <QSettings>
#include <QTabBar>
#include <QVBoxLayout>

namespace slipway::ui {

Workspace::Workspace(SessionPtr session, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , actions_(session_)
    , rows_(new QSplitter(Qt::Vertical))
    , columns_(new QSplitter(Qt::Horizontal))
    , pages_(new QStackedWidget)
    , details_(new DetailPane(session_, actions_))
    , panels_(new QTabWidget)
    , namespaceModel_(*findKindView(QStringLiteral("namespaces"))) {
    columns_->addWidget(pages_);
    columns_->addWidget(details_);
    columns_->setStretchFactor(0, 1);
    columns_->setSizes({900, 440});
    columns_->restoreState(QSettings().value(QStringLiteral("details")).toByteArray());
    connect(columns_, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(QStringLiteral("details"), columns_->saveState()); });
    connect(rows_, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(QStringLiteral("panels"), rows_->saveState()); });
    columns_->setCollapsible(0, false);
    panels_->setMovable(true);
    panels_->setDocumentMode(true);
    panels_->setAccessibleName(tr("Logs, terminals and editors"));
    rows_->addWidget(columns_);
    rows_->addWidget(panels_);
    rows_->setStretchFactor(0, 3);
    rows_->setStretchFactor(1, 2);
    rows_->setSizes({440, 400});
    rows_->restoreState(QSettings().value(QStringLiteral("panels")).toByteArray());
    rows_->setCollapsible(0, false);
    details_->hide();
    panels_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(rows_);

    connect(details_, &DetailPane::closed, this, [this] {
        details_->hide();
        if (ResourcePage* shown = currentPage())
            shown->table().setFocus();
    });
    connect(details_, &DetailPane::editRequested, this, &Workspace::openEditorOf);
    connect(details_, &DetailPane::logsRequested, this, [this](const ObjectRef& object) { openLogsOf(object, false); });
    connect(details_, &DetailPane::shellRequested, this, [this] { openShell(); });
    connect(details_, &DetailPane::deleteRequested, this, [this](const ObjectRef& object) { confirmDelete({object}); });
    connect(details_, &DetailPane::jumpRequested, this, &Workspace::jump);
    connect(&actions_, &ObjectActions::scaled, this, [this](const ObjectRef& object, int replicas) {
        emit told(tr("%1 scaled to %2").arg(object.name).arg(replicas), false);
    });
    connect(&actions_, &ObjectActions::scaleFailed, this, [this](const ObjectRef& object, const QString& error) {
        emit told(object.name + QStringLiteral(": ") + error, true);
    });
    connect(&actions_, &ObjectActions::failed, this, [this](const QString& error) { emit told(error, true); });
    connect(&actions_, &ObjectActions::changed, this,
            [this](int count) { emit told(tr("%n object(s) changed", nullptr, count), false); });
    connect(&actions_, &ObjectActions::removed, this,
            [this](int count) { emit told(tr("%n object(s) deleted", nullptr, count), false); });
    watchNamespaces();
    discoverSoon_.setSingleShot(true);
    discoverSoon_.setInterval(400); // a new definition is served a moment after it is made
    connect(&discoverSoon_, &QTimer::timeout, this, &Workspace::discover);
    discover();
}

void Workspace::discover() {
    inBackground(
        this, [session = session_] { return discoverKinds(*session->client); },
        [this](const client::Result<std::vector<DiscoveredKind>>& found) {
            if (!found)
                return; // what is known stays; the tables say that the cluster cannot be reached
            emit kindsKnown(viewsOf(*found));
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
    const int all = columns_->width(), wanted = static_cast<int>(all * share);
    if (details_->width() < wanted)
        columns_->setSizes({all - wanted, wanted});
}

void Workspace::watchNamespaces() {
    namespaceWatch_ = std::make_unique<ReflectorAdapter>(session_, namespaceModel_.kind(), QString());
    connect(namespaceWatch_.get(), &ReflectorAdapter::batchReady, this, [this](const RowBatch& batch) {
        const int before = namespaceModel_.rowCount();
        namespaceModel_.apply(batch);
        if (!batch.complete && namespaceModel_.rowCount() == before)
            return;
        QStringList names;
        for (int i = 0; i < namespaceModel_.rowCount(); ++i)
            names << namespaceModel_.row(i).name;
        names.sort();
        for (ResourcePage* shown : std::as_const(byKind_))
            shown->setNamespaces(names);
    });
    namespaceWatch_->start();
}

ResourcePage* Workspace::page(const KindView& kind) {
    ResourcePage*& made = byKind_[QLatin1String(kind.id)];
    if (made != nullptr)
        return made;
    made = new ResourcePage(session_, kind);
    QStringList names;
    for (int i = 0; i < namespaceModel_.rowCount(); ++i)
        names << namespaceModel_.row(i).name;
    names.sort();
    made->setNamespaces(names);
    pages_->addWidget(made);
    ResourcePage* shown = made;
    connect(shown, &ResourcePage::currentChanged, this, [this, shown](const ObjectRef& object) {
        if (shown == currentPage() && details_->isVisible() && object.kind != nullptr)
            details_->showObject(object);
    });
    connect(shown, &ResourcePage::opened, this, &Workspace::showObject);
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
    connect(shown, &ResourcePage::namespaceChosen, this, [this](const QString& ns) {
        namespace_ = ns;
        for (ResourcePage* each : std::as_const(byKind_))
            each->setNamespace(ns);
    });
    return made;
}

void Workspace::showKind(const QString& id) {
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
    shown->setNamespace(namespace_);
    if (details_->object().kind != kind)
        details_->hide();
    pages_->setCurrentWidget(shown);
    shown->table().setFocus();
    emit kindShown(id);
}

QString Workspace::currentKind() const {
    const ResourcePage* shown = currentPage();
    return shown == nullptr ? QString() : QLatin1String(shown->kind().id);
}

ResourcePage* Workspace::currentPage() const {
    return qobject_cast<ResourcePage*>(pages_->currentWidget());
}

void Workspace::showObject(const ObjectRef& object) {
    if (object.kind == nullptr)
        return;
    details_->showObject(object);
    details_->show();
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

void Workspace::restartSelected() {
    if (const auto objects = selectedObjects(); !objects.empty() && objects.front().kind->restarts())
        actions_.restart(objects);
}

void Workspace::showYaml() {
    showDetails();
    details_->showYaml();
    widenDetails(0.5); // YAML is read in whole lines
}

void Workspace::jump(const ObjectRef& object) {
    if (object.kind == nullptr)
        return;
    if (!namespace_.isEmpty() && namespace_ != object.ns) { // it must not be hidden
        namespace_.clear();
        for (ResourcePage* each : std::as_const(byKind_))
            each->setNamespace({});
    }
    showKind(QLatin1String(object.kind->id));
    if (currentPage() == nullptr || &currentPage()->kind() != object.kind) { // its columns are being asked for
        pendingJump_ = object;
        return;
    }
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

void Workspace::showMenu(const QPoint& at) {
    const auto objects = selectedObjects();
    if (objects.empty())
        return;
    const KindView& kind = *objects.front().kind;
    QMenu menu(this);
    const auto add = [&](const char* iconName, const QString& words, auto call) {
        connect(menu.addAction(icon(QLatin1String(iconName)), words), &QAction::triggered, this, call);
    };
    add("search", tr("Details\tEnter"), [this] { showDetails(); });
    if (kind.hasLogs() || kind.scales()) {
        add("logs", tr("Logs\tL"), [this] { openLogs(false); });
        add("previous", tr("Logs of the previous run\tP"), [this] { openLogs(true); });
    }
    if (kind.hasLogs())
        add("terminal", tr("Shell\tS"), [this] { openShell(); });
    add("edit", tr("Edit YAML\tE"), [this] { openEditor(); });
    if (kind.restarts())
        add("refresh", tr("Restart\tR"), [this] { restartSelected(); });
    if (kind.resource.kind == "Node") {
        add("stop", tr("Keep new pods away (cordon)"), [this, objects] { actions_.cordon(objects, true); });
        add("start", tr("Let pods come again (uncordon)"), [this, objects] { actions_.cordon(objects, false); });
    }
    menu.addSeparator();
    add("delete", tr("Delete\tCtrl+D"), [this] { deleteSelected(); });
    menu.exec(at);
}

} // namespace slipway::ui
