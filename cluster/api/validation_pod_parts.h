#pragma once

#include "cluster/api/validation_at.h"

#include <map>
#include <set>
#include <string>

/// The parts of a pod spec, each judged in a file of its own. Used by validation_pod.cpp.
namespace slipway::api {

/// A volume as the containers that mount it need to know it.
struct VolumeUse {
    bool claimed = false; ///< of a claim, and so perhaps a block device
};
using Volumes = std::map<std::string, VolumeUse, std::less<>>;

/// Judges the volumes and returns their names.
Volumes validateVolumes(const At& spec);

/// What the containers of one pod are judged against.
struct PodContext {
    const At& spec;
    Volumes volumes;
    std::set<std::string> names;     ///< of the containers so far
    std::set<std::string> hostPorts; ///< of the containers so far: TCP//8080
    std::int64_t gracePeriod = 30;   ///< seconds
};

/// @p list: containers, initContainers or ephemeralContainers.
void validateContainer(const At& container, PodContext& pod, std::string_view list);
void validateProbes(const At& container, std::string_view list);
void validateLifecycle(const At& container, const PodContext& pod, std::string_view list);
void validateEnvironment(const At& container);
void validateMounts(const At& container, const PodContext& pod, bool ephemeral);
void validateResources(const At& container);
/// Requests and limits the pod has as a whole.
void validatePodResources(const At& spec);

void validatePodSecurity(const At& spec);
void validateContainerSecurity(const At& container, const At& spec);

void validateAffinity(const At& spec);
void validateTopologySpread(const At& spec);
void validateTolerations(const At& spec);
/// Required terms of a node selector at a member.
void validateNodeSelector(const At& owner, std::string_view member);

/// Name resolution: policy, name servers, host aliases, host name.
void validatePodNetwork(const At& spec);

/// A member with a path inside a container or volume: relative, without "..".
void validateRelativePath(const At& owner, std::string_view member);

/// A resource name and amount pair list ("limits", "requests", a quota's "hard").
bool isExtendedResource(std::string_view name);

/// Why a field path of the downward API is none; @p volume: in a volume rather than in a variable.
std::optional<std::string> fieldPathProblem(std::string_view path, bool volume);
/// A fieldRef, resourceFieldRef.
void validateFieldRef(const At& owner, bool volume);
void validateResourceFieldRef(const At& owner, bool volume);

} // namespace slipway::api
