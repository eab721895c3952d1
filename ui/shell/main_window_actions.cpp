// The menus, keys and commands of the window.
#include "ui/session/background.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"

#include <QActionGroup>
#include <QApplication>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMessageBox>

namespace slipway::ui {
namespace {

/// The names of all objects but events and leases, a bounded number of each kind. Blocks.
std::vector<ObjectRef> objectNames(const client::Client& client, const std::vector<const KindView*>& kinds) {
    std::vector<ObjectRef> objects;
    for (const KindView* kind : kinds) {
        if (kind->resource.kind == "Event" || kind->resource.kind == "Lease")
            continue;
        client::Request request;
        request.target = kind->resource.path() + "?limit=2000";
        request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
        const auto answer = client.transport().send(request);
        if (!answer || answer->code != 200)
            continue;
        const auto list = api::parseJson(answer->body);
        const api::Json* items = list ? api::find(*list, {"items"}) : nullptr;
        if (items == nullptr || !items->is_array())
            continue;
        for (const api::Json& item : items->get_array())
            objects.push_back({kind, text(api::stringAt(item, {"metadata", "namespace"})),
                               text(api::stringAt(item, {"metadata", "name"})),
                               text(api::stringAt(item, {"metadata", "uid"}))});
    }
    return objects;
}

} // namespace

QAction* MainWindow::add(QMenu* menu, const QString& iconName, const QString& words, const QList<QKeySequence>& keys,
                         void (MainWindow::*call)()) {
    auto* action = menu->addAction(iconName.isEmpty() ? QIcon() : icon(iconName), words);
    action->setShortcuts(keys);
    connect(action, &QAction::triggered, this, call);
    commands_ << action;
    return action;
}

QAction* MainWindow::addTableKey(QMenu* menu, const QString& iconName, const QString& words, const QKeySequence& key,
                                 void (MainWindow::*call)()) {
    QAction* action = add(menu, iconName, words, {key}, call);
    workspaceActions_ << action;
    return action;
}

void MainWindow::makeMenus() {
    using Keys = QList<QKeySequence>;
    QMenu* cluster = menuBar()->addMenu(tr("&Cluster"));
    add(cluster, QStringLiteral("start"), tr("&Start the cluster"), {}, &MainWindow::startCluster);
    add(cluster, QStringLiteral("stop"), tr("S&top the cluster"), {}, &MainWindow::stopCluster);
    cluster->addSeparator();
    add(cluster, QStringLiteral("drop"), tr("&Apply files…"), Keys{QKeySequence::Open}, &MainWindow::chooseFiles);
    add(cluster, QStringLiteral("plus"), tr("&New YAML"), Keys{QKeySequence::New}, &MainWindow::newYaml);
    QAction* atOnce = cluster->addAction(tr("Apply dropped YAML without asking"));
    atOnce->setCheckable(true);
    atOnce->setChecked(Settings::applyAtOnce());
    connect(atOnce, &QAction::toggled, this, [](bool on) { Settings::setApplyAtOnce(on); });
    add(cluster, QStringLiteral("refresh"), tr("&Reconnect"), Keys{Qt::Key_F5}, &MainWindow::reconnect);
    cluster->addSeparator();
    QAction* quit = cluster->addAction(tr("&Quit"));
    quit->setShortcut(QKeySequence::Quit);
    connect(quit, &QAction::triggered, this, &QWidget::close);
    commands_ << quit;

    QMenu* object = menuBar()->addMenu(tr("&Object"));
    addTableKey(object, QStringLiteral("search"), tr("&Details"), Qt::Key_D, &MainWindow::details);
    addTableKey(object, QStringLiteral("copy"), tr("Show &YAML"), Qt::Key_Y, &MainWindow::yaml);
    addTableKey(object, QStringLiteral("edit"), tr("&Edit YAML"), Qt::Key_E, &MainWindow::edit);
    addTableKey(object, QStringLiteral("logs"), tr("&Logs"), Qt::Key_L, &MainWindow::logs);
    addTableKey(object, QStringLiteral("previous"), tr("Logs of the &previous run"), Qt::Key_P,
                &MainWindow::previousLogs);
    addTableKey(object, QStringLiteral("terminal"), tr("&Shell"), Qt::Key_S, &MainWindow::shell);
    addTableKey(object, QStringLiteral("refresh"), tr("&Restart the pods"), Qt::Key_R, &MainWindow::restart);
    object->addSeparator();
    addTableKey(object, QStringLiteral("delete"), tr("Dele&te"), Qt::CTRL | Qt::Key_D, &MainWindow::remove);

    QMenu* view = menuBar()->addMenu(tr("&View"));
    add(view, QStringLiteral("search"), tr("&Command palette"),
        Keys{Qt::CTRL | Qt::Key_K, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)}, &MainWindow::showPalette);
    addTableKey(view, QStringLiteral("search"), tr("&Filter"), Qt::Key_Slash, &MainWindow::filter);
    addTableKey(view, QStringLiteral("previous"), tr("&Back"), Qt::Key_BracketLeft, &MainWindow::goBack);
    addTableKey(view, QStringLiteral("follow"), tr("F&orward"), Qt::Key_BracketRight, &MainWindow::goForward);
    addTableKey(view, QString(), tr("Close the details"), Qt::Key_Escape, &MainWindow::hideDetails);
    add(view, QString(), tr("Go to the &table"), Keys{Qt::CTRL | Qt::Key_1}, &MainWindow::focusTable);
    add(view, QStringLiteral("close"), tr("Close the &panel"), Keys{QKeySequence::Close}, &MainWindow::closePanel);
    view->addSeparator();
    makeAppearanceMenu();
    auto* kindJump = new QAction(this); // ":" opens the palette, as fingers expect it
    kindJump->setShortcut(Qt::Key_Colon);
    connect(kindJump, &QAction::triggered, this, &MainWindow::showPalette);
    workspaceActions_ << kindJump;
    for (QAction* action : std::as_const(workspaceActions_)) { // these are plain letters: not while typing elsewhere
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        action->setEnabled(false);
    }
    std::vector<const KindView*> kinds;
    for (const KindView& kind : allKinds())
        kinds.push_back(&kind);
    showKinds(kinds);
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    add(help, QString(), tr("&About Slipway"), {}, &MainWindow::showAbout);
}

void MainWindow::showKinds(const std::vector<const KindView*>& kinds) {
    qDeleteAll(std::exchange(kindActions_, {}));
    kinds_ = kinds;
    for (const KindView* kind : kinds) {
        auto* action = new QAction(icon(QLatin1String(kind->icon)), tr("Go to %1").arg(kind->translatedTitle()), this);
        connect(action, &QAction::triggered, this, [this, id = QString(QLatin1String(kind->id))] { showPage(id); });
        kindActions_ << action;
    }
    sidebar_->setKinds(kinds);
    sidebar_->setClusterOpen(session_ != nullptr);
    sidebar_->setCurrent(page_);
}

void MainWindow::makeAppearanceMenu() {
    QMenu* menu = menuBar()->addMenu(tr("&Appearance"));
    auto* themes = new QActionGroup(this);
    for (const auto& [choice, words] : {std::pair(ThemeChoice::system, tr("Theme of the system")),
                                        {ThemeChoice::light, tr("Light theme")},
                                        {ThemeChoice::dark, tr("Dark theme")}}) {
        QAction* action = menu->addAction(icon(QStringLiteral("theme")), words);
        action->setCheckable(true);
        action->setChecked(Settings::theme() == choice);
        themes->addAction(action);
        commands_ << action;
        connect(action, &QAction::triggered, this, [this, choice] {
            Settings::setTheme(choice);
            emit rebuildRequested();
        });
    }
    menu->addSeparator();
    auto* languages = new QActionGroup(this);
    for (const auto& [code, words] :
         {std::pair("en", QStringLiteral("English")), {"zh_CN", QStringLiteral("简体中文")}}) {
        QAction* action = menu->addAction(icon(QStringLiteral("language")), words);
        action->setCheckable(true);
        action->setChecked(currentLanguage() == QLatin1String(code));
        languages->addAction(action);
        commands_ << action;
        connect(action, &QAction::triggered, this, [this, code = QString(QLatin1String(code))] {
            Settings::setLanguage(code);
            emit rebuildRequested();
        });
    }
}

void MainWindow::updateActions() {
    const bool onTable = workspace_ != nullptr && page_ != Sidebar::clusterPage();
    for (QAction* action : std::as_const(workspaceActions_)) {
        action->setEnabled(onTable);
        // A letter is a command only while a table has the keyboard.
        if (workspace_ != nullptr && workspace_->currentPage() != nullptr) {
            QWidget* table = &workspace_->currentPage()->table();
            if (!table->actions().contains(action))
                table->addAction(action);
        }
    }
}

void MainWindow::startCluster() {
    showPage(Sidebar::clusterPage());
    start_->startButton().click();
}

void MainWindow::stopCluster() {
    showPage(Sidebar::clusterPage());
    start_->stopButton().click();
}

void MainWindow::chooseFiles() {
    std::vector<YamlSource> sources;
    for (const QString& path :
         QFileDialog::getOpenFileNames(this, tr("Apply files"), {}, tr("YAML and JSON (*.yaml *.yml *.json)"))) {
        QFile file(path);
        if (file.open(QIODevice::ReadOnly))
            sources.push_back({QFileInfo(path).fileName(), QString::fromUtf8(file.readAll())});
    }
    drop(std::move(sources));
}

void MainWindow::showPalette() {
    auto* palette = new CommandPalette(commands_ + kindActions_, this);
    palette->show();
    if (workspace_ == nullptr)
        return;
    connect(palette, &CommandPalette::objectChosen, this, [this](const ObjectRef& object) {
        stack_->setCurrentWidget(workspace_);
        workspace_->jump(object);
    });
    inBackground(
        palette, [session = session_, kinds = kinds_] { return objectNames(*session->client, kinds); },
        [palette](const std::vector<ObjectRef>& objects) { palette->setObjects(objects); });
}

void MainWindow::goBack() {
    if (visit_ > 0)
        showPage(visited_[--visit_]);
}

void MainWindow::goForward() {
    if (visit_ + 1 < visited_.size())
        showPage(visited_[++visit_]);
}

void MainWindow::showAbout() {
    QMessageBox::about(this, tr("About Slipway"),
                       tr("<b>Slipway</b><p>A Kubernetes cluster in about a second, and everything in it.</p>"));
}

void MainWindow::newYaml() {
    if (workspace_ == nullptr)
        return tell(tr("Start or open a cluster first."), true);
    showPage(page_ == Sidebar::clusterPage() ? QStringLiteral("pods") : page_);
    workspace_->openNewYaml();
}

void MainWindow::filter() {
    workspace_->focusFilter();
}
void MainWindow::details() {
    workspace_->showDetails();
}
void MainWindow::yaml() {
    workspace_->showYaml();
}
void MainWindow::edit() {
    workspace_->openEditor();
}
void MainWindow::logs() {
    workspace_->openLogs(false);
}
void MainWindow::previousLogs() {
    workspace_->openLogs(true);
}
void MainWindow::shell() {
    workspace_->openShell();
}
void MainWindow::remove() {
    workspace_->deleteSelected();
}
void MainWindow::restart() {
    workspace_->restartSelected();
}
void MainWindow::hideDetails() {
    workspace_->details().hide();
}

void MainWindow::reconnect() {
    if (workspace_ != nullptr)
        workspace_->reconnect();
}

void MainWindow::closePanel() {
    if (workspace_ != nullptr)
        workspace_->closePanel();
}

void MainWindow::focusTable() {
    if (workspace_ != nullptr && workspace_->currentPage() != nullptr)
        workspace_->currentPage()->table().setFocus();
}

} // namespace slipway::ui
