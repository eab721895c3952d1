#include "cluster/apiserver/finalizers.h"

#include <algorithm>

namespace slipway::apiserver {

bool hasFinalizer(const api::JsonObject& object, std::string_view finalizer) {
    const api::Json* list = api::find(object, {"metadata", "finalizers"});
    return list != nullptr && list->is_array() && std::ranges::any_of(list->get_array(), [&](const api::Json& present) {
               return present.is_string() && api::view(present.get_string()) == finalizer;
           });
}

void addFinalizer(api::JsonObject& object, std::string_view finalizer) {
    if (hasFinalizer(object, finalizer))
        return;
    api::Json& list = api::objectAt(object, {"metadata"})["finalizers"];
    if (!list.is_array())
        list.emplace_array();
    list.get_array().emplace_back(finalizer);
}

} // namespace slipway::apiserver
