#include "cluster/api/patch.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Two lines, an object and a patch, as Pods: refused or merged; the other patch types take them as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos)
        return 0;
    const auto object = api::parseJson(text.substr(0, line)), patch = api::parseJson(text.substr(line + 1));
    if (!object || !patch)
        return 0;
    static_cast<void>(api::applyJsonPatch(*object, *patch));
    const api::Json merged = api::applyMergePatch(*object, *patch);
    if (api::applyMergePatch(merged, *patch) != merged)
        std::abort();
    if (object->is_object() && patch->is_object())
        static_cast<void>(
            api::applyStrategicMergePatch(object->get_object(), patch->get_object(), *api::findType("core.v1.Pod")));
    return 0;
}
