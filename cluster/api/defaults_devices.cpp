#include "cluster/api/defaults_parts.h"
#include "cluster/api/json.h"

namespace slipway::api {
namespace {

void defaultRequest(JsonObject& request) {
    putDefault(request, "allocationMode", "ExactCount");
    if (stringAt(request, {"allocationMode"}) == "ExactCount")
        putDefault(request, "count", 1);
    eachObject(request, "tolerations", [](JsonObject& toleration) { putDefault(toleration, "operator", "Equal"); });
}

void defaultClaimSpec(JsonObject& spec) {
    if (JsonObject* devices = objectMember(spec, "devices"))
        eachObject(*devices, "requests", [](JsonObject& request) {
            if (JsonObject* exactly = objectMember(request, "exactly"))
                defaultRequest(*exactly);
            eachObject(request, "firstAvailable", defaultRequest);
        });
}

} // namespace

void defaultResourceClaim(JsonObject& object) {
    if (JsonObject* spec = objectMember(object, "spec"))
        defaultClaimSpec(*spec);
}

void defaultResourceClaimTemplate(JsonObject& object) {
    if (JsonObject* spec = objectMember(object, "spec"))
        defaultResourceClaim(*spec);
}

void defaultResourceSlice(JsonObject& object) {
    if (JsonObject* spec = objectMember(object, "spec"))
        if (JsonObject* pool = objectMember(*spec, "pool"))
            putDefault(*pool, "resourceSliceCount", 1);
}

} // namespace slipway::api
