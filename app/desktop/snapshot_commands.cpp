// snapshot save|list|restore|delete|fork
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <format>
#include <iostream>

#include "app/desktop/interrupt_guard.h"
#include "app/desktop/progress_printer.h"

namespace slipway::desktop {

namespace json = boost::json;

int saveSnapshot(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto saved = lifecycle.saveSnapshot(options.cluster, options.name, printer.sink(), interrupt.token());
    return saved ? 0 : complain(saved.error());
}

int listSnapshots(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto all = lifecycle.snapshots(options.cluster);
    if (!all)
        return complain(all.error());
    json::array list;
    if (!options.json)
        std::cout << std::format("{:<24} {:<22} {:<6} {}\n", "NAME", "CREATED", "NODES", "MIB");
    for (const auto& snapshot : *all)
        if (options.json)
            list.push_back(json::object{{"name", snapshot.name},
                                        {"created", snapshot.created},
                                        {"nodes", json::array(snapshot.nodes.begin(), snapshot.nodes.end())},
                                        {"bytes", snapshot.bytes}});
        else
            std::cout << std::format("{:<24} {:<22} {:<6} {}\n", snapshot.name, snapshot.created, snapshot.nodes.size(),
                                     snapshot.bytes >> 20);
    if (options.json)
        std::cout << json::serialize(list) << '\n';
    return 0;
}

int restoreSnapshot(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const auto restored = lifecycle.restoreSnapshot(options.cluster, options.name, printer.sink(), interrupt.token());
    return restored ? 0 : complain(restored.error());
}

int deleteSnapshot(ClusterLifecycle& lifecycle, const Options& options) {
    const auto removed = lifecycle.removeSnapshot(options.cluster, options.name);
    return removed ? 0 : complain(removed.error());
}

int forkSnapshot(ClusterLifecycle& lifecycle, const Options& options) {
    {
        const InterruptGuard interrupt;
        ProgressPrinter printer(stderr);
        const auto made =
            lifecycle.forkSnapshot(options.cluster, options.name, options.target, printer.sink(), interrupt.token());
        if (!made)
            return complain(made.error());
    }
    Options start = options;
    start.cluster = options.target;
    return startCluster(lifecycle, start);
}

} // namespace slipway::desktop
