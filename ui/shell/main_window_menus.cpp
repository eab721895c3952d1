// The menus of the window and what is in them.
#include "ui/look/look.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"
#include "ui/shell/special_pages.h"

#include <QActionGroup>
#include <QApplication>
#include <QInputDialog>
#include <QMenuBar>
#include <QSettings>

namespace slipway::ui {

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
    add(cluster, "plus", QT_TR_NOOP("New from a f&orm…"), Keys{Qt::CTRL | Qt::SHIFT | Qt::Key_M},
        &MainWindow::newFromForm);
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
    QAction* monitor = add(help, "clock", QT_TR_NOOP("&Frame monitor"), {}, &MainWindow::toggleMonitor);
    monitor->setCheckable(true);
    connect(&monitor_, &FrameMonitor::measured, this, [this](double longest) {
        tell(tr("Longest stall in the last second %1 ms, since the start %2 ms")
                 .arg(longest, 0, 'f', 1)
                 .arg(monitor_.longest(), 0, 'f', 1),
             false);
    });
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

} // namespace slipway::ui
