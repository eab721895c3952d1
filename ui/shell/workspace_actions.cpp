// What can be done with the selected objects: actions, bar, context menu, and what is told about their outcome.
#include "ui/access/port_forwards.h"
#include "ui/history/remote_sync.h"
#include "ui/look/look.h"
#include "ui/shell/workspace.h"

#include <QCoreApplication>
#include <QMenu>

namespace slipway::ui {

void Workspace::makeActions() {
    for (const ObjectCommand& command : objectCommands()) {
        auto* action = new QAction(icon(QLatin1String(command.icon)), QString(), this);
        action->setObjectName(QLatin1String(command.id));
        if (command.key != QKeyCombination(Qt::Key_unknown))
            action->setShortcut(command.key);
        action->setShortcutContext(
            Qt::WidgetWithChildrenShortcut); // plain letters: only while a table has the keyboard
        connect(action, &QAction::triggered, this, [this, &command] { run(command); });
        objectActions_ << action;
        if (command.onBar)
            bar_->addAction(action);
    }
    keepLook(this, [this] {
        bar_->setAccessibleName(tr("What can be done with the selected objects"));
        for (qsizetype i = 0; i < objectActions_.size(); ++i) {
            const QString words =
                QCoreApplication::translate("Commands", objectCommands()[static_cast<std::size_t>(i)].words);
            const QString key = objectActions_[i]->shortcut().toString(QKeySequence::NativeText);
            objectActions_[i]->setText(words);
            objectActions_[i]->setIconText(key.isEmpty() ? words : words + QStringLiteral("  ") + key);
            objectActions_[i]->setToolTip(key.isEmpty() ? words : words + QStringLiteral("   ") + key);
        }
    });
    updateActions();
}

void Workspace::run(const ObjectCommand& command) {
    const auto objects = selectedObjects();
    if (objects.empty() || !command.fits(*objects.front().kind))
        return;
    command.run(*this, objects);
}

void Workspace::updateActions() {
    const ResourcePage* shown = currentPage();
    const auto objects = selectedObjects();
    const bool guarded = session_->readOnly->load();
    const auto commands = objectCommands();
    for (qsizetype i = 0; i < objectActions_.size(); ++i) {
        const ObjectCommand& command = commands[static_cast<std::size_t>(i)];
        const bool fits = shown != nullptr && command.fits(shown->kind());
        objectActions_[i]->setVisible(fits);
        objectActions_[i]->setEnabled(fits && !objects.empty() && (command.several || objects.size() == 1) &&
                                      !(command.writes && guarded));
    }
    bar_->setVisible(shown != nullptr);
}

void Workspace::connectActions() {
    connect(details_, &DetailPane::closed, this, &Workspace::hideDetails);
    connect(details_, &DetailPane::editRequested, this, &Workspace::openEditorOf);
    connect(details_, &DetailPane::logsRequested, this,
            [this](const ObjectRef& object) { openLogsOf({object}, false); });
    connect(details_, &DetailPane::shellRequested, this,
            [this](const ObjectRef& object) { openTerminalOf(object, false); });
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
    connect(panels_, &PanelDocks::emptied, this, [this] {
        if (ResourcePage* shown = currentPage())
            shown->table().setFocus();
    });
    connect(forwards_, &PortForwards::told, this, &Workspace::told);
    connect(remote_, &RemoteSync::pulled, this, &Workspace::takePulled);
}

void Workspace::showMenu(const QPoint& at) {
    if (selectedObjects().empty())
        return;
    updateActions();
    QMenu menu(this);
    for (QAction* action : std::as_const(objectActions_)) {
        if (action->objectName() == QLatin1String("delete"))
            menu.addSeparator();
        menu.addAction(action);
    }
    menu.exec(at);
}

} // namespace slipway::ui
