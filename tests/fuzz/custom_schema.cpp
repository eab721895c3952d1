#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/custom/definition_validation.h"
#include "cluster/api/custom/json_path.h"
#include "cluster/api/custom/schema_validation.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Two lines, a schema and an object of it: judged, pruned, filled in. What was pruned once stays as it is, and so do
/// defaults. The first line is read as a JSONPath as well.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t line = text.find('\n');
    if (line == std::string_view::npos)
        return 0;
    const auto path = api::custom::JsonPath::parse(text.substr(0, line));
    const auto props = api::parseJson(text.substr(0, line)), value = api::parseJson(text.substr(line + 1));
    if (path && value && value->is_object())
        static_cast<void>(path->find(value->get_object()));
    if (!props || !value || !props->is_object() || !value->is_object())
        return 0;
    static_cast<void>(api::custom::validateSchemaProps(props->get_object(), "schema"));
    const auto schema = api::custom::readSchema(props->get_object());
    api::JsonObject object = value->get_object();
    api::custom::prune(object, schema, nullptr);
    std::vector<std::string> unknown;
    api::custom::prune(object, schema, &unknown);
    if (!unknown.empty())
        std::abort();
    api::Json filled(object);
    api::custom::applyDefaults(filled, schema);
    static_cast<void>(api::custom::validateValue(filled, schema, {}));
    static_cast<void>(api::custom::validateEmbedded(filled.get_object(), schema));
    return 0;
}
