#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>

namespace slipway::scheduler::plugins {
namespace {

// Below the first an image is fetched at once; above the second more size makes no more difference (per container).
constexpr double smallest = 23.0 * 1024 * 1024, largest = 1000.0 * 1024 * 1024;

/// The names a node may know an image by: as the pod says it, and with what it leaves out.
std::vector<std::string> namesOf(std::string image) {
    const std::size_t slash = image.rfind('/');
    if (image.find(':', slash == std::string::npos ? 0 : slash) == std::string::npos && !image.contains('@'))
        image += ":latest";
    std::vector<std::string> names{image};
    const std::string host = image.substr(0, image.find('/'));
    if (!image.contains('/'))
        names.push_back("docker.io/library/" + image);
    else if (!host.contains('.') && !host.contains(':') && host != "localhost")
        names.push_back("docker.io/" + image);
    return names;
}

} // namespace

double imageLocality(const PodInfo& pod, const NodeInfo& node, const Snapshot& snapshot) {
    if (node.images.empty() || !pod.pod || !pod.pod->spec)
        return 0;
    double present = 0;
    std::size_t containers = 0;
    const auto add = [&](const auto& list) {
        for (const auto& container : list) {
            ++containers;
            for (const std::string& name : namesOf(container.image))
                if (const auto image = node.images.find(name); image != node.images.end()) {
                    present +=
                        double(image->second) * snapshot.nodesWithImage(name) / std::max(1, snapshot.nodeCount());
                    break;
                }
        }
    };
    add(pod.pod->spec->initContainers);
    add(pod.pod->spec->containers);
    const double most = largest * double(std::max<std::size_t>(containers, 1));
    return 100 * (std::clamp(present, smallest, most) - smallest) / (most - smallest);
}

} // namespace slipway::scheduler::plugins
