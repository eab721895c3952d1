#include "cluster/controllers/runtime/caches.h"

namespace slipway::controllers {

const api::meta_v1::OwnerReference* controllerOf(const api::meta_v1::ObjectMeta& metadata) {
    for (const auto& owner : metadata.ownerReferences)
        if (owner.controller.value_or(false))
            return &owner;
    return nullptr;
}

bool Caches::onMetadata(const std::string& name, MetadataHandler handler) {
    for (const auto& slot : slots_)
        if (slot->name == name) {
            slot->onMetadata(std::move(handler));
            return true;
        }
    return false;
}

void Caches::start() {
    for (const auto& slot : slots_)
        slot->start();
}

bool Caches::waitForSync(std::chrono::milliseconds timeout) const {
    const auto end = std::chrono::steady_clock::now() + timeout;
    bool all = true;
    for (const auto& slot : slots_) {
        const auto left = end - std::chrono::steady_clock::now();
        all = slot->waitForSync(std::max(std::chrono::milliseconds(0),
                                         std::chrono::duration_cast<std::chrono::milliseconds>(left))) &&
              all;
    }
    return all;
}

void Caches::stop() {
    for (const auto& slot : slots_)
        slot->stop();
}

} // namespace slipway::controllers
