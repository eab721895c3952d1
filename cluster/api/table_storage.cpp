#include "cluster/api/table_cells.h"

#include <format>

namespace slipway::api {
namespace {

std::string_view shortMode(std::string_view mode) {
    return mode == "ReadWriteOnce" ? "RWO" : mode == "ReadOnlyMany" ? "ROX" : mode == "ReadWriteMany" ? "RWX" : "RWOP";
}

std::string accessModes(const JsonObject& object, std::initializer_list<std::string_view> path) {
    std::string text;
    for (const Json& mode : arrayAt(object, path))
        text += (text.empty() ? "" : ",") + std::string(shortMode(view(mode.as_string())));
    return text;
}

std::string orUnset(std::string_view text) {
    return text.empty() ? "<unset>" : std::string(text);
}

std::string yesNo(bool value) {
    return value ? "true" : "false";
}

} // namespace

JsonArray claimCells(const JsonObject& o) {
    const bool bound = !stringAt(o, {"spec", "volumeName"}).empty();
    const std::string_view phase =
        stringAt(o, {"metadata", "deletionTimestamp"}).empty() ? stringAt(o, {"status", "phase"}) : "Terminating";
    return {name(o),
            phase,
            stringAt(o, {"spec", "volumeName"}),
            bound ? stringAt(o, {"status", "capacity", "storage"}) : "",
            bound ? accessModes(o, {"status", "accessModes"}) : "",
            stringAt(o, {"spec", "storageClassName"}),
            orUnset(stringAt(o, {"spec", "volumeAttributesClassName"})),
            ageOf(o),
            stringAt(o, {"spec", "volumeMode"})};
}

JsonArray volumeCells(const JsonObject& o) {
    const Json* claim = find(o, {"spec", "claimRef"});
    const std::string owner =
        claim == nullptr ? "" : std::format("{}/{}", stringAt(*claim, {"namespace"}), stringAt(*claim, {"name"}));
    const std::string_view phase =
        stringAt(o, {"metadata", "deletionTimestamp"}).empty() ? stringAt(o, {"status", "phase"}) : "Terminating";
    return {name(o),
            stringAt(o, {"spec", "capacity", "storage"}),
            accessModes(o, {"spec", "accessModes"}),
            stringAt(o, {"spec", "persistentVolumeReclaimPolicy"}),
            phase,
            owner,
            stringAt(o, {"spec", "storageClassName"}),
            orUnset(stringAt(o, {"spec", "volumeAttributesClassName"})),
            stringAt(o, {"status", "reason"}),
            ageOf(o),
            stringAt(o, {"spec", "volumeMode"})};
}

JsonArray storageClassCells(const JsonObject& o) {
    const bool isDefault =
        stringAt(o, {"metadata", "annotations", "storageclass.kubernetes.io/is-default-class"}) == "true";
    return {std::string(name(o)) + (isDefault ? " (default)" : ""),
            stringAt(o, {"provisioner"}),
            stringAt(o, {"reclaimPolicy"}),
            stringAt(o, {"volumeBindingMode"}),
            boolAt(o, {"allowVolumeExpansion"}),
            ageOf(o)};
}

JsonArray csiDriverCells(const JsonObject& o) {
    std::string modes, audiences;
    for (const Json& mode : arrayAt(o, {"spec", "volumeLifecycleModes"}))
        modes += (modes.empty() ? "" : ",") + std::string(view(mode.as_string()));
    for (const Json& request : arrayAt(o, {"spec", "tokenRequests"}))
        audiences += (audiences.empty() ? "" : ",") + std::string(stringAt(request, {"audience"}));
    return {name(o),
            boolAt(o, {"spec", "attachRequired"}),
            boolAt(o, {"spec", "podInfoOnMount"}),
            boolAt(o, {"spec", "storageCapacity"}),
            orUnset(audiences),
            boolAt(o, {"spec", "requiresRepublish"}),
            modes.empty() ? "<none>" : modes,
            ageOf(o)};
}

JsonArray volumeAttachmentCells(const JsonObject& o) {
    return {name(o),
            stringAt(o, {"spec", "attacher"}),
            stringAt(o, {"spec", "source", "persistentVolumeName"}),
            stringAt(o, {"spec", "nodeName"}),
            yesNo(boolAt(o, {"status", "attached"})),
            ageOf(o)};
}

} // namespace slipway::api
