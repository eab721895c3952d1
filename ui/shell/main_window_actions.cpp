// The menus, keys and commands of the window.
#include "ui/editor/yaml_sources.h"
#include "ui/look/look.h"
#include "ui/session/background.h"
#include "ui/session/open_session.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_window.h"
#include "ui/shell/preferences_dialog.h"
#include "ui/shell/settings.h"
#include "ui/shell/special_pages.h"

#include <QActionGroup>
#include <QApplication>
#include <QFileDialog>
#include <QInputDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QSettings>

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

QMenu* MainWindow::addMenu(const char* words) {
    QMenu* menu = menuBar()->addMenu(QString());
    wordedMenus_.emplace_back(menu, words);
    return menu;
}

QAction* MainWindow::add(QMenu* menu, const char* iconName, const char* words, const QList<QKeySequence>& keys,
                         Call call) {
    auto* action = menu->addAction(iconName == nullptr ? QIcon() : icon(QLatin1String(iconName)), QString());
    action->setShortcuts(keys);
    if (call != nullptr)
        connect(action, &QAction::triggered, this, call);
    worded_.push_back({action, words});
    commands_ << action;
    return action;
}

QAction* MainWindow::addTableKey(QMenu* menu, const char* iconName, const char* words, const QKeySequence& key,
                                 Call call) {
    QAction* action = add(menu, iconName, words, {key}, call);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut); // plain letters: not while typing elsewhere
    action->setEnabled(false);
    workspaceActions_ << action;
    return action;
}

void MainWindow::makeMenus() {
    using Keys = QList<QKeySequence>;
    QMenu* cluster = addMenu(QT_TR_NOOP("&Cluster"));
    add(cluster, "start", QT_TR_NOOP("&Start the cluster"), {}, &MainWindow::startCluster);
    add(cluster, "stop", QT_TR_NOOP("S&top the cluster"), {}, &MainWindow::stopCluster);
    cluster->addSeparator();
    add(cluster, "drop", QT_TR_NOOP("&Apply files…"), Keys{QKeySequence::Open}, &MainWindow::chooseFiles);
    add(cluster, "drop", QT_TR_NOOP("Apply a &folder…"), {}, &MainWindow::chooseFolder);
    add(cluster, "plus", QT_TR_NOOP("&New YAML"), Keys{QKeySequence::New}, &MainWindow::newYaml);
    atOnce_ = add(cluster, nullptr, QT_TR_NOOP("Apply dropped YAML without asking"), {}, nullptr);
    atOnce_->setCheckable(true);
    atOnce_->setChecked(Settings::applyAtOnce());
    connect(atOnce_, &QAction::toggled, this, [](bool on) { Settings::setApplyAtOnce(on); });
    guardAction_ = add(cluster, "lock", QT_TR_NOOP("&Guard against changes"), {}, &MainWindow::toggleGuard);
    guardAction_->setCheckable(true);
    add(cluster, "refresh", QT_TR_NOOP("&Reconnect"), Keys{Qt::Key_F5}, &MainWindow::reconnect);
    cluster->addSeparator();
    add(cluster, "window", QT_TR_NOOP("New &window"), Keys{Qt::CTRL | Qt::SHIFT | Qt::Key_N}, &MainWindow::newWindow);
    add(cluster, "settings", QT_TR_NOOP("&Preferences"), Keys{Qt::CTRL | Qt::Key_Comma}, &MainWindow::showPreferences);
    QAction* quit = add(cluster, nullptr, QT_TR_NOOP("&Quit"), Keys{QKeySequence::Quit}, nullptr);
    connect(quit, &QAction::triggered, qApp, &QApplication::closeAllWindows);

    objectMenu_ = addMenu(QT_TR_NOOP("&Object"));

    QMenu* view = addMenu(QT_TR_NOOP("&View"));
    add(view, "search", QT_TR_NOOP("&Command palette"),
        Keys{Qt::CTRL | Qt::Key_K, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P)}, &MainWindow::showPalette);
    addTableKey(view, "search", QT_TR_NOOP("&Filter"), Qt::Key_Slash, &MainWindow::filter);
    addTableKey(view, "previous", QT_TR_NOOP("&Back"), Qt::Key_BracketLeft, &MainWindow::goBack);
    addTableKey(view, "follow", QT_TR_NOOP("F&orward"), Qt::Key_BracketRight, &MainWindow::goForward);
    addTableKey(view, nullptr, QT_TR_NOOP("Close the details"), Qt::Key_Escape, &MainWindow::hideDetails);
    add(view, "star", QT_TR_NOOP("Favourite, or not any more"), Keys{Qt::CTRL | Qt::Key_B},
        &MainWindow::toggleFavourite);
    add(view, nullptr, QT_TR_NOOP("Go to the &table"), Keys{Qt::CTRL | Qt::Key_1}, &MainWindow::focusTable);
    add(view, nullptr, QT_TR_NOOP("Go to the &sidebar"), Keys{Qt::CTRL | Qt::Key_0}, &MainWindow::focusSidebar);
    add(view, "close", QT_TR_NOOP("Close the &panel"), Keys{QKeySequence::Close}, &MainWindow::closePanel);
    add(view, "beside", QT_TR_NOOP("Put the panel beside the others, or back"), Keys{Qt::CTRL | Qt::Key_Backslash},
        &MainWindow::besidePanel);
    layouts_ = view->addMenu(icon(QStringLiteral("window")), QString());
    wordedMenus_.emplace_back(layouts_, QT_TR_NOOP("&Layouts"));
    connect(layouts_, &QMenu::aboutToShow, this, &MainWindow::fillLayouts);
    makeAppearanceMenu(addMenu(QT_TR_NOOP("&Appearance")));
    auto* kindJump = new QAction(this); // ":" opens the palette, as fingers expect it
    kindJump->setShortcut(Qt::Key_Colon);
    kindJump->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(kindJump, &QAction::triggered, this, &MainWindow::showPalette);
    workspaceActions_ << kindJump;
    for (const KindView& kind : allKinds())
        kinds_.push_back(&kind);
    QMenu* help = addMenu(QT_TR_NOOP("&Help"));
    add(help, nullptr, QT_TR_NOOP("&Keys"), Keys{Qt::Key_F1}, &MainWindow::showKeys);
    add(help, nullptr, QT_TR_NOOP("&About Slipway"), {}, &MainWindow::showAbout);
}

void MainWindow::showKinds(const std::vector<const KindView*>& kinds) {
    qDeleteAll(std::exchange(kindActions_, {}));
    kinds_ = kinds;
    const auto go = [this](const QString& id, const QString& title, const char* iconName) {
        auto* action = new QAction(icon(QLatin1String(iconName)), tr("Go to %1").arg(title), this);
        connect(action, &QAction::triggered, this, [this, id] { showPage(id); });
        kindActions_ << action;
    };
    for (const KindView* kind : kinds_)
        go(QLatin1String(kind->id), kind->translatedTitle(), kind->icon);
    for (const SpecialPage& page : specialPages())
        go(QLatin1String(page.id), QCoreApplication::translate("Pages", page.title), page.icon);
    sidebar_->setKinds(kinds_);
    sidebar_->setClusterOpen(session_ != nullptr);
    sidebar_->setCurrent(page_);
}

void MainWindow::makeAppearanceMenu(QMenu* menu) {
    auto* themes = new QActionGroup(this);
    for (const auto& [choice, words] : {std::pair(ThemeChoice::system, QT_TR_NOOP("Theme of the system")),
                                        {ThemeChoice::light, QT_TR_NOOP("Light theme")},
                                        {ThemeChoice::dark, QT_TR_NOOP("Dark theme")}}) {
        QAction* action = add(menu, "theme", words, {}, nullptr);
        action->setCheckable(true);
        themes->addAction(action);
        connect(action, &QAction::triggered, this, [choice] {
            Settings::setTheme(choice);
            applyTheme(*qApp, choice);
        });
        keepLook(action, [action, choice] { action->setChecked(Settings::theme() == choice); });
    }
    menu->addSeparator();
    auto* languages = new QActionGroup(this);
    for (const auto& [code, words] :
         {std::pair("en", QStringLiteral("English")), {"zh_CN", QStringLiteral("简体中文")}}) {
        QAction* action = menu->addAction(icon(QStringLiteral("language")), words);
        action->setCheckable(true);
        languages->addAction(action);
        commands_ << action;
        connect(action, &QAction::triggered, this, [code = QString(QLatin1String(code))] {
            Settings::setLanguage(code);
            installLanguage();
        });
        keepLook(action, [action, code] { action->setChecked(currentLanguage() == QLatin1String(code)); });
    }
}

/// Arrangements of the docks that somebody has given a name.
void MainWindow::fillLayouts() {
    layouts_->clear();
    connect(layouts_->addAction(tr("Save this layout…")), &QAction::triggered, this, &MainWindow::saveLayout);
    layouts_->addSeparator();
    QSettings settings;
    settings.beginGroup(QStringLiteral("layouts"));
    for (const QString& name : settings.childKeys())
        connect(layouts_->addAction(name), &QAction::triggered, this,
                [this, state = settings.value(name).toByteArray()] {
                    if (workspace_ != nullptr)
                        workspace_->restoreLayout(state);
                });
    layouts_->setEnabled(workspace_ != nullptr);
}

void MainWindow::saveLayout() {
    const QString name = QInputDialog::getText(this, tr("Save this layout"), tr("Name")).trimmed();
    if (!name.isEmpty() && workspace_ != nullptr)
        QSettings().setValue(QStringLiteral("layouts/") + QString(name).remove(QLatin1Char('/')),
                             workspace_->layoutState());
}

void MainWindow::updateActions() {
    const bool onTable =
        workspace_ != nullptr && workspace_->currentPage() != nullptr && page_ != Sidebar::clusterPage();
    for (QAction* action : std::as_const(workspaceActions_)) {
        action->setEnabled(onTable);
        if (!onTable)
            continue;
        QWidget* table = &workspace_->currentPage()->table();
        if (!table->actions().contains(action)) // a letter is a command only while a table has the keyboard
            table->addAction(action);
    }
    objectMenu_->setEnabled(onTable);
    guardAction_->setEnabled(session_ != nullptr);
    guardAction_->setChecked(session_ && session_->readOnly->load());
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
    const QStringList paths =
        QFileDialog::getOpenFileNames(this, tr("Apply files"), {}, tr("YAML and JSON (*.yaml *.yml *.json)"));
    if (!paths.isEmpty())
        drop(readYamlSources(paths).sources);
}

void MainWindow::chooseFolder() {
    const QString path = QFileDialog::getExistingDirectory(this, tr("Apply a folder"));
    if (path.isEmpty())
        return;
    inBackground(
        this, [path] { return readYamlSources({path}); },
        [this](const GatheredYaml& gathered) {
            if (!gathered.problem.isEmpty())
                tell(gathered.problem, true);
            drop(gathered.sources);
        });
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
void MainWindow::hideDetails() {
    workspace_->hideDetails();
}

void MainWindow::newWindow() {
    emit newWindowRequested(session_);
}

void MainWindow::showPreferences() {
    showPreferencesDialog(*this);
}

void MainWindow::showKeys() {
    QString rows;
    const auto row = [&rows](const QAction* action) {
        if (action->shortcut().isEmpty())
            return;
        QStringList keys;
        for (const QKeySequence& key : action->shortcuts())
            keys << key.toString(QKeySequence::NativeText).toHtmlEscaped();
        rows += QStringLiteral("<tr><td style='padding-right:18px'><b>%1</b></td><td>%2</td></tr>")
                    .arg(keys.join(QStringLiteral(", ")), action->text().remove(QLatin1Char('&')).toHtmlEscaped());
    };
    for (const QAction* action : std::as_const(commands_))
        row(action);
    QMessageBox box(QMessageBox::NoIcon, tr("Keys"), QStringLiteral("<table>%1</table>").arg(rows), QMessageBox::Close,
                    this);
    box.setInformativeText(tr("Letters work while a table has the keyboard. In logs: 0 to 6 choose from when, "
                              "T shows times, W wraps, S follows, M marks, P shows the previous run."));
    box.exec();
}

void MainWindow::toggleFavourite() {
    if (findKindView(page_) != nullptr)
        sidebar_->setFavourite(page_, !sidebar_->isFavourite(page_));
}

void MainWindow::toggleGuard() {
    if (!session_)
        return;
    setGuard(*session_, !session_->readOnly->load());
    if (workspace_ != nullptr)
        workspace_->updateActions();
    updateActions();
    showFreshness(freshness_, staleSince_);
    readContexts();
}

void MainWindow::reconnect() {
    if (workspace_ != nullptr)
        workspace_->reconnect();
}

void MainWindow::closePanel() {
    if (workspace_ != nullptr)
        workspace_->closePanel();
}

void MainWindow::besidePanel() {
    if (workspace_ != nullptr)
        workspace_->panels().putBeside();
}

void MainWindow::focusTable() {
    if (workspace_ != nullptr && workspace_->currentPage() != nullptr)
        workspace_->currentPage()->table().setFocus();
}

void MainWindow::focusSidebar() {
    sidebar_->setFocus();
}

} // namespace slipway::ui
