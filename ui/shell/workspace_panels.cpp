// What a workspace opens: logs, terminals, editors, and what asks before it acts.
#include "ui/access/port_forwards.h"
#include "ui/actions/dependants.h"
#include "ui/actions/node_shell.h"
#include "ui/actions/why_pending.h"
#include "ui/editor/editor_panel.h"
#include "ui/editor/form_dialog.h"
#include "ui/history/change_journal.h"
#include "ui/history/history_page.h"
#include "ui/history/remote_sync.h"
#include "ui/logs/log_panel.h"
#include "ui/session/background.h"
#include "ui/shell/special_pages.h"
#include "ui/shell/workspace.h"
#include "ui/terminal/terminal_panel.h"

#include <QInputDialog>
#include <QMessageBox>

namespace slipway::ui {

void Workspace::openLogsOf(const std::vector<ObjectRef>& objects, bool previous) {
    auto work = [session = session_, objects] { return logTargetOf(*session->client, objects); };
    inBackground(this, std::move(work), [this, objects, previous](const client::Result<LogTarget>& target) {
        if (!target)
            return emit told(errorText(target.error()), true);
        const QString title =
            objects.size() == 1 ? objects.front().name : tr("%n objects", nullptr, static_cast<int>(objects.size()));
        panels_->add(new LogPanel(session_, *target, previous), QStringLiteral("logs"), QStringLiteral("logs"), title);
    });
}

void Workspace::openTerminalOf(const ObjectRef& pod, bool attach) {
    auto work = [session = session_, pod] {
        return session->client->get(pod.kind->resource, pod.ns.toStdString(), pod.name.toStdString());
    };
    inBackground(this, std::move(work), [this, pod, attach](const client::Result<api::Json>& object) {
        if (!object || !object->is_object())
            return emit told(object ? QString() : errorText(object.error()), true);
        const QStringList containers = containersOf(object->get_object());
        if (containers.isEmpty())
            return;
        QString container = containers.front();
        if (containers.size() > 1) {
            bool chosen = false;
            container = QInputDialog::getItem(this, attach ? tr("Attach") : tr("Shell"),
                                              tr("Container of %1").arg(pod.name), containers, 0, false, &chosen);
            if (!chosen)
                return;
        }
        openTerminal(pod, container, attach);
    });
}

void Workspace::openTerminal(const ObjectRef& pod, const QString& container, bool attach) {
    panels_->add(new TerminalPanel(session_, {pod.ns, pod.name, container, attach, {}, pod.name}),
                 QStringLiteral("terminal"), QStringLiteral("terminal"), pod.name);
}

void Workspace::openNodeShell(const ObjectRef& node) {
    if (const QStringList program = nodeShellProgram(*session_, node.name); !program.isEmpty()) {
        panels_->add(new TerminalPanel(session_, {{}, {}, {}, false, program, node.name}), QStringLiteral("terminal"),
                     QStringLiteral("terminal"), node.name);
        return;
    }
    showNodeShellDialog(*this, session_, node, [this, node](const ObjectRef& pod) {
        auto* panel = new TerminalPanel(session_, {pod.ns, pod.name, nodeShellContainer, true, {}, node.name});
        connect(panel, &QObject::destroyed, &actions_, [this, pod] { actions_.remove({pod}); });
        panels_->add(panel, QStringLiteral("terminal"), QStringLiteral("terminal"), node.name);
    });
}

void Workspace::openEditorOf(const ObjectRef& object) {
    auto* editor = new EditorPanel(session_, object.kind->resource, object.ns, object.name);
    connect(editor, &EditorPanel::applied, this,
            [this](const QString& name) { emit told(tr("%1 applied").arg(name), false); });
    panels_->add(editor, QStringLiteral("editor"), QStringLiteral("edit"), object.name);
}

void Workspace::openForm() {
    const KindView* shown = currentPage() == nullptr ? nullptr : &currentPage()->kind();
    const QString ns = chosen_.size() == 1 ? chosen_.front() : session_->defaultNamespace;
    showForm(new FormDialog(session_, kinds_, shown, ns.isEmpty() ? QStringLiteral("default") : ns, this));
}

void Workspace::openFormOf(const ObjectRef& object) {
    showForm(new FormDialog(session_, object, this));
}

void Workspace::showForm(FormDialog* dialog) {
    connect(dialog, &FormDialog::applyRequested, this, [this, dialog](const QString& yaml, bool whole) {
        ApplyDialog* apply = applyYaml({{{}, yaml}}, false, whole ? ApplyMode::replace : ApplyMode::merge);
        connect(apply, &ApplyDialog::finishedApplying, dialog, &QDialog::accept);
    });
    connect(dialog, &FormDialog::editorRequested, this, [this](const QString& yaml) { openNewYaml(yaml); });
    dialog->show();
}

void Workspace::openNewYaml(const QString& yaml, int line, const QString& error) {
    auto* editor = new EditorPanel(session_, yaml);
    connect(editor, &EditorPanel::applied, this, [this] { emit told(tr("Applied"), false); });
    panels_->add(editor, QStringLiteral("editor"), QStringLiteral("edit"), tr("New YAML"));
    if (line > 0) {
        editor->editor().markError(line, error);
        editor->editor().goToLine(line);
    }
}

void Workspace::forwardPort(const ObjectRef& object) {
    forwards_->ask(*this, object);
    connect(
        forwards_, &PortForwards::added, this, [this] { showKind(QLatin1String(forwardsPage)); },
        Qt::SingleShotConnection);
}

ApplyDialog* Workspace::applyYaml(std::vector<YamlSource> sources, bool atOnce, ApplyMode mode) {
    auto* dialog = new ApplyDialog(session_, std::move(sources), atOnce, this, mode);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ApplyDialog::finishedApplying, this, [this](const QString& summary, const QString& firstKind) {
        emit told(summary, false);
        if (const KindView* kind = findKindView(firstKind, QString()); kind != nullptr && !isSpecialPage(shown_))
            showKind(QLatin1String(kind->id));
    });
    connect(dialog, &ApplyDialog::editRequested, this, &Workspace::openNewYaml);
    dialog->show();
    return dialog;
}

void Workspace::showHistoryOf(const ObjectRef& object) {
    showKind(QLatin1String(historyPage));
    if (auto* page = qobject_cast<HistoryPage*>(specialPage(QLatin1String(historyPage))))
        page->showOnly(RequestedObject{
            text(object.kind->resource.group), {}, text(object.kind->resource.resource), object.ns, object.name, {}}
                           .path());
}

void Workspace::showWhyPending(const ObjectRef& pod) {
    showWhyPendingDialog(*this, session_, pod);
}

bool Workspace::mayClose() {
    for (int i = 0; i < panels_->count(); ++i)
        if (auto* editor = qobject_cast<EditorPanel*>(panels_->widget(i)); editor != nullptr && !editor->mayClose())
            return false;
    return true;
}

void Workspace::confirmDeleteOf(const QStringList& yaml) {
    std::vector<ObjectRef> objects;
    for (const QString& each : yaml)
        for (const YamlDocument& document : parseYaml(each.toStdString()).value_or(std::vector<YamlDocument>())) {
            const auto at = [&document](std::initializer_list<std::string_view> path) {
                return text(api::stringAt(document.object, path));
            };
            if (const KindView* kind = findKindView(at({"kind"}), at({"apiVersion"})))
                objects.push_back({kind, at({"metadata", "namespace"}), at({"metadata", "name"}), {}});
        }
    if (!objects.empty())
        confirmDelete(objects);
}

/// What a pull brought goes to the cluster: shown first when somebody pulled, at once when the branch is watched.
void Workspace::takePulled(const std::vector<HistoryChange>& changes, bool watched) {
    std::vector<YamlSource> sources;
    QStringList removed;
    for (const HistoryChange& change : changes) {
        if (!change.path.endsWith(QLatin1String(".yaml")) && !change.path.endsWith(QLatin1String(".yml")))
            continue;
        if (change.after)
            sources.push_back({change.path, *change.after});
        else if (change.before)
            removed << *change.before;
    }
    if (!sources.empty())
        applyYaml(std::move(sources), watched);
    if (!removed.isEmpty())
        confirmDeleteOf(removed);
}

void Workspace::deleteSelected() {
    if (const auto objects = selectedObjects(); !objects.empty())
        confirmDelete(objects);
}

/// Asks with what would go as well.
void Workspace::confirmDelete(const std::vector<ObjectRef>& objects) {
    auto work = [session = session_, objects] { return dependantsOf(*session->client, objects); };
    inBackground(this, std::move(work),
                 [this, objects](const QStringList& dependants) { finishDelete(objects, dependants); });
}

void Workspace::finishDelete(const std::vector<ObjectRef>& objects, const QStringList& dependants) {
    QStringList names;
    for (const ObjectRef& object : objects)
        names << object.name;
    const int count = static_cast<int>(objects.size());
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Delete?"),
                                     tr("Delete %n object(s) from %1?", nullptr, count).arg(session_->name),
                                     QMessageBox::Cancel, this);
    question->setAttribute(Qt::WA_DeleteOnClose);
    QString words = names.mid(0, 10).join(QLatin1Char('\n')) + (count > 10 ? QStringLiteral("\n…") : QString());
    if (!dependants.isEmpty()) {
        const int more = static_cast<int>(dependants.size());
        words += QStringLiteral("\n\n") + tr("%n other object(s) will go with it:", nullptr, more) + QLatin1Char('\n') +
                 dependants.mid(0, 12).join(QLatin1Char('\n')) + (more > 12 ? QStringLiteral("\n…") : QString());
    }
    question->setInformativeText(words);
    auto* yes = question->addButton(tr("Delete"), QMessageBox::DestructiveRole);
    question->setDefaultButton(QMessageBox::Cancel);
    connect(yes, &QAbstractButton::clicked, this, [this, objects] { actions_.remove(objects); });
    question->open();
}

} // namespace slipway::ui
