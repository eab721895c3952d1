#include "cluster/api/validation.h"

#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>

namespace slipway::api {
namespace {

/// Where a check stands: a member, or an item of a list, and what it is in. Spelled only when there is something to
/// say. Lives as long as the visit.
struct Place {
    const Place* owner = nullptr;
    std::string_view member;
    std::optional<std::size_t> index = {};

    std::string spelled() const {
        std::string text = owner == nullptr ? std::string() : owner->spelled();
        if (index)
            return text += std::format("[{}]", *index);
        if (!text.empty())
            text += '.';
        return text += member;
    }
};

/// Required members and enumerated values, for every kind, from the schema alone.
class SchemaCheck {
public:
    explicit SchemaCheck(Causes& causes) : causes_(causes) {}

    void object(const Type& type, const JsonObject& value, const Place& place) {
        for (const Field& field : type.fields)
            member(type, field, value, &place);
    }

    void member(const Type& type, const Field& field, const JsonObject& owner, const Place* ownerPlace) {
        const Place place{ownerPlace, field.name};
        const Json* value = owner.if_contains(field.name);
        if (value == nullptr)
            absent(type, field, place);
        else if (field.kind == FieldKind::string_ && field.container == Container::none)
            scalar(type, field, *value, place);
        else if (field.kind == FieldKind::object_)
            objects(field, *value, place);
    }

private:
    /// Required in the schema means "always written": an absent number is 0, an absent object empty, a text "".
    void absent(const Type& type, const Field& field, const Place& place) {
        if (!field.required || mayBeEmpty(type, field))
            return;
        if (field.container == Container::none && field.kind == FieldKind::object_)
            object(*field.type, {}, place);
        else if (field.container != Container::none || field.kind == FieldKind::string_ ||
                 field.kind == FieldKind::intOrString_)
            causes_.push_back(requiredValue(place.spelled(), ""));
    }

    /// Texts and lists Kubernetes always writes but lets be empty.
    static bool mayBeEmpty(const Type& type, const Field& field) {
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> open{{
            {"core.v1.HTTPHeader", "value"},
            {"core.v1.Sysctl", "value"},
            {"core.v1.LocalObjectReference", "name"},
            {"core.v1.Event", "involvedObject"},
            {"apps.v1.StatefulSetSpec", "serviceName"},
            {"authentication.v1.TokenRequestSpec", "audiences"},
            {"rbac.v1.Role", "rules"},
            {"rbac.v1.ClusterRole", "rules"},
            {"core.v1.TypedLocalObjectReference", "apiGroup"},
            {"core.v1.ResourceFieldSelector", "divisor"},
            {"core.v1.ReplicationControllerSpec", "selector"},
            {"networking.v1.HTTPIngressPath", "pathType"},
            {"core.v1.GRPCAction", "service"},
            {"discovery.v1.EndpointSlice", "endpoints"},
            {"storage.v1.CSINodeSpec", "drivers"},
            {"core.v1.ContainerImage", "names"},
            {"events.v1.Event", "eventTime"},
        }};
        return std::ranges::any_of(
            open, [&](const auto& entry) { return entry.first == type.name && entry.second == field.name; });
    }

    void scalar(const Type& type, const Field& field, const Json& value, const Place& place) {
        if (!value.is_string())
            return;
        const std::string_view text = view(value.get_string());
        if (field.required && text.empty() && !mayBeEmpty(type, field)) {
            causes_.push_back(requiredValue(place.spelled(), ""));
        } else if (!field.enumValues.empty() && !text.empty() &&
                   std::ranges::find(field.enumValues, text) == field.enumValues.end()) {
            const std::string path = place.spelled();
            causes_.push_back(notSupported(namesNoIndex(type, field) ? withoutIndex(path) : path, value,
                                           {field.enumValues.begin(), field.enumValues.end()}));
        }
    }

    /// Kubernetes' finding is about the list, and not the mount in it.
    static bool namesNoIndex(const Type& type, const Field& field) {
        return field.name == "mountPropagation" && type.name == "core.v1.VolumeMount";
    }

    /// "a.volumeMounts.x" of "a.volumeMounts[0].x".
    static std::string withoutIndex(const std::string& path) {
        const std::size_t open = path.rfind('['), close = path.rfind(']');
        return open == path.npos ? path : path.substr(0, open) + path.substr(close + 1);
    }

    void objects(const Field& field, const Json& value, const Place& place) {
        if (value.is_object() && field.container == Container::none)
            object(*field.type, value.get_object(), place);
        if (value.is_array()) {
            std::size_t index = 0;
            for (const Json& item : value.get_array()) {
                if (item.is_object())
                    object(*field.type, item.get_object(), {&place, {}, index});
                ++index;
            }
        }
    }

    Causes& causes_;
};

/// Metadata has its own checks. Statuses are written by parts of the system and judged by nobody, as in Kubernetes.
void validateSchema(const Resource& resource, const JsonObject& object, Causes& causes) {
    SchemaCheck check(causes);
    for (const Field& field : resource.type->fields)
        if (field.name != "metadata" && field.name != "status")
            check.member(*resource.type, field, object, nullptr);
}

using Check = void (*)(const JsonObject& object, Causes& causes);
using UpdateCheck = void (*)(const JsonObject& before, const JsonObject& after, Causes& causes);

/// The checks of one kind alone.
struct KindChecks {
    Check create;
    UpdateCheck update = nullptr;
};

/// By resource name.
const std::map<std::string_view, KindChecks>& checks() {
    static const std::map<std::string_view, KindChecks> byName{
        {"controllerrevisions", {validateRevision, validateRevisionUpdate}},
        {"cronjobs", {validateCronJob}},
        {"certificatesigningrequests", {validateCertificateRequest, validateCertificateRequestUpdate}},
        {"csidrivers", {validateCsiDriver}},
        {"deviceclasses", {validateDeviceClass}},
        {"resourceclaims", {validateResourceClaim, validateResourceClaimUpdate}},
        {"resourceclaimtemplates", {validateResourceClaimTemplate, validateResourceClaimUpdate}},
        {"csinodes", {validateCsiNode}},
        {"csistoragecapacities", {validateStorageCapacity}},
        {"endpoints", {validateEndpoints}},
        {"endpointslices", {validateEndpointSlice, validateEndpointSliceUpdate}},
        {"events", {validateEvent}},
        {"flowschemas", {validateFlowSchema}},
        {"horizontalpodautoscalers", {validateAutoscaler}},
        {"ingressclasses", {validateIngressClass, validateIngressClassUpdate}},
        {"ingresses", {validateIngress}},
        {"ipaddresses", {validateIpAddress, validateIpAddressUpdate}},
        {"jobs", {validateJob, validateJobUpdate}},
        {"leases", {validateLease}},
        {"limitranges", {validateLimitRange}},
        {"mutatingwebhookconfigurations", {validateWebhooks}},
        {"namespaces", {validateNamespaceFinalizers}},
        {"networkpolicies", {validateNetworkPolicy}},
        {"nodes", {validateNode, validateNodeUpdate}},
        {"persistentvolumeclaims", {validateClaim, validateClaimUpdate}},
        {"persistentvolumes", {validateVolume, validateVolumeUpdate}},
        {"poddisruptionbudgets", {validateBudget}},
        {"podtemplates", {validatePodTemplate}},
        {"priorityclasses", {validatePriorityClass, validatePriorityClassUpdate}},
        {"prioritylevelconfigurations", {validatePriorityLevel}},
        {"resourcequotas", {validateQuota, validateQuotaUpdate}},
        {"runtimeclasses", {validateRuntimeClass, validateRuntimeClassUpdate}},
        {"servicecidrs", {validateServiceRange, validateServiceRangeUpdate}},
        {"services", {validateService, validateServiceUpdate}},
        {"storageclasses", {validateStorageClass, validateStorageClassUpdate}},
        {"validatingadmissionpolicies", {validateAdmissionPolicy}},
        {"validatingadmissionpolicybindings", {validateAdmissionBinding}},
        {"validatingwebhookconfigurations", {validateWebhooks}},
        {"volumeattachments", {validateVolumeAttachment, validateVolumeAttachmentUpdate}},
    };
    return byName;
}

bool isWorkload(const Resource& resource) {
    return (resource.group == "apps" && resource.name != "controllerrevisions") ||
           resource.name == "replicationcontrollers";
}

void validateKind(const Resource& resource, const JsonObject& object, Causes& causes) {
    if (const auto found = checks().find(resource.name); found != checks().end())
        found->second.create(object, causes);
    else if (resource.name == "pods") {
        const Json* spec = object.if_contains("spec");
        static const JsonObject none;
        validatePodSpec(spec != nullptr && spec->is_object() ? spec->get_object() : none, "spec", causes);
    } else if (isWorkload(resource))
        validateWorkload(resource, object, causes);
    else if (resource.name == "configmaps" || resource.name == "secrets")
        validateData(resource, object, causes);
    else if (resource.name == "roles" || resource.name == "clusterroles")
        validateRole(resource, object, causes);
    else if (resource.name == "rolebindings" || resource.name == "clusterrolebindings")
        validateBinding(resource, object, causes);
}

void validateKindUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes) {
    const auto part = [](const JsonObject& object, std::string_view member) {
        const Json* found = object.if_contains(member);
        return found == nullptr ? Json() : *found;
    };
    const auto found = checks().find(resource.name);
    if (found != checks().end() && found->second.update != nullptr)
        found->second.update(before, after, causes);
    else if (resource.name == "pods")
        validatePodUpdate(before, after, causes);
    else if (isWorkload(resource))
        validateWorkloadUpdate(resource, before, after, causes);
    else if (resource.name == "configmaps" || resource.name == "secrets")
        validateDataUpdate(resource, before, after, causes);
    else if (resource.name.ends_with("rolebindings") && part(before, "roleRef") != part(after, "roleRef"))
        causes.push_back(invalidValue("roleRef", part(after, "roleRef"), "cannot change roleRef"));
}

/// A finding about the same member, or about one it is inside of. Taints are told of at another place (a slip of
/// Kubernetes' own).
bool covers(const StatusCause& said, const StatusCause& other) {
    return said.field == other.field || other.field.starts_with(said.field + ".") ||
           (said.field.starts_with("metadata.taints") && other.field.starts_with("spec.taints"));
}

} // namespace

std::vector<StatusCause> validateCreate(const Resource& resource, const JsonObject& object) {
    Causes causes;
    validateMetadata(resource, object, causes);
    validateKind(resource, object, causes);
    Causes schema;
    validateSchema(resource, object, schema);
    for (StatusCause& cause : schema) // what a kind's own check already said need not be said twice
        if (std::ranges::none_of(causes, [&](const StatusCause& said) { return covers(said, cause); }))
            causes.push_back(std::move(cause));
    return causes;
}

std::vector<StatusCause> validateUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after,
                                        std::string_view subresource) {
    Causes causes;
    if (!subresource.empty()) {
        if (resource.name == "pods" && resource.group.empty())
            validatePodSubresource(subresource, before, after, causes);
        else if (resource.name == "certificatesigningrequests")
            validateCertificateDecision(subresource, before, after, causes);
        else if (subresource == "finalize")
            validateNamespaceFinalizers(after, causes);
        return causes;
    }
    causes = validateCreate(resource, after);
    validateMetadataUpdate(before, after, causes);
    validateKindUpdate(resource, before, after, causes);
    return causes;
}

} // namespace slipway::api
