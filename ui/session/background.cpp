#include "ui/session/background.h"

namespace slipway::ui {

QThreadPool& requestPool() {
    static QThreadPool* pool = [] {
        auto* made = new QThreadPool; // lives until the process ends: a request may be stuck in the network at exit
        made->setMaxThreadCount(8);
        return made;
    }();
    return *pool;
}

} // namespace slipway::ui
