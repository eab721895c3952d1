#include "ui/shell/main_window.h"

#include "cluster/client/kubeconfig.h"
#include "ui/session/background.h"
#include "ui/shell/settings.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMimeData>
#include <QSplitter>
#include <QStatusBar>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

/// What a drop brings: files with YAML, or text.
std::vector<YamlSource> readDrop(const QMimeData& data) {
    std::vector<YamlSource> sources;
    for (const QUrl& url : data.urls()) {
        QFile file(url.toLocalFile());
        if (file.open(QIODevice::ReadOnly) && file.size() < (8 << 20))
            sources.push_back({QFileInfo(file).fileName(), QString::fromUtf8(file.readAll())});
    }
    if (sources.empty() && data.hasText())
        sources.push_back({{}, data.text()});
    return sources;
}

} // namespace

MainWindow::MainWindow(const QString& cluster, SessionPtr session, QWidget* parent)
    : QMainWindow(parent)
    , runner_(cluster)
    , sidebar_(new Sidebar)
    , start_(new StartPage(runner_))
    , stack_(new QStackedWidget)
    , clusterName_(new QLabel)
    , message_(new QLabel)
    , messageIcon_(new QLabel)
    , veil_(new QFrame(this)) {
    setWindowTitle(tr("Slipway"));
    setAcceptDrops(true);
    resize(1360, 840);
    setMinimumSize(900, 560);
    auto* split = new QSplitter;
    split->addWidget(sidebar_);
    split->addWidget(stack_);
    split->setStretchFactor(1, 1);
    split->setSizes({212, 1150});
    split->setCollapsible(1, false);
    stack_->addWidget(start_);
    setCentralWidget(split);
    messageIcon_->hide();
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(messageIcon_);
    statusBar()->addWidget(message_, 1);
    clusterName_->setContentsMargins(0, 0, 12, 0);
    statusBar()->setContentsMargins(8, 0, 0, 0);
    statusBar()->addPermanentWidget(clusterName_);
    forget_.setSingleShot(true);
    forget_.setInterval(12'000);
    connect(&forget_, &QTimer::timeout, this, [this] { tell({}, false); });

    veil_->setObjectName(QStringLiteral("dropVeil"));
    auto* veilLayout = new QVBoxLayout(veil_);
    auto* veilIcon = new QLabel;
    veilIcon->setPixmap(icon(QStringLiteral("drop"), colors().accent).pixmap(64, 64));
    auto* veilText = new QLabel(tr("Drop YAML to apply it"));
    veilText->setObjectName(QStringLiteral("hero"));
    veilLayout->addStretch();
    veilLayout->addWidget(veilIcon, 0, Qt::AlignHCenter);
    veilLayout->addWidget(veilText, 0, Qt::AlignHCenter);
    veilLayout->addStretch();
    veil_->hide();

    makeMenus();
    connect(sidebar_, &Sidebar::pageChosen, this, &MainWindow::showPage);
    connect(start_, &StartPage::openLocalRequested, this, &MainWindow::openLocal);
    connect(start_, &StartPage::openContextRequested, this, &MainWindow::openContext);
    connect(start_, &StartPage::showClusterRequested, this, [this] { showPage(QStringLiteral("pods")); });
    connect(&runner_, &ClusterRunner::statusKnown, this, [this](const LocalCluster& status) {
        local_ = status;
        updateActions();
    });
    connect(&runner_, &ClusterRunner::finished, this, [this](const QString& operation, const QString& error) {
        if (operation != QLatin1String("start") && error.isEmpty() && session_ && session_->local)
            open(nullptr);
        readContexts();
    });
    open(std::move(session));
    runner_.refresh();
    readContexts();
    restoreGeometry(Settings::geometry());
}

void MainWindow::open(SessionPtr session) {
    session_ = std::move(session);
    if (workspace_ != nullptr) {
        stack_->removeWidget(workspace_);
        workspace_->deleteLater();
        workspace_ = nullptr;
    }
    sidebar_->setClusterOpen(session_ != nullptr);
    start_->showSession(session_);
    clusterName_->setText(session_ ? QStringLiteral("%1   %2").arg(session_->name, session_->server)
                                   : tr("No cluster open"));
    setWindowTitle(session_ ? tr("%1 - Slipway").arg(session_->name) : tr("Slipway"));
    updateActions();
    if (!session_)
        return showPage(Sidebar::clusterPage());
    workspace_ = new Workspace(session_);
    stack_->addWidget(workspace_);
    connect(workspace_, &Workspace::told, this, &MainWindow::tell);
    connect(workspace_, &Workspace::kindsKnown, this, &MainWindow::showKinds);
    connect(workspace_, &Workspace::kindShown, this, [this](const QString& id) {
        page_ = id;
        if (visit_ < 0 || visited_[visit_] != id) { // somewhere new: what lay ahead is let go
            constexpr qsizetype most = 100;
            visited_.resize(visit_ + 1);
            visited_ << id;
            if (visited_.size() > most)
                visited_.removeFirst();
            visit_ = visited_.size() - 1;
        }
        sidebar_->setCurrent(id);
        updateActions();
    });
    showPage(QStringLiteral("pods"));
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

void MainWindow::openContext(const QString& context) {
    auto work = [context] {
        return openSession(QString::fromStdString(client::defaultKubeconfigPath().string()), context, false, {});
    };
    inBackground(this, std::move(work), [this](const client::Result<SessionPtr>& session) { opened(session); });
}

void MainWindow::opened(const client::Result<SessionPtr>& session) {
    if (session)
        open(*session);
    else
        start_->showError(errorText(session.error()));
}

void MainWindow::readContexts() {
    auto work = [] {
        QStringList names;
        if (const auto contexts = client::listContexts(client::defaultKubeconfigPath()))
            for (const auto& entry : *contexts)
                names << QString::fromStdString(entry.name);
        return names;
    };
    inBackground(this, std::move(work), [this](const QStringList& names) { start_->setContexts(names); });
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
    drop(readDrop(*event->mimeData()));
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    veil_->hide();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    Settings::setGeometry(saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace slipway::ui
