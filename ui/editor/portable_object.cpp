#include "ui/editor/portable_object.h"

#include "ui/editor/apply_patch.h"
#include "ui/editor/yaml_document.h"

namespace slipway::ui {

api::JsonObject portableObject(const api::JsonObject& object) {
    api::JsonObject result = object;
    result.erase("status");
    api::Json* metadata = result.if_contains("metadata");
    if (metadata == nullptr || !metadata->is_object())
        return result;
    api::JsonObject& fields = metadata->get_object();
    for (const char* name : {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
                             "deletionTimestamp", "deletionGracePeriodSeconds"})
        fields.erase(name);
    api::Json* annotations = fields.if_contains("annotations");
    if (annotations != nullptr && annotations->is_object()) {
        annotations->get_object().erase(lastAppliedAnnotation);
        annotations->get_object().erase("deployment.kubernetes.io/revision");
        if (annotations->get_object().empty())
            fields.erase("annotations");
    }
    return result;
}

std::string portableYaml(const api::Json& object) {
    return object.is_object() ? writeYaml(portableObject(object.get_object())) : std::string();
}

} // namespace slipway::ui
