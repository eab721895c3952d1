#include "cluster/api/quantity.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <set>

namespace slipway::api {
namespace {

/// The first member of a volume's spec that says where it lives.
constexpr std::string_view notSources[]{"accessModes",      "capacity",
                                        "claimRef",         "mountOptions",
                                        "nodeAffinity",     "persistentVolumeReclaimPolicy",
                                        "storageClassName", "volumeAttributesClassName",
                                        "volumeMode"};

void validateAccessModes(const At& spec, std::string_view why) {
    if (spec.list("accessModes").empty())
        return spec.require("accessModes", why);
    bool once = false;
    spec.eachText("accessModes", [&](std::string_view mode, const std::string&) {
        once = once || mode == "ReadWriteOncePod";
        if (mode != "ReadOnlyMany" && mode != "ReadWriteMany" && mode != "ReadWriteOnce" && mode != "ReadWriteOncePod")
            spec.causes().push_back(
                notSupported(spec.pathOf("accessModes"), Json(mode),
                             {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}));
    });
    if (once && spec.list("accessModes").size() > 1)
        spec.forbid("accessModes", "may not use ReadWriteOncePod with other access modes");
}

void validateStorage(const At& owner, std::string_view member, const std::string& shown) {
    const At amounts = owner.in(member);
    const std::string_view text = amounts.text("storage");
    if (text.empty())
        return owner.causes().push_back(requiredValue(shown, ""));
    if (const auto size = Quantity::parse(text); size && *size <= Quantity())
        owner.causes().push_back(invalidValue(shown, Json(text), "must be greater than zero"));
}

void validateVolumeSource(const At& spec) {
    int sources = 0;
    for (const auto& [key, value] : spec.object()) {
        const std::string_view kind = key;
        if (std::ranges::find(notSources, kind) != std::end(notSources) || !value.is_object())
            continue;
        const At source = spec.in(kind);
        if (++sources > 1) {
            spec.forbid(kind, "may not specify more than 1 volume type");
            continue;
        }
        if (kind == "hostPath" || kind == "local") {
            if (source.needs("path") && kind == "hostPath")
                validateRelativePathFree(source, "path");
        } else if (kind == "nfs") {
            source.needs("server");
            if (source.needs("path") && !source.text("path").starts_with('/'))
                source.invalid("path", "must be an absolute path");
        } else if (kind == "csi") {
            if (source.needs("driver"))
                source.judge("driver", subdomainProblem);
            source.needs("volumeHandle");
        }
    }
    if (sources == 0)
        spec.causes().push_back(requiredValue(spec.path(), "must specify a volume type"));
    if (spec.has("hostPath") && spec.in("hostPath").text("path") == "/" &&
        spec.text("persistentVolumeReclaimPolicy") == "Recycle")
        spec.forbid("persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'");
}

void validateTopologyTerm(const At& term) {
    std::set<std::string_view> keys;
    term.each("matchLabelExpressions", [&](const At& expression) {
        if (expression.list("values").empty())
            expression.require("values");
        expression.judge("key", qualifiedNameProblem);
        if (!keys.insert(expression.text("key")).second)
            expression.duplicate("key");
    });
}

} // namespace

void validateRelativePathFree(const At& owner, std::string_view member) {
    const std::string_view path = owner.text(member);
    if (path == ".." || path.starts_with("../") || path.ends_with("/..") || path.contains("/../"))
        owner.invalid(member, "must not contain '..'");
}

void validateClaimSpec(const At& spec) {
    validateAccessModes(spec, "at least 1 access mode is required");
    validateLabelSelector(spec, "selector");
    validateStorage(spec.in("resources"), "requests", spec.pathOf("resources") + "[storage]");
    spec.judge("storageClassName", subdomainProblem);
    spec.oneOf("volumeMode", {"Block", "Filesystem"});
    for (std::string_view member : {"dataSource", "dataSourceRef"})
        if (spec.has(member)) {
            const At source = spec.in(member);
            source.needs("name");
            source.needs("kind");
            if (source.text("apiGroup").empty() && source.text("kind") != "PersistentVolumeClaim" &&
                !source.text("kind").empty())
                source.invalid("kind", "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        }
}

void validateClaim(const JsonObject& claim, Causes& causes) {
    validateClaimSpec(At(claim, {}, causes).in("spec"));
}

void validateClaimUpdate(const JsonObject& claim, const JsonObject& changed, Causes& causes) {
    const At old(claim, {}, causes), now(changed, {}, causes);
    const bool bound = old.in("status").text("phase") == "Bound" || !old.in("spec").text("volumeName").empty();
    const auto rest = [&](const At& of) {
        JsonObject spec = of.in("spec").object();
        if (old.in("spec").text("volumeName").empty())
            spec.erase("volumeName");
        if (old.in("spec").value("storageClassName").is_null())
            spec.erase("storageClassName"); // a default class may be given afterwards (KEP-3333)
        spec.erase("volumeAttributesClassName");
        if (old.in("status").text("phase") == "Bound")
            objectAt(spec, {"resources"}).erase("requests");
        return spec;
    };
    if (rest(old) != rest(now))
        causes.push_back(forbiddenField("spec", "spec is immutable after creation except resources.requests and "
                                                "volumeAttributesClassName for bound claims"));
    const auto size = [](const At& of) {
        return Quantity::parse(of.in("spec").in("resources").in("requests").text("storage")).value_or(Quantity());
    };
    if (bound && size(now) < size(old) &&
        size(now) <= Quantity::parse(old.in("status").in("capacity").text("storage")).value_or(size(old)))
        causes.push_back(
            forbiddenField("spec.resources.requests.storage", "field can not be less than status.capacity"));
}

void validateVolume(const JsonObject& volume, Causes& causes) {
    const At spec = At(volume, {}, causes).in("spec");
    validateAccessModes(spec, "");
    if (spec.in("capacity").object().empty())
        spec.require("capacity");
    else if (!spec.in("capacity").has("storage") || spec.in("capacity").object().size() > 1)
        causes.push_back(notSupported(spec.pathOf("capacity"), spec.value("capacity"), {"storage"}));
    else
        validateStorage(spec, "capacity", spec.pathOf("capacity") + "[storage]");
    spec.oneOf("persistentVolumeReclaimPolicy", {"Delete", "Recycle", "Retain"});
    validateVolumeSource(spec);
    spec.judge("storageClassName", subdomainProblem);
    spec.oneOf("volumeMode", {"Block", "Filesystem"});
    const At affinity = spec.in("nodeAffinity");
    if (spec.has("nodeAffinity")) {
        if (!affinity.has("required"))
            affinity.require("required", "must specify required node constraints");
        validateNodeSelector(affinity, "required");
    } else if (spec.has("local")) {
        causes.push_back(requiredValue("metadata.annotations", "Local volume requires node affinity"));
    }
}

void validateVolumeUpdate(const JsonObject& volume, const JsonObject& changed, Causes& causes) {
    const At old = At(volume, {}, causes).in("spec"), now = At(changed, {}, causes).in("spec");
    const auto source = [](const At& spec) {
        JsonObject only;
        for (const auto& [key, value] : spec.object())
            if (std::ranges::find(notSources, std::string_view(key)) == std::end(notSources))
                only[key] = value;
        return only;
    };
    if (source(old) != source(now))
        causes.push_back(forbiddenField("spec.persistentvolumesource", "spec.persistentvolumesource is immutable after "
                                                                       "creation"));
    validateImmutable(old, now, "volumeMode");
    if (!old.value("nodeAffinity").is_null())
        validateImmutable(old, now, "nodeAffinity");
}

void validateStorageClass(const JsonObject& object, Causes& causes) {
    const At kind(object, {}, causes);
    kind.needs("provisioner");
    kind.oneOf("reclaimPolicy", {"Delete", "Retain"});
    kind.oneOf("volumeBindingMode", {"Immediate", "WaitForFirstConsumer"});
    if (kind.in("parameters").object().size() > 512)
        causes.push_back(tooLong("parameters", 512));
    for (const auto& [key, value] : kind.in("parameters").object())
        if (key.empty())
            kind.invalid("parameters", "field can not be empty.", Json(key));
    kind.each("allowedTopologies", validateTopologyTerm);
}

void validateStorageClassUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    const At old(object, {}, causes), now(changed, {}, causes);
    if (old.value("parameters") != now.value("parameters"))
        now.forbid("parameters", "updates to parameters are forbidden.");
    if (old.text("provisioner") != now.text("provisioner"))
        now.forbid("provisioner", "updates to provisioner are forbidden.");
    if (old.text("reclaimPolicy") != now.text("reclaimPolicy"))
        now.forbid("reclaimPolicy", "updates to reclaimPolicy are forbidden.");
    validateImmutable(old, now, "volumeBindingMode");
}

void validateCsiDriver(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    if (stringAt(object, {"metadata", "name"}).size() > 63)
        causes.push_back(tooLong("metadata.name", 63));
    spec.oneOf("fsGroupPolicy", {"File", "None", "ReadWriteOnceWithFSType"});
    spec.eachText("volumeLifecycleModes", [&](std::string_view mode, const std::string&) {
        if (mode != "Ephemeral" && mode != "Persistent")
            causes.push_back(
                notSupported(spec.pathOf("volumeLifecycleModes"), Json(mode), {"Ephemeral", "Persistent"}));
    });
    std::set<std::string_view> audiences;
    spec.each("tokenRequests", [&](const At& request) {
        if (!audiences.insert(request.text("audience")).second)
            request.causes().push_back(duplicateValue(request.pathOf("audience"), Json(request.text("audience"))));
        if (const auto seconds = request.number("expirationSeconds"); seconds && *seconds < 600)
            request.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
    });
}

void validateCsiNode(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    std::set<std::string_view> names;
    spec.each("drivers", [&](const At& driver) {
        if (driver.needs("name")) {
            driver.judge("name", subdomainProblem);
            if (!names.insert(driver.text("name")).second)
                driver.duplicate("name");
        }
        driver.needs("nodeID");
        if (driver.text("nodeID").size() > 256)
            driver.invalid("nodeID", "must be 256 characters or less");
        driver.in("allocatable").notNegative("count");
    });
}

void validateVolumeAttachment(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    spec.needs("attacher");
    spec.needs("nodeName");
    const At source = spec.in("source");
    const bool named = !source.text("persistentVolumeName").empty(), inLine = source.has("inlineVolumeSpec");
    if (named && inLine)
        source.causes().push_back(
            forbiddenField(source.path(), "must not specify both inlineVolumeSpec and persistentVolumeName"));
    else if (!named && !inLine)
        source.causes().push_back(
            requiredValue(source.path(), "must specify one of inlineVolumeSpec and persistentVolumeName"));
}

void validateVolumeAttachmentUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes), At(changed, {}, causes), "spec");
}

void validateStorageCapacity(const JsonObject& object, Causes& causes) {
    const At capacity(object, {}, causes);
    validateLabelSelector(capacity, "nodeTopology");
    if (capacity.needs("storageClassName"))
        capacity.judge("storageClassName", subdomainProblem);
    if (const auto size = Quantity::parse(capacity.text("capacity")); size && *size < Quantity())
        capacity.invalid("capacity", "must be greater than or equal to 0");
}

} // namespace slipway::api
