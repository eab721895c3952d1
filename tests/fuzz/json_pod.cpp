#include "cluster/api/types/core_v1.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Any text as a Pod: refused, or the same Pod after printing and reading it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = api::parseJson({reinterpret_cast<const char*>(data), size});
    if (!json)
        return 0;
    const auto pod = api::fromJson<api::core_v1::Pod>(*json);
    if (!pod)
        return 0;
    const auto printed = api::parseJson(api::printJson(api::toJson(*pod)));
    const auto again = printed ? api::fromJson<api::core_v1::Pod>(*printed) : api::core_v1::Pod();
    if (!again || api::toJson(*again) != api::toJson(*pod))
        std::abort();
    return 0;
}
