#include "app/desktop/progress_printer.h"

#include <format>
#include <ostream>
#include <unistd.h>

namespace slipway::desktop {

ProgressPrinter::ProgressPrinter(std::FILE* stream) : stream_(stream), terminal_(isatty(fileno(stream)) == 1) {}

ProgressPrinter::~ProgressPrinter() {
    if (current_ && terminal_)
        std::fputs("\n", stream_);
}

vmdriver::ProgressSink ProgressPrinter::sink() {
    return [this](const vmdriver::Progress& progress) { show(progress); };
}

void ProgressPrinter::finishLine(std::chrono::milliseconds now) {
    if (!current_ || !terminal_)
        return;
    const double took = static_cast<double>((now - current_->elapsed).count()) / 1000;
    std::fputs(
        std::format("\r\033[K {:3.0f} %  {}  ({:.2f} s)\n", current_->fraction * 100, current_->text, took).c_str(),
        stream_);
    current_.reset();
}

void ProgressPrinter::printTimings(std::ostream& out) const {
    for (std::size_t i = 0; i + 1 < seen_.size(); ++i)
        out << std::format("{:>6} ms  {}\n", (seen_[i + 1].elapsed - seen_[i].elapsed).count(), seen_[i].text);
    if (!seen_.empty())
        out << std::format("{:>6} ms  in all\n", seen_.back().elapsed.count());
}

void ProgressPrinter::show(const vmdriver::Progress& progress) {
    seen_.push_back(progress);
    finishLine(progress.elapsed);
    const double elapsed = static_cast<double>(progress.elapsed.count()) / 1000;
    if (progress.step == vmdriver::Step::done) {
        std::fputs(std::format(" 100 %  {} after {:.2f} s\n", progress.text, elapsed).c_str(), stream_);
        return;
    }
    const double percent = progress.fraction * 100;
    std::fputs(terminal_ ? std::format("\r\033[K {:3.0f} %  {} ...", percent, progress.text).c_str()
                         : std::format("[{:6.2f} s] {:3.0f} %  {}\n", elapsed, percent, progress.text).c_str(),
               stream_);
    std::fflush(stream_);
    current_ = progress;
}

} // namespace slipway::desktop
