#pragma once

#include "cluster/agent/runtime/runtime.h"
#include "cluster/agent/source/objects.h"

#include <functional>
#include <optional>

/// A container's environment, and the values that environment and downward volumes take from the pod.
namespace slipway::agent {

/// Replaces $(NAME) where @p lookup knows the name; $$(NAME) becomes $(NAME); everything else stays as written.
std::string expandVariables(std::string_view text,
                            const std::function<std::optional<std::string>(std::string_view)>& lookup);

/// What the node can give, for resourceFieldRef of containers without limits.
struct NodeAllocatable {
    std::int64_t milliCpu = 0, memoryBytes = 0, storageBytes = 0;
};

/// A pod's field by its path ("metadata.labels['app']", "status.podIP", ...); an error text for an unknown one.
/// metadata.labels and metadata.annotations give one key="value" line each.
std::expected<std::string, std::string> podField(const core::Pod& pod, std::string_view path);

/// "limits.cpu" and the like of a container, divided by the divisor and rounded up.
std::expected<std::string, std::string> containerResource(const core::Container& container,
                                                          const core::ResourceFieldSelector& selector,
                                                          const NodeAllocatable& node);

/// WEB_SERVICE_HOST, WEB_SERVICE_PORT, WEB_PORT_80_TCP... for the services of the pod's namespace, and always for
/// kubernetes.default. With @p links false only the latter.
StringMap serviceVariables(const std::vector<std::shared_ptr<const core::Service>>& services, const std::string& ns,
                           bool links);

using Environment = std::vector<std::pair<std::string, std::string>>;

/// expandVariables() that refuses a name the environment does not have, as subPathExpr does.
std::expected<std::string, std::string> expandStrictly(std::string_view text, const Environment& environment);

/// The whole environment in order: services, envFrom, env. The error is a message for CreateContainerConfigError.
std::expected<Environment, std::string> containerEnvironment(const core::Pod& pod, const core::Container& container,
                                                             ObjectSource& objects, const NodeAllocatable& node);

} // namespace slipway::agent
