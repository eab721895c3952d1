// The bottom panels of a workspace: logs, terminals, editors; and what asks before it acts.
#include "ui/editor/editor_panel.h"
#include "ui/session/background.h"
#include "ui/shell/workspace.h"

#include <QInputDialog>
#include <QMessageBox>
#include <QTabBar>

namespace slipway::ui {

void Workspace::addPanel(QWidget* panel, const QString& iconName, const QString& title) {
    const int index = panels_->addTab(panel, icon(iconName), title);
    auto* close = new QToolButton;
    close->setIcon(icon(QStringLiteral("close"), colors().muted));
    close->setIconSize(QSize(12, 12));
    close->setToolTip(tr("Close   Ctrl+W"));
    close->setAccessibleName(tr("Close %1").arg(title));
    close->setFocusPolicy(Qt::NoFocus);
    connect(close, &QToolButton::clicked, panel, [this, panel] { closeTab(panels_->indexOf(panel)); });
    panels_->tabBar()->setTabButton(index, QTabBar::RightSide, close);
    panels_->show();
    panels_->setCurrentIndex(index);
    panel->setFocus();
}

void Workspace::closeTab(int index) {
    QWidget* panel = panels_->widget(index);
    if (auto* editor = qobject_cast<EditorPanel*>(panel); editor != nullptr && editor->isModified()) {
        const auto answer =
            QMessageBox::question(this, tr("Close the editor?"), tr("What you changed has not been applied."),
                                  QMessageBox::Discard | QMessageBox::Cancel, QMessageBox::Cancel);
        if (answer != QMessageBox::Discard)
            return;
    }
    panels_->removeTab(index);
    delete panel;
    panels_->setVisible(panels_->count() > 0);
    if (ResourcePage* shown = currentPage(); shown != nullptr && panels_->count() == 0)
        shown->table().setFocus();
}

void Workspace::closePanel() {
    if (panels_->count() > 0)
        closeTab(panels_->currentIndex());
}

void Workspace::openLogs(bool previous) {
    const auto objects = selectedObjects();
    if (!objects.empty())
        openLogsOf(objects.front(), previous);
}

void Workspace::openLogsOf(const ObjectRef& object, bool previous) {
    if (object.kind->scales())
        return followPods(object, previous);
    ResourcePage* shown = page(*object.kind);
    std::vector<LogSource> sources;
    for (const Row& row : shown->selectedRows())
        for (const QString& container : row.containers)
            sources.push_back({row.ns, row.name, container});
    if (const int at = shown->model().find(object.uid); at >= 0 && sources.empty())
        for (const QString& container : shown->model().row(at).containers)
            sources.push_back({object.ns, object.name, container});
    if (!sources.empty())
        addPanel(new LogPanel(session_, std::move(sources), previous), QStringLiteral("logs"), object.name);
}

void Workspace::followPods(const ObjectRef& deployment, bool previous) {
    auto work = [session = session_, deployment]() -> client::Result<std::vector<LogSource>> {
        const std::string ns = deployment.ns.toStdString();
        auto object = session->client->get(deployment.kind->resource, ns, deployment.name.toStdString());
        if (!object)
            return std::unexpected(object.error());
        client::ListOptions options;
        if (const api::Json* selector = api::find(*object, {"spec", "selector"});
            selector != nullptr && selector->is_object())
            options.labelSelector = api::formatSelector(selector->get_object());
        auto pods = session->client->list(findKindView(QStringLiteral("pods"))->resource, ns, options);
        if (!pods)
            return std::unexpected(pods.error());
        std::vector<LogSource> sources;
        for (const api::Json& pod : pods->items) {
            const Row row = readRow(*findKindView(QStringLiteral("pods")), pod);
            for (const QString& container : row.containers)
                sources.push_back({row.ns, row.name, container});
        }
        return sources;
    };
    inBackground(this, std::move(work),
                 [this, deployment, previous](const client::Result<std::vector<LogSource>>& sources) {
                     if (!sources)
                         return emit told(errorText(sources.error()), true);
                     if (sources->empty())
                         return emit told(tr("%1 has no pods.").arg(deployment.name), true);
                     addPanel(new LogPanel(session_, *sources, previous), QStringLiteral("logs"), deployment.name);
                 });
}

void Workspace::openShell() {
    ResourcePage* shown = currentPage();
    if (shown == nullptr || !shown->kind().hasLogs())
        return;
    const auto rows = shown->selectedRows();
    if (!rows.empty())
        openShellOf({&shown->kind(), rows.front().ns, rows.front().name, rows.front().uid}, rows.front().containers);
}

void Workspace::openShellOf(const ObjectRef& object, const std::vector<QString>& containers) {
    if (containers.empty())
        return;
    QString container = containers.front();
    if (containers.size() > 1) {
        bool chosen = false;
        container = QInputDialog::getItem(this, tr("Shell"), tr("Container of %1").arg(object.name),
                                          QStringList(containers.begin(), containers.end()), 0, false, &chosen);
        if (!chosen)
            return;
    }
    addPanel(new TerminalPanel(session_, object.ns, object.name, container), QStringLiteral("terminal"), object.name);
}

void Workspace::openEditor() {
    const auto objects = selectedObjects();
    if (!objects.empty())
        openEditorOf(objects.front());
}

void Workspace::openEditorOf(const ObjectRef& object) {
    auto* editor = new EditorPanel(session_, object.kind->resource, object.ns, object.name);
    connect(editor, &EditorPanel::applied, this,
            [this](const QString& name) { emit told(tr("%1 applied").arg(name), false); });
    addPanel(editor, QStringLiteral("edit"), object.name);
}

void Workspace::openNewYaml(const QString& yaml, int line, const QString& error) {
    auto* editor = new EditorPanel(session_, yaml);
    connect(editor, &EditorPanel::applied, this, [this] { emit told(tr("Applied"), false); });
    addPanel(editor, QStringLiteral("edit"), tr("New YAML"));
    if (line > 0) {
        editor->editor().markError(line, error);
        editor->editor().goToLine(line);
    }
}

ApplyDialog* Workspace::applyYaml(std::vector<YamlSource> sources, bool atOnce) {
    auto* dialog = new ApplyDialog(session_, std::move(sources), atOnce, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ApplyDialog::finishedApplying, this, [this](const QString& summary, const QString& firstKind) {
        emit told(summary, false);
        if (const KindView* kind = findKindView(firstKind, QString()))
            showKind(QLatin1String(kind->id));
    });
    connect(dialog, &ApplyDialog::editRequested, this, &Workspace::openNewYaml);
    dialog->show();
    return dialog;
}

void Workspace::deleteSelected() {
    if (const auto objects = selectedObjects(); !objects.empty())
        confirmDelete(objects);
}

void Workspace::confirmDelete(const std::vector<ObjectRef>& objects) {
    QStringList names;
    for (const ObjectRef& object : objects)
        names << object.name;
    const int count = static_cast<int>(objects.size());
    QMessageBox question(QMessageBox::Warning, tr("Delete?"),
                         tr("Delete %n object(s) from %1?", nullptr, count).arg(session_->name), QMessageBox::Cancel,
                         this);
    question.setInformativeText(names.mid(0, 10).join(QLatin1Char('\n')) +
                                (count > 10 ? QStringLiteral("\n…") : QString()));
    auto* yes = question.addButton(tr("Delete"), QMessageBox::DestructiveRole);
    question.setDefaultButton(QMessageBox::Cancel);
    question.exec();
    if (question.clickedButton() == yes)
        actions_.remove(objects);
}

} // namespace slipway::ui
