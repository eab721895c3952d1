#include "cluster/api/apply/managed_fields.h"
#include "cluster/api/apply/typed_value.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Two lines, an object and a configuration, as Pods. What was applied by force can be applied again and changes
/// nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos)
        return 0;
    const auto live = api::parseJson(text.substr(0, line)), config = api::parseJson(text.substr(line + 1));
    if (!live || !config || !live->is_object() || !config->is_object())
        return 0;
    const api::Resource& pods = *api::findResource("", "v1", "pods");
    const api::apply::Writer writer{"me", "v1", "", "2026-01-01T00:00:00Z"};
    static_cast<void>(api::apply::validateEntries(live->get_object()));
    api::JsonObject changed = config->get_object();
    api::apply::recordUpdate(pods, live->get_object(), changed, writer);
    auto applied = api::apply::applyConfiguration(pods, live->get_object(), config->get_object(), writer, true);
    if (!applied)
        return 0;
    api::JsonObject object = applied->object;
    api::apply::writeEntries(object, applied->entries);
    const auto again = api::apply::applyConfiguration(pods, object, config->get_object(), writer, false);
    if (!again)
        fprintf(stderr, "%s\n", again.error().message.c_str());
    else
        fprintf(stderr, "%s\n%s\n", api::printJson(again->object).c_str(), api::printJson(applied->object).c_str());
    if (!again || again->object != applied->object)
        std::abort();
    return 0;
}
