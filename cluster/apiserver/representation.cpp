#include "cluster/apiserver/representation.h"

#include "cluster/api/conversion.h"
#include "cluster/api/custom/definition.h"

namespace slipway::apiserver {
namespace {

/// Whether the cached bytes are what requests in the version of @p resource see.
bool isAsCached(const api::Resource& resource, const CachedObject& object) {
    return api::isInVersion(*object.bytes, resource) &&
           (resource.custom == nullptr || resource.version == resource.custom->storageVersion);
}

/// Empty where it is none.
api::JsonObject objectOf(std::expected<api::Json, api::JsonError> parsed) {
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : api::JsonObject();
}

std::expected<api::JsonObject, api::Status> converted(const api::Resource& resource, api::JsonObject shown) {
    if (shown.empty())
        return shown;
    if (auto done = api::convertTo(resource, shown); !done)
        return std::unexpected(std::move(done.error()));
    return shown;
}

} // namespace

api::JsonObject storedObject(const CachedObject& object) {
    return objectOf(api::parseJson(*object.bytes));
}

std::expected<api::JsonObject, api::Status> objectIn(const api::Resource& resource, const CachedObject& object) {
    return converted(resource, storedObject(object));
}

std::expected<api::JsonObject, api::Status> objectIn(const api::Resource& resource, const CachedObject& object,
                                                     api::JsonArena& arena) {
    return converted(resource, objectOf(api::parseJson(*object.bytes, arena)));
}

std::expected<std::vector<api::JsonObject>, api::Status> objectsIn(const api::Resource& resource,
                                                                   std::span<const CachedObject> objects) {
    std::vector<api::JsonObject> shown;
    for (const CachedObject& object : objects)
        if (api::JsonObject stored = storedObject(object); !stored.empty())
            shown.push_back(std::move(stored));
    if (auto converted = api::convertAllTo(resource, shown); !converted)
        return std::unexpected(std::move(converted.error()));
    return shown;
}

std::expected<std::shared_ptr<const std::string>, api::Status> bytesIn(const api::Resource& resource,
                                                                       const CachedObject& object) {
    if (isAsCached(resource, object))
        return object.bytes;
    const auto shown = objectIn(resource, object);
    if (!shown)
        return std::unexpected(shown.error());
    return std::make_shared<const std::string>(api::printObject(*shown));
}

} // namespace slipway::apiserver
