// start, stop, pause, resume and delete: commands that change a whole cluster and show progress.
#include "app/desktop/commands.h"

#include <iostream>

#include "app/desktop/command_line_texts.h"
#include "app/desktop/exit_code.h"
#include "app/desktop/interrupt_guard.h"
#include "app/desktop/progress_printer.h"

namespace slipway::desktop {

namespace {

int outcome(const vmdriver::Result<void>& result) {
    return result ? 0 : complain(result.error());
}

} // namespace

int complain(const vmdriver::DriverError& error) {
    std::cerr << "slipway: " << error.message << '\n';
    return static_cast<int>(exitCodeFor(error.code));
}

int startCluster(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    const vmdriver::StartOptions wanted{.driver = options.driver,
                                        .nodes = options.nodes,
                                        .controlPlanes = options.controlPlanes,
                                        .resources = options.resources,
                                        .ports = options.ports,
                                        .folders = options.folders,
                                        .registries = options.registries,
                                        .mergeContext = !options.keepContext,
                                        .sample = options.sample,
                                        .timeout = std::chrono::seconds(options.waitSeconds)};
    const auto status = lifecycle.start(options.cluster, wanted, printer.sink(), interrupt.token());
    if (!status)
        return complain(status.error());
    if (options.timings)
        printer.printTimings(std::cout);
    const auto shown = [](const std::string& text) { return QString::fromStdString(text); };
    std::cout << CommandLine::tr("Cluster %1 answers at %2; kubectl context: %3")
                     .arg(shown(status->name), shown(status->server), shown(status->context))
                     .toStdString()
              << '\n';
    if (status->sampleUrl)
        std::cout
            << CommandLine::tr("The sample application answers at %1").arg(shown(*status->sampleUrl)).toStdString()
            << '\n';
    return 0;
}

int stopCluster(ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    return outcome(lifecycle.stop(options.cluster, printer.sink()));
}

int removeCluster(ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    return outcome(lifecycle.remove(options.cluster, printer.sink()));
}

int pauseCluster(ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    return outcome(lifecycle.pause(options.cluster, printer.sink()));
}

int resumeCluster(ClusterLifecycle& lifecycle, const Options& options) {
    ProgressPrinter printer(stderr);
    return outcome(lifecycle.resume(options.cluster, printer.sink()));
}

} // namespace slipway::desktop
