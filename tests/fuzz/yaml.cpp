#include "cluster/api/decode.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Any text as YAML: refused, or a value that can be printed and read as JSON. What is no JSON is named as such.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto value = api::yamlToJson(text))
        static_cast<void>(api::printJson(*value));
    const auto json = api::decodeBody(text, "application/json");
    if (!json && json.error().message.empty())
        std::abort();
    return 0;
}
