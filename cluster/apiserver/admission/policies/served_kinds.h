#pragma once

#include "cluster/apiserver/admission/cluster_state.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

/// Kinds as policies name them: built-in ones, and those of the cluster's established definitions. Thread-safe.
namespace slipway::apiserver::admission {

/// The served resource of a kind; null when there is none. It lives as long as it is held.
std::shared_ptr<const api::Resource> servedKind(const ClusterState& cluster, std::string_view group,
                                                std::string_view version, std::string_view kind);
/// The served resource of a plural name; likewise.
std::shared_ptr<const api::Resource> servedResource(const ClusterState& cluster, std::string_view group,
                                                    std::string_view version, std::string_view name);

/// Objects of a served resource, in its version. Converters of custom kinds are not asked.
std::vector<api::JsonObject> objectsOf(const ClusterState& cluster, const api::Resource& resource, std::string_view ns);
std::optional<api::JsonObject> objectOf(const ClusterState& cluster, const api::Resource& resource, std::string_view ns,
                                        std::string_view name);

} // namespace slipway::apiserver::admission
