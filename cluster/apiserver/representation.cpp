#include "cluster/apiserver/representation.h"

#include "cluster/api/conversion.h"

namespace slipway::apiserver {

api::JsonObject objectIn(const api::Resource& resource, const CachedObject& object) {
    auto parsed = api::parseJson(*object.bytes);
    if (!parsed || !parsed->is_object())
        return {};
    api::convertTo(resource, parsed->get_object());
    return std::move(parsed->get_object());
}

std::shared_ptr<const std::string> bytesIn(const api::Resource& resource, const CachedObject& object) {
    if (api::isInVersion(*object.bytes, resource))
        return object.bytes;
    return std::make_shared<const std::string>(api::printObject(objectIn(resource, object)));
}

} // namespace slipway::apiserver
