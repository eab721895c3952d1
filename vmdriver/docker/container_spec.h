#pragma once
// What the engine is asked to make for a node, as a pure function of the profile.

#include <string>

#include "vmdriver/profile.h"

namespace slipway::vmdriver {

/// Names of what a cluster has in the engine; stable, and telling whose it is.
std::string engineNetworkName(const std::string& cluster);
std::string engineContainerName(const std::string& cluster, const std::string& node);
/// `part` is "containerd", "data" or "log".
std::string engineVolumeName(const std::string& cluster, const std::string& node, const std::string& part);

/// Labels that mark everything of a cluster ("dev.slipway.cluster").
extern const std::string clusterLabel;

/// Body of POST /networks/create.
std::string networkSpec(const ClusterProfile& profile);

/// Body of POST /containers/create. Nodes are privileged: container runtimes must work inside them. The engine gives a
/// privileged container every capability it has itself, so that hosts which lack some still work.
std::string containerSpec(const ClusterProfile& profile, const NodeProfile& node, const std::string& image);

/// The same spec with a label that marks what it was made of, to tell whether a container still fits.
std::string withSpecLabel(const std::string& spec, const std::string& mark);

/// Body of a container that only holds a node's volumes, to copy them out or in.
std::string volumeHolderSpec(const ClusterProfile& profile, const NodeProfile& node, const std::string& image);

/// Body of POST /containers/ID/update for the node's resources.
std::string resourcesSpec(const NodeResources& resources);

} // namespace slipway::vmdriver
