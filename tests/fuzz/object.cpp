#include "cluster/api/decode.h"
#include "cluster/api/defaults.h"
#include "cluster/api/table.h"
#include "cluster/api/validation.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

namespace {

/// Filling in twice changes nothing more; judging and printing do no harm.
void takeAs(const api::Resource& resource, const api::Json& body) {
    std::vector<std::string> warnings;
    auto object = api::checkStructure(*resource.type, resource.version, resource.kind, body, api::FieldValidation::warn,
                                      warnings);
    if (!object)
        return;
    api::applyDefaults(resource, *object);
    api::JsonObject again = *object;
    api::applyDefaults(resource, again);
    if (again != *object)
        std::abort();
    api::validateCreate(resource, *object);
    api::validateUpdate(resource, again, *object);
    if (api::tableCells(resource, *object).size() != api::tableColumns(resource).size())
        std::abort();
}

} // namespace

/// Any body as every kind: refused, or filled in, judged and printed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto body = api::decodeBody({reinterpret_cast<const char*>(data), size}, "application/json");
    if (body)
        for (const api::Resource& resource : api::builtInResources())
            takeAs(resource, *body);
    return 0;
}
