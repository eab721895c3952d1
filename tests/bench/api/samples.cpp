#include "tests/bench/api/samples.h"

#include <algorithm>
#include <iterator>

namespace slipway::bench {

void Samples::fail(std::string why) {
    if (failures_++ == 0)
        firstFailure_ = std::move(why);
}

void Samples::merge(Samples other) {
    times_.insert(times_.end(), other.times_.begin(), other.times_.end());
    if (failures_ == 0)
        firstFailure_ = std::move(other.firstFailure_);
    failures_ += other.failures_;
}

double Samples::percentile(double part) const {
    if (times_.empty())
        return 0;
    const auto nth = times_.begin() + std::ptrdiff_t(part * double(times_.size() - 1));
    std::ranges::nth_element(times_, nth);
    return std::chrono::duration<double, std::milli>(*nth).count();
}

} // namespace slipway::bench
