#include "cluster/base/time.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// What is read as a time is the same time after formatting and reading it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto time = base::parseTime({reinterpret_cast<const char*>(data), size});
    if (time && base::parseTime(base::formatNanoTime(*time)) != time)
        std::abort();
    return 0;
}
