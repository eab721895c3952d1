#include "ui/shell/object_commands.h"

#include "ui/actions/copy_dialog.h"
#include "ui/actions/debug_dialog.h"
#include "ui/actions/drain_dialog.h"
#include "ui/actions/image_dialog.h"
#include "ui/actions/labels_dialog.h"
#include "ui/actions/rollout_dialog.h"
#include "ui/shell/workspace.h"

#include <QCoreApplication>

namespace slipway::ui {
namespace {

bool any(const KindView&) {
    return true;
}
bool isPod(const KindView& kind) {
    return kind.hasLogs();
}
bool hasPods(const KindView& kind) {
    return kind.hasLogs() || kind.hasPods();
}
bool rolls(const KindView& kind) {
    return kind.restarts();
}
bool isDeployment(const KindView& kind) {
    return kind.resource.group == "apps" && kind.resource.kind == "Deployment";
}
bool hasTemplate(const KindView& kind) {
    return kind.restarts() || (kind.resource.group == "batch" && kind.resource.kind == "CronJob");
}
bool isNode(const KindView& kind) {
    return kind.resource.group.empty() && kind.resource.kind == "Node";
}
bool isCronJob(const KindView& kind) {
    return kind.resource.group == "batch" && kind.resource.kind == "CronJob";
}
bool isSigningRequest(const KindView& kind) {
    return kind.resource.group == "certificates.k8s.io" && kind.resource.kind == "CertificateSigningRequest";
}
bool forwards(const KindView& kind) {
    return kind.hasLogs() || isDeployment(kind) || (kind.resource.group.empty() && kind.resource.kind == "Service");
}

using Objects = std::vector<ObjectRef>;
constexpr QKeyCombination none(Qt::Key_unknown);

} // namespace

std::span<const ObjectCommand> objectCommands() {
    static const ObjectCommand commands[] = {
        {"details", QT_TRANSLATE_NOOP("Commands", "Details"), "search", Qt::Key_D, any,
         [](Workspace& to, const Objects&) { to.showDetails(); }, true},
        {"yaml", QT_TRANSLATE_NOOP("Commands", "Show YAML"), "copy", Qt::Key_Y, any,
         [](Workspace& to, const Objects&) { to.showYaml(); }},
        {"edit", QT_TRANSLATE_NOOP("Commands", "Edit YAML"), "edit", Qt::Key_E, any,
         [](Workspace& to, const Objects& all) { to.openEditorOf(all.front()); }, true},
        {"form", QT_TRANSLATE_NOOP("Commands", "Edit in a form"), "settings", Qt::SHIFT | Qt::Key_E, any,
         [](Workspace& to, const Objects& all) { to.openFormOf(all.front()); }},
        {"logs", QT_TRANSLATE_NOOP("Commands", "Logs"), "logs", Qt::Key_L, hasPods,
         [](Workspace& to, const Objects& all) { to.openLogsOf(all, false); }, true, false, true},
        {"previous", QT_TRANSLATE_NOOP("Commands", "Logs of the previous run"), "previous", Qt::Key_P, hasPods,
         [](Workspace& to, const Objects& all) { to.openLogsOf(all, true); }, false, false, true},
        {"shell", QT_TRANSLATE_NOOP("Commands", "Shell"), "terminal", Qt::Key_S, isPod,
         [](Workspace& to, const Objects& all) { to.openTerminalOf(all.front(), false); }, true, true},
        {"attach", QT_TRANSLATE_NOOP("Commands", "Attach"), "link", Qt::Key_A, isPod,
         [](Workspace& to, const Objects& all) { to.openTerminalOf(all.front(), true); }, false, true},
        {"debug", QT_TRANSLATE_NOOP("Commands", "Debug container"), "bug", Qt::SHIFT | Qt::Key_S, isPod,
         [](Workspace& to, const Objects& all) {
             showDebugDialog(to, to.session(), all.front(), [&to, pod = all.front()](const QString& container) {
                 to.openTerminal(pod, container, true);
             });
         },
         false, true},
        {"forward", QT_TRANSLATE_NOOP("Commands", "Forward a port"), "forward", Qt::SHIFT | Qt::Key_F, forwards,
         [](Workspace& to, const Objects& all) { to.forwardPort(all.front()); }, true},
        {"restart", QT_TRANSLATE_NOOP("Commands", "Restart"), "refresh", Qt::Key_R, rolls,
         [](Workspace& to, const Objects& all) { to.actions().restart(all); }, true, true, true},
        {"rollout", QT_TRANSLATE_NOOP("Commands", "Rollout history"), "undo", Qt::Key_H, rolls,
         [](Workspace& to, const Objects& all) { showRolloutDialog(to, to.session(), all.front()); }, true},
        {"pause", QT_TRANSLATE_NOOP("Commands", "Pause or resume the rollout"), "pause", Qt::Key_O, isDeployment,
         [](Workspace& to, const Objects& all) { to.actions().toggle(all.front(), {"spec", "paused"}); }, false, true},
        {"image", QT_TRANSLATE_NOOP("Commands", "Set image"), "image", Qt::Key_I, hasTemplate,
         [](Workspace& to, const Objects& all) { showImageDialog(to, to.session(), to.actions(), all.front()); }, true,
         true},
        {"trigger", QT_TRANSLATE_NOOP("Commands", "Run now"), "start", Qt::Key_T, isCronJob,
         [](Workspace& to, const Objects& all) { to.actions().trigger(all.front()); }, true, true},
        {"suspend", QT_TRANSLATE_NOOP("Commands", "Suspend or resume"), "pause", Qt::Key_Z, isCronJob,
         [](Workspace& to, const Objects& all) { to.actions().toggle(all.front(), {"spec", "suspend"}); }, true, true},
        {"cordon", QT_TRANSLATE_NOOP("Commands", "Cordon"), "stop", Qt::Key_C, isNode,
         [](Workspace& to, const Objects& all) { to.actions().cordon(all, true); }, true, true, true},
        {"uncordon", QT_TRANSLATE_NOOP("Commands", "Uncordon"), "start", Qt::Key_U, isNode,
         [](Workspace& to, const Objects& all) { to.actions().cordon(all, false); }, true, true, true},
        {"drain", QT_TRANSLATE_NOOP("Commands", "Drain"), "drain", Qt::SHIFT | Qt::Key_D, isNode,
         [](Workspace& to, const Objects& all) { showDrainDialog(to, to.session(), all); }, true, true, true},
        {"nodeshell", QT_TRANSLATE_NOOP("Commands", "Shell on the node"), "terminal", Qt::Key_S, isNode,
         [](Workspace& to, const Objects& all) { to.openNodeShell(all.front()); }, true, true},
        {"approve", QT_TRANSLATE_NOOP("Commands", "Approve"), "apply", Qt::SHIFT | Qt::Key_A, isSigningRequest,
         [](Workspace& to, const Objects& all) { to.actions().decide(all, true); }, true, true, true},
        {"deny", QT_TRANSLATE_NOOP("Commands", "Deny"), "close", Qt::SHIFT | Qt::Key_X, isSigningRequest,
         [](Workspace& to, const Objects& all) { to.actions().decide(all, false); }, true, true, true},
        {"copyfiles", QT_TRANSLATE_NOOP("Commands", "Copy files"), "copy", Qt::SHIFT | Qt::Key_C, isPod,
         [](Workspace& to, const Objects& all) { showCopyDialog(to, to.session(), all.front()); }, false, true},
        {"why", QT_TRANSLATE_NOOP("Commands", "Why is it pending?"), "question", Qt::Key_W, isPod,
         [](Workspace& to, const Objects& all) { to.showWhyPending(all.front()); }},
        {"labels", QT_TRANSLATE_NOOP("Commands", "Labels and annotations"), "tag", Qt::SHIFT | Qt::Key_L, any,
         [](Workspace& to, const Objects& all) { showLabelsDialog(to, to.session(), to.actions(), all); }, false, true,
         true},
        {"history", QT_TRANSLATE_NOOP("Commands", "History in Git"), "history", Qt::Key_G, any,
         [](Workspace& to, const Objects& all) { to.showHistoryOf(all.front()); }},
        {"delete", QT_TRANSLATE_NOOP("Commands", "Delete"), "delete", Qt::CTRL | Qt::Key_D, any,
         [](Workspace& to, const Objects& all) { to.confirmDelete(all); }, true, true, true},
    };
    return commands;
}

} // namespace slipway::ui
