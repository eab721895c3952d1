#include "cluster/apiserver/custom/definition_names.h"

#include "cluster/apiserver/custom/definition_strategy.h"

#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

struct NameConflict {
    std::string reason, message;
};

/// Accepts names one by one; the first that another resource has is the conflict.
class NameSettlement {
public:
    NameSettlement(const JsonObject& crd, JsonObject& accepted) : crd_(crd), accepted_(accepted) {}

    void one(std::string_view member, const std::set<std::string, std::less<>>& taken, std::string_view reason) {
        const std::string wanted(stringAt(crd_, {"spec", "names", member}));
        if (wanted.empty())
            return;
        if (wanted != stringAt(accepted_, {member}) && taken.contains(wanted))
            refuse(reason, std::format("\"{}\" is already in use", wanted));
        else
            accepted_[member] = wanted;
    }

    void shortNames(const std::set<std::string, std::less<>>& taken) {
        const Json* wanted = api::find(crd_, {"spec", "names", "shortNames"});
        if (wanted == nullptr || !wanted->is_array()) {
            accepted_.erase("shortNames");
            return;
        }
        for (const Json& name : wanted->get_array())
            if (name.is_string() && taken.contains(api::view(name.get_string()))) {
                refuse("ShortNamesConflict", std::format("\"{}\" is already in use", api::view(name.get_string())));
                return;
            }
        accepted_["shortNames"] = *wanted;
    }

    const NameConflict& conflict() const { return conflict_; }

private:
    void refuse(std::string_view reason, std::string message) { conflict_ = {std::string(reason), std::move(message)}; }

    const JsonObject& crd_;
    JsonObject& accepted_;
    NameConflict conflict_;
};

bool isProtectedGroup(std::string_view group) {
    return group == "k8s.io" || group == "kubernetes.io" || group.ends_with(".k8s.io") ||
           group.ends_with(".kubernetes.io");
}

void settleApproval(JsonObject& crd) {
    if (!isProtectedGroup(stringAt(crd, {"spec", "group"})))
        return;
    const std::string value(stringAt(crd, {"metadata", "annotations", "api-approved.kubernetes.io"}));
    if (value.starts_with("http"))
        setCondition(crd, "KubernetesAPIApprovalPolicyConformant", "True", "ApprovedAnnotation",
                     std::format("approved in {}", value));
    else
        setCondition(crd, "KubernetesAPIApprovalPolicyConformant", "False", "UnapprovedAnnotation",
                     std::format("not approved: \"{}\"", value));
}

} // namespace

void takeNames(const JsonObject& crd, TakenNames& taken) {
    for (std::string_view member : {"plural", "singular"})
        if (const std::string_view name = stringAt(crd, {"status", "acceptedNames", member}); !name.empty())
            taken.resources.emplace(name);
    if (const Json* names = api::find(crd, {"status", "acceptedNames", "shortNames"}); names && names->is_array())
        for (const Json& name : names->get_array())
            if (name.is_string())
                taken.resources.emplace(api::view(name.get_string()));
    for (std::string_view member : {"kind", "listKind"})
        if (const std::string_view name = stringAt(crd, {"status", "acceptedNames", member}); !name.empty())
            taken.kinds.emplace(name);
}

void settleNames(JsonObject& crd, const TakenNames& taken) {
    JsonObject accepted = objectAt(crd, {"status", "acceptedNames"});
    NameSettlement names(crd, accepted);
    names.one("plural", taken.resources, "PluralConflict");
    names.one("singular", taken.resources, "SingularConflict");
    names.shortNames(taken.resources);
    names.one("kind", taken.kinds, "KindConflict");
    names.one("listKind", taken.kinds, "ListKindConflict");
    if (const Json* categories = api::find(crd, {"spec", "names", "categories"}))
        accepted["categories"] = *categories;
    else
        accepted.erase("categories");
    objectAt(crd, {"status"})["acceptedNames"] = std::move(accepted);
    const bool established = conditionStatus(crd, "Established") == "True";
    if (names.conflict().reason.empty()) {
        setCondition(crd, "NamesAccepted", "True", "NoConflicts", "no conflicts found");
        if (!established)
            setCondition(crd, "Established", "True", "InitialNamesAccepted", "the initial names have been accepted");
    } else {
        setCondition(crd, "NamesAccepted", "False", names.conflict().reason, names.conflict().message);
        if (!established)
            setCondition(crd, "Established", "False", "NotAccepted", "not all names are accepted");
    }
    settleApproval(crd);
}

} // namespace slipway::apiserver
