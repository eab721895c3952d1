// Any text is either a schedule or has something wrong with it that can be said.
#include "cluster/api/cron_syntax.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto problem = slipway::api::cronProblem(text); problem && problem->empty())
        std::abort();
    return 0;
}
