#include "ui/shell/main_window.h"

#include "ui/editor/yaml_sources.h"
#include "ui/look/look.h"
#include "ui/session/background.h"
#include "ui/session/open_session.h"
#include "ui/shell/settings.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QSettings>
#include <QStatusBar>
#include <QVBoxLayout>

namespace slipway::ui {

MainWindow::MainWindow(const QString& cluster, SessionPtr session, QWidget* parent)
    : QMainWindow(parent)
    , runner_(cluster)
    , split_(new QSplitter)
    , sidebar_(new Sidebar)
    , start_(new StartPage(runner_))
    , stack_(new QStackedWidget)
    , clusterName_(new QLabel)
    , message_(new QLabel)
    , messageIcon_(new QLabel)
    , fresh_(new QLabel)
    , freshIcon_(new QLabel)
    , guard_(new QLabel)
    , veilText_(new QLabel)
    , veilIcon_(new QLabel)
    , veil_(new QFrame(this)) {
    setAcceptDrops(true);
    resize(1360, 840);
    setMinimumSize(900, 560);
    build();
    makeMenus();
    connectParts();
    keepLook(this, [this] { retranslate(); });
    open(std::move(session));
    runner_.refresh();
    readContexts();
    restoreGeometry(Settings::geometry());
}

void MainWindow::build() {
    split_->addWidget(sidebar_);
    split_->addWidget(stack_);
    split_->setStretchFactor(1, 1);
    split_->setSizes({230, 1130});
    split_->setCollapsible(1, false);
    split_->restoreState(QSettings().value(QStringLiteral("sidebar/split")).toByteArray());
    stack_->addWidget(start_);
    setCentralWidget(split_);
    messageIcon_->hide();
    fresh_->setContentsMargins(0, 0, 12, 0);
    clusterName_->setContentsMargins(0, 0, 12, 0);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(messageIcon_);
    statusBar()->addWidget(message_, 1);
    statusBar()->setContentsMargins(8, 0, 0, 0);
    for (QLabel* label : {guard_, freshIcon_, fresh_, clusterName_})
        statusBar()->addPermanentWidget(label);
    veil_->setObjectName(QStringLiteral("dropVeil"));
    auto* veilLayout = new QVBoxLayout(veil_);
    veilText_->setObjectName(QStringLiteral("hero"));
    veilLayout->addStretch();
    veilLayout->addWidget(veilIcon_, 0, Qt::AlignHCenter);
    veilLayout->addWidget(veilText_, 0, Qt::AlignHCenter);
    veilLayout->addStretch();
    veil_->hide();
}

void MainWindow::connectParts() {
    forget_.setSingleShot(true);
    forget_.setInterval(12'000);
    connect(&forget_, &QTimer::timeout, this, [this] { tell({}, false); });
    freshTick_.setInterval(1000);
    connect(&freshTick_, &QTimer::timeout, this, [this] { showFreshness(freshness_, staleSince_); });
    connect(split_, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(QStringLiteral("sidebar/split"), split_->saveState()); });
    connect(sidebar_, &Sidebar::pageChosen, this, &MainWindow::showPage);
    connect(start_, &StartPage::openLocalRequested, this, &MainWindow::openLocal);
    connect(start_, &StartPage::openContextRequested, this, &MainWindow::openContext);
    connect(start_, &StartPage::showClusterRequested, this, [this] { showPage(QStringLiteral("pods")); });
    connect(start_, &StartPage::guardChanged, this, [this](const QString& context, bool readOnly) {
        if (session_ && session_->name == context && session_->readOnly->load() != readOnly)
            toggleGuard();
    });
    connect(&runner_, &ClusterRunner::statusKnown, this, [this](const LocalCluster& status) {
        local_ = status;
        updateActions();
    });
    connect(&runner_, &ClusterRunner::finished, this, [this](const QString& operation, const QString& error) {
        const bool ended = operation == QLatin1String("stop") || operation == QLatin1String("delete");
        if (ended && error.isEmpty() && session_ && session_->local && session_->name == runner_.cluster())
            open(nullptr);
        if (!error.isEmpty())
            emit notable(tr("Cluster %1").arg(runner_.cluster()), error, true);
        else if (operation == QLatin1String("start"))
            emit notable(tr("Cluster %1").arg(runner_.cluster()), tr("It is running."), false);
        readContexts();
    });
}

void MainWindow::retranslate() {
    for (const auto& [menu, words] : wordedMenus_)
        menu->setTitle(tr(words));
    for (const Worded& each : worded_)
        each.action->setText(tr(each.words));
    veilText_->setText(tr("Drop YAML, folders or kustomizations to apply them"));
    veilIcon_->setPixmap(icon(QStringLiteral("drop"), Ink::accent).pixmap(64, 64));
    guard_->setPixmap(icon(QStringLiteral("lock"), Ink::muted).pixmap(16, 16));
    guard_->setToolTip(tr("This cluster is guarded against changes"));
    guard_->setAccessibleName(guard_->toolTip());
    clusterName_->setText(session_ ? QStringLiteral("%1   %2").arg(session_->name, session_->server)
                                   : tr("No cluster open"));
    setWindowTitle(session_ ? tr("%1 - Slipway").arg(session_->name) : tr("Slipway"));
    showKinds(std::exchange(kinds_, {}));
    showFreshness(freshness_, staleSince_);
}

void MainWindow::open(SessionPtr session) {
    if (workspace_ != nullptr) {
        counter_.reset();
        for (QAction* action : workspace_->objectActions())
            commands_.removeAll(action);
        stack_->removeWidget(workspace_);
        workspace_->hide(); // remembers its layout
        workspace_->deleteLater();
        workspace_ = nullptr;
    }
    session_ = std::move(session);
    sidebar_->setClusterOpen(session_ != nullptr);
    start_->showSession(session_);
    objectMenu_->clear();
    retranslate();
    updateActions();
    if (!session_)
        return showPage(Sidebar::clusterPage());
    openWorkspace();
    showPage(QStringLiteral("pods"));
}

void MainWindow::openWorkspace() {
    workspace_ = new Workspace(session_);
    stack_->addWidget(workspace_);
    objectMenu_->addActions(workspace_->objectActions());
    commands_ << workspace_->objectActions();
    counter_ = std::make_unique<KindCounter>(session_, [this] { return sidebar_->shownKinds(); });
    connect(counter_.get(), &KindCounter::counted, sidebar_, &Sidebar::setCounts);
    connect(sidebar_, &QTreeWidget::itemExpanded, counter_.get(), &KindCounter::countNow);
    connect(workspace_, &Workspace::counted, sidebar_, &Sidebar::setCounts);
    connect(workspace_, &Workspace::told, this, &MainWindow::tell);
    connect(workspace_, &Workspace::kindsKnown, this, &MainWindow::showKinds);
    connect(workspace_, &Workspace::kindsKnown, counter_.get(), &KindCounter::countNow);
    connect(workspace_, &Workspace::kindShown, this, &MainWindow::visit);
    connect(workspace_, &Workspace::freshnessChanged, this, [this](client::Freshness state, qint64 since) {
        const bool lost = state == client::Freshness::disconnected && freshness_ == client::Freshness::live;
        showFreshness(state, since);
        if (lost)
            emit notable(session_->name, tr("The connection to the cluster is lost."), true);
    });
}

void MainWindow::visit(const QString& page) {
    page_ = page;
    if (visit_ < 0 || visited_[visit_] != page) { // somewhere new: what lay ahead is let go
        constexpr qsizetype most = 100;
        visited_.resize(visit_ + 1);
        visited_ << page;
        if (visited_.size() > most)
            visited_.removeFirst();
        visit_ = visited_.size() - 1;
    }
    sidebar_->setCurrent(page);
    updateActions();
}

void MainWindow::showPage(const QString& page) {
    if (page == Sidebar::clusterPage() || workspace_ == nullptr) {
        page_ = Sidebar::clusterPage();
        stack_->setCurrentWidget(start_);
        sidebar_->setCurrent(page_);
        start_->startButton().setFocus();
        updateActions();
        return;
    }
    stack_->setCurrentWidget(workspace_);
    workspace_->showKind(page);
}

void MainWindow::openLocal() {
    auto work = [path = local_.kubeconfig, name = runner_.cluster()]() -> client::Result<SessionPtr> {
        return openSession(path, {}, true, name);
    };
    if (!local_.kubeconfig.isEmpty())
        return inBackground(this, std::move(work),
                            [this](const client::Result<SessionPtr>& session) { opened(session); });
    // Started just now: its kubeconfig is known with the next status.
    connect(
        &runner_, &ClusterRunner::statusKnown, this,
        [this] {
            if (!local_.kubeconfig.isEmpty())
                openLocal();
        },
        Qt::SingleShotConnection);
    runner_.refresh();
}

void MainWindow::openContext(const QString& context, const QString& kubeconfig) {
    auto work = [context, kubeconfig] { return openSession(kubeconfig, context, false, {}); };
    inBackground(this, std::move(work), [this](const client::Result<SessionPtr>& session) { opened(session); });
}

void MainWindow::opened(const client::Result<SessionPtr>& session) {
    if (!session)
        return start_->showError(errorText(session.error()));
    if (workspace_ == nullptr || workspace_->mayClose())
        open(*session);
}

void MainWindow::readContexts() {
    inBackground(
        this, [] { return knownContexts(); },
        [this](const std::vector<KnownContext>& contexts) {
            contexts_ = contexts;
            start_->setContexts(contexts);
        });
}

void MainWindow::tell(const QString& message, bool bad) {
    message_->setText(message);
    message_->setToolTip(message);
    messageIcon_->setPixmap(toneIcon(bad ? Tone::bad : Tone::ok).pixmap(16, 16));
    messageIcon_->setVisible(!message.isEmpty());
    if (!bad && !message.isEmpty())
        forget_.start();
    else
        forget_.stop();
    if (bad && !isActiveWindow())
        emit notable(session_ ? session_->name : tr("Slipway"), message, true);
}

/// Never silent about what is shown being old.
void MainWindow::showFreshness(client::Freshness state, qint64 since) {
    freshness_ = state;
    staleSince_ = since;
    const bool onTable = session_ && workspace_ != nullptr && workspace_->currentPage() != nullptr;
    freshIcon_->setVisible(onTable);
    fresh_->setVisible(onTable);
    guard_->setVisible(session_ && session_->readOnly->load());
    const bool lost = state == client::Freshness::disconnected;
    fresh_->setText(lost                                   ? tr("Not fresh since %1").arg(ageText(since))
                    : state == client::Freshness::live     ? tr("Fresh")
                    : state == client::Freshness::starting ? tr("Loading")
                                                           : tr("Not allowed"));
    freshIcon_->setPixmap(toneIcon(lost                                   ? Tone::bad
                                   : state == client::Freshness::live     ? Tone::ok
                                   : state == client::Freshness::starting ? Tone::busy
                                                                          : Tone::waiting)
                              .pixmap(14, 14));
    if (lost)
        freshTick_.start();
    else
        freshTick_.stop();
}

ApplyDialog* MainWindow::drop(std::vector<YamlSource> sources) {
    if (workspace_ == nullptr) {
        tell(tr("Start or open a cluster first, then drop the YAML."), true);
        return nullptr;
    }
    if (sources.empty())
        return nullptr;
    showPage(page_ == Sidebar::clusterPage() ? QStringLiteral("pods") : page_);
    return workspace_->applyYaml(std::move(sources), Settings::applyAtOnce());
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!event->mimeData()->hasUrls() && !event->mimeData()->hasText())
        return;
    event->acceptProposedAction();
    veil_->setGeometry(
        stack_->geometry().translated(stack_->mapTo(this, QPoint()) - stack_->pos()).adjusted(24, 24, -24, -24));
    veil_->raise();
    veil_->show();
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) {
    veil_->hide();
}

void MainWindow::dropEvent(QDropEvent* event) {
    veil_->hide();
    event->acceptProposedAction();
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        paths << url.toLocalFile();
    if (paths.isEmpty())
        return void(drop({{{}, event->mimeData()->text()}}));
    inBackground(
        this, [paths] { return readYamlSources(paths); },
        [this](const GatheredYaml& gathered) {
            if (!gathered.problem.isEmpty())
                tell(gathered.problem, true);
            drop(gathered.sources);
        });
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    veil_->hide();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (workspace_ != nullptr && !workspace_->mayClose())
        return event->ignore();
    Settings::setGeometry(saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace slipway::ui
