#pragma once
// Progress of a long operation on a terminal: one line a step, with how long it took.

#include <cstdio>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "vmdriver/progress.h"

namespace slipway::desktop {

/// Prints to `stream` (standard error). On a terminal the step being worked on is shown at once and completed in place;
/// elsewhere each step is one line when it begins.
class ProgressPrinter {
public:
    explicit ProgressPrinter(std::FILE* stream);
    ~ProgressPrinter();
    ProgressPrinter(const ProgressPrinter&) = delete;
    ProgressPrinter& operator=(const ProgressPrinter&) = delete;

    vmdriver::ProgressSink sink();
    /// How long each step took: what `--timings` shows.
    void printTimings(std::ostream& out) const;

private:
    void show(const vmdriver::Progress& progress);
    void finishLine(std::chrono::milliseconds now);

    std::FILE* stream_;
    bool terminal_;
    std::optional<vmdriver::Progress> current_;
    std::vector<vmdriver::Progress> seen_;
};

} // namespace slipway::desktop
