#include "cluster/agent/node/supplies.h"

namespace slipway::agent {

Supplies suppliesOf(const Capacity& capacity) {
    Supplies result;
    const auto add = [&](const char* signal, std::int64_t available, std::int64_t all) {
        if (all > 0)
            result[signal] = {available, all};
    };
    add("memory.available", capacity.memoryAvailable, capacity.memoryBytes);
    add("nodefs.available", capacity.storageFree, capacity.storageBytes);
    add("imagefs.available", capacity.storageFree, capacity.storageBytes);
    add("nodefs.inodesFree", capacity.inodesFree, capacity.inodes);
    add("imagefs.inodesFree", capacity.inodesFree, capacity.inodes);
    add("pid.available", capacity.processesFree, capacity.processes);
    return result;
}

} // namespace slipway::agent
