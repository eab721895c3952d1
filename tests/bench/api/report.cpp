#include "tests/bench/api/report.h"

#include <format>

namespace slipway::bench {

std::string asTable(const std::vector<Outcome>& outcomes, const std::vector<ProcessUse>& processes) {
    std::string text =
        std::format("{:<10}{:>8}{:>9}{:>11}{:>10}{:>10}{:>10}{:>13}{:>12}{:>9}{:>8}\n", "operation", "clients", "count",
                    "per s", "p50 ms", "p90 ms", "p99 ms", "events/s", "CPU s/1000", "MiB", "failed");
    for (const Outcome& outcome : outcomes) {
        const Samples& samples = outcome.samples;
        text += std::format("{:<10}{:>8}{:>9}{:>11.0f}{:>10.2f}{:>10.2f}{:>10.2f}{:>13.0f}{:>12.3f}{:>9.0f}{:>8}",
                            outcome.operation, outcome.clients, samples.count(), outcome.perSecond(),
                            samples.percentile(0.5), samples.percentile(0.9), samples.percentile(0.99),
                            outcome.eventsPerSecond, outcome.cpuPerRequest(), outcome.residentMiB, samples.failures());
        text += samples.failures() > 0 ? "  " + samples.firstFailure() + "\n" : "\n";
    }
    for (const ProcessUse& use : processes)
        text += std::format("{} ({}): {:.0f} MiB resident, {:.1f} s of CPU\n", use.name, use.pid, use.residentMiB,
                            use.cpuSeconds);
    return text;
}

api::JsonObject asJson(const std::vector<Outcome>& outcomes, const std::vector<ProcessUse>& processes) {
    api::JsonArray rows, used;
    for (const Outcome& outcome : outcomes)
        rows.push_back(api::JsonObject{{"operation", outcome.operation},
                                       {"clients", outcome.clients},
                                       {"count", outcome.samples.count()},
                                       {"seconds", outcome.seconds},
                                       {"perSecond", outcome.perSecond()},
                                       {"p50Milliseconds", outcome.samples.percentile(0.5)},
                                       {"p90Milliseconds", outcome.samples.percentile(0.9)},
                                       {"p99Milliseconds", outcome.samples.percentile(0.99)},
                                       {"eventsPerSecond", outcome.eventsPerSecond},
                                       {"cpuSecondsPerThousand", outcome.cpuPerRequest()},
                                       {"residentMiB", outcome.residentMiB},
                                       {"failures", outcome.samples.failures()}});
    for (const ProcessUse& use : processes)
        used.push_back(api::JsonObject{
            {"pid", use.pid}, {"name", use.name}, {"residentMiB", use.residentMiB}, {"cpuSeconds", use.cpuSeconds}});
    return {{"results", rows}, {"processes", used}};
}

} // namespace slipway::bench
