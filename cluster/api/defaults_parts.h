#pragma once

#include "cluster/api/json.h"

#include <string_view>

/// What the files of defaults share.
namespace slipway::api {

/// Sets a member unless the object has it.
inline void putDefault(JsonObject& object, std::string_view name, Json value) {
    if (!object.contains(name))
        object[name] = std::move(value);
}

/// Visits the objects of a list member; anything else is passed over.
template <class Visit> void eachObject(JsonObject& owner, std::string_view member, Visit visit) {
    if (Json* list = owner.if_contains(member); list != nullptr && list->is_array())
        for (Json& item : list->get_array())
            if (item.is_object())
                visit(item.get_object());
}

/// The object at a member, or null when it is absent or something else.
inline JsonObject* objectMember(JsonObject& owner, std::string_view member) {
    Json* found = owner.if_contains(member);
    return found != nullptr && found->is_object() ? &found->get_object() : nullptr;
}

void defaultAutoscalerV2(JsonObject& object);
void defaultWebhooks(JsonObject& object);
void defaultAdmissionPolicy(JsonObject& object);
void defaultCsiDriver(JsonObject& object);
void defaultNetworkPolicy(JsonObject& object);
void defaultIngressClass(JsonObject& object);
void defaultApiService(JsonObject& object);
void defaultLimitRange(JsonObject& object);
void defaultResourceClaim(JsonObject& object);
void defaultResourceClaimTemplate(JsonObject& object);
void defaultResourceSlice(JsonObject& object);

} // namespace slipway::api
