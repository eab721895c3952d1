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
#include <QDir>
#include <QFile>
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
    auto* palette = new CommandPalette(commands_ + kindActions_ + placeActions(), this);
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

/// Namespaces, clusters and samples, as the palette finds them.
QList<QAction*> MainWindow::placeActions() {
    qDeleteAll(std::exchange(placeActions_, {}));
    const auto add = [this](const char* iconName, const QString& words, auto call) {
        auto* action = new QAction(icon(QLatin1String(iconName)), words, this);
        connect(action, &QAction::triggered, this, call);
        placeActions_ << action;
    };
    for (const KnownContext& context : contexts_)
        add("cluster", tr("Open cluster %1").arg(context.name),
            [this, context] { openContext(context.name, context.kubeconfig); });
    if (workspace_ == nullptr)
        return placeActions_;
    add("namespace", tr("All namespaces"), [this] { workspace_->chooseNamespaces({}); });
    for (const QString& name : workspace_->namespaces())
        add("namespace", tr("Namespace %1").arg(name), [this, name] { workspace_->chooseNamespaces({name}); });
    for (const QString& sample : QDir(QStringLiteral(":/samples")).entryList())
        add("drop", tr("Apply the sample %1").arg(sample), [this, sample] {
            if (QFile file(QStringLiteral(":/samples/") + sample); file.open(QIODevice::ReadOnly))
                drop({{sample, QString::fromUtf8(file.readAll())}});
        });
    return placeActions_;
}

void MainWindow::toggleMonitor() {
    if (monitor_.isRunning()) {
        monitor_.stop();
        return tell({}, false);
    }
    monitor_.start();
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

void MainWindow::newFromForm() {
    if (workspace_ == nullptr)
        return tell(tr("Start or open a cluster first."), true);
    stack_->setCurrentWidget(workspace_);
    workspace_->openForm();
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
