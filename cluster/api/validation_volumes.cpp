#include "cluster/api/quantity.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <array>
#include <set>

namespace slipway::api {
namespace {

/// The members volume sources cannot be without.
struct Essential {
    std::string_view source, member;
};
constexpr std::array<Essential, 27> essentials{{
    {"hostPath", "path"},
    {"configMap", "name"},
    {"secret", "secretName"},
    {"persistentVolumeClaim", "claimName"},
    {"nfs", "server"},
    {"nfs", "path"},
    {"iscsi", "targetPortal"},
    {"iscsi", "iqn"},
    {"gcePersistentDisk", "pdName"},
    {"awsElasticBlockStore", "volumeID"},
    {"gitRepo", "repository"},
    {"glusterfs", "endpoints"},
    {"glusterfs", "path"},
    {"flexVolume", "driver"},
    {"rbd", "image"},
    {"cinder", "volumeID"},
    {"azureFile", "secretName"},
    {"azureFile", "shareName"},
    {"vsphereVolume", "volumePath"},
    {"quobyte", "registry"},
    {"quobyte", "volume"},
    {"azureDisk", "diskName"},
    {"azureDisk", "diskURI"},
    {"portworxVolume", "volumeID"},
    {"scaleIO", "gateway"},
    {"scaleIO", "system"},
    {"csi", "driver"},
}};
constexpr std::string_view modeRange = "must be a number between 0 and 0777 (octal), both inclusive";

void validateMode(const At& owner, std::string_view member) {
    if (const auto mode = owner.number(member); mode && (*mode < 0 || *mode > 0777))
        owner.invalid(member, modeRange);
}

void validateTarget(const At& item) {
    if (item.needs("path"))
        validateRelativePath(item, "path");
    if (item.text("path").starts_with("..") && !item.text("path").starts_with("../") && item.text("path") != "..")
        item.invalid("path", "must not start with '..'");
    validateMode(item, "mode");
}

void validateKeys(const At& source) {
    source.each("items", [](const At& item) {
        item.needs("key");
        validateTarget(item);
    });
}

void validateDownward(const At& source) {
    source.each("items", [&](const At& entry) {
        const At item(entry.object(), source.path(), source.causes()); // findings name no index
        validateTarget(item);
        const bool field = item.has("fieldRef"), resource = item.has("resourceFieldRef");
        if (field && resource)
            item.causes().push_back(invalidValue(item.path(), "resource",
                                                 "fieldRef and resourceFieldRef can not be specified simultaneously"));
        validateFieldRef(item, true);
        if (!field)
            validateResourceFieldRef(item, true);
        if (!field && !resource)
            item.causes().push_back(requiredValue(item.path(), "one of fieldRef and resourceFieldRef is required"));
    });
}

void validateTokenSource(const At& token) {
    if (const auto seconds = token.number("expirationSeconds"); seconds && *seconds < 600)
        token.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
    else if (seconds && *seconds > 1L << 32)
        token.invalid("expirationSeconds", "may not specify a duration larger than 2^32 seconds");
    if (token.needs("path"))
        validateRelativePath(token, "path");
}

void validateProjected(const At& projected) {
    std::set<std::string> paths;
    const auto claimPath = [&](const At& item) {
        if (const std::string path(item.text("path")); !path.empty() && !paths.insert(path).second)
            item.causes().push_back(invalidValue(projected.pathOf("sources"), Json(path),
                                                 "conflicting duplicate "
                                                 "paths"));
    };
    projected.each("sources", [&](const At& source) {
        int kinds = 0;
        for (std::string_view kind :
             {"secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"}) {
            if (!source.has(kind))
                continue;
            if (++kinds > 1) {
                source.causes().push_back(
                    forbiddenField(source.path(), "may not specify more than 1 volume type per source"));
                continue;
            }
            const At inner = source.in(kind);
            if (kind == "secret" || kind == "configMap") {
                inner.needs("name");
                validateKeys(inner);
                inner.each("items", claimPath);
            } else if (kind == "downwardAPI") {
                validateDownward(inner);
                inner.each("items", claimPath);
            } else if (kind == "serviceAccountToken") {
                validateTokenSource(inner);
                claimPath(inner);
            }
        }
        if (kinds == 0)
            source.causes().push_back(requiredValue(source.path(), "must specify at least one source"));
    });
}

void validateEphemeral(const At& ephemeral) {
    if (!ephemeral.has("volumeClaimTemplate"))
        return ephemeral.require("volumeClaimTemplate");
    const At claim = ephemeral.in("volumeClaimTemplate");
    if (!claim.has("spec"))
        return claim.require("spec");
    validateClaimSpec(claim.in("spec"));
}

void validateHostPath(const At& source) {
    validateRelativePathFree(source, "path");
    source.oneOf("type",
                 {"BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"});
}

void validateSource(std::string_view kind, const At& source) {
    for (const Essential& essential : essentials)
        if (kind == essential.source)
            source.needs(essential.member);
    if (kind == "hostPath")
        validateHostPath(source);
    else if (kind == "configMap" || kind == "secret")
        validateKeys(source);
    else if (kind == "downwardAPI")
        validateDownward(source);
    else if (kind == "projected")
        validateProjected(source);
    else if (kind == "ephemeral")
        validateEphemeral(source);
    else if (kind == "emptyDir") {
        if (const auto size = Quantity::parse(source.text("sizeLimit")); size && *size < Quantity())
            source.forbid("sizeLimit", "SizeLimit field must be a valid resource quantity");
    } else if (kind == "nfs" && !source.text("path").empty() && !source.text("path").starts_with('/'))
        source.invalid("path", "must be an absolute path");
    else if (kind == "csi")
        source.judge("driver", subdomainProblem);
    validateMode(source, "defaultMode");
}

/// Exactly one source; more are each forbidden.
VolumeUse validateVolume(const At& volume) {
    VolumeUse use;
    int sources = 0;
    for (const auto& [key, source] : volume.object()) {
        const std::string_view kind = key;
        if (kind == "name" || !source.is_object())
            continue;
        use.claimed = use.claimed || kind == "persistentVolumeClaim" || kind == "ephemeral";
        if (++sources > 1)
            volume.forbid(kind, "may not specify more than 1 volume type");
        else
            validateSource(kind, volume.in(kind));
    }
    if (sources == 0)
        volume.causes().push_back(requiredValue(volume.path(), "must specify a volume type"));
    return use;
}

} // namespace

Volumes validateVolumes(const At& spec) {
    Volumes volumes;
    spec.each("volumes", [&](const At& volume) {
        const VolumeUse use = validateVolume(volume);
        const std::string name(volume.text("name"));
        if (name.empty())
            volume.require("name");
        else if (const auto problem = labelProblem(name))
            volume.invalid("name", *problem);
        else if (!volumes.emplace(name, use).second)
            volume.duplicate("name");
    });
    return volumes;
}

} // namespace slipway::api
