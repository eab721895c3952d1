#include "ui/look/look.h"

namespace slipway::ui {

LookChanges& lookChanges() {
    static auto* only = new LookChanges; // widgets may outlive static objects
    return *only;
}

} // namespace slipway::ui
