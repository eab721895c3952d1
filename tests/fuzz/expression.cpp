// Any text is either no expression or has a value or an error, in bounded time and depth.
#include "cluster/api/cel/cel.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::api;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto expression = cel::Expression::parse(text);
    if (expression)
        (void)expression->evaluate({{"object", JsonObject{{"a", JsonArray{1, "b", nullptr}}}}});
    return 0;
}
