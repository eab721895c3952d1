#pragma once

#include "ui/resources/object_ref.h"

#include <QKeySequence>
#include <span>
#include <vector>

namespace slipway::ui {

class Workspace;

/// Something that can be done with the selected objects: one row of the table the menu, the context menu, the bar above
/// the table, the palette and the keys are all made from.
struct ObjectCommand {
    const char* id;
    const char* words; ///< untranslated; context "Commands"
    const char* icon;
    QKeyCombination key; ///< works while the table has the keyboard; Key_unknown: none
    bool (*fits)(const KindView& kind);
    void (*run)(Workspace& workspace, const std::vector<ObjectRef>& objects);
    bool onBar = false;   ///< shown above the table
    bool writes = false;  ///< changes the cluster: off while it is guarded
    bool several = false; ///< for all selected objects at once; else only for one
};
std::span<const ObjectCommand> objectCommands();

} // namespace slipway::ui
