// bundle: logs and state for a report, without secrets.
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <format>
#include <fstream>
#include <iostream>
#include <unistd.h>

#include "cluster/base/files.h"
#include "vmdriver/cluster_access.h"
#include "vmdriver/command.h"

namespace slipway::desktop {

namespace fs = std::filesystem;

namespace {

/// What is asked of the API server. No Secrets, no ConfigMaps; of pods the values of variables are taken out.
constexpr std::pair<const char*, const char*> lists[] = {{"nodes.json", "/api/v1/nodes"},
                                                         {"pods.json", "/api/v1/pods"},
                                                         {"events.json", "/api/v1/events"},
                                                         {"services.json", "/api/v1/services"},
                                                         {"deployments.json", "/apis/apps/v1/deployments"},
                                                         {"leases.json", "/apis/coordination.k8s.io/v1/leases"}};

constexpr const char* logs[] = {"init", "containerd", "server", "agent"};

class BundleFolder {
public:
    explicit BundleFolder(const fs::path& stateDir) : path_(stateDir / std::format("bundle-{}", getpid())) {
        std::error_code ignored;
        fs::create_directories(path_, ignored);
        fs::permissions(path_, fs::perms::owner_all, ignored);
    }
    ~BundleFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    BundleFolder(const BundleFolder&) = delete;
    BundleFolder& operator=(const BundleFolder&) = delete;
    void add(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

void addObjects(const BundleFolder& bundle, const fs::path& kubeconfig) {
    const auto access = vmdriver::ClusterAccess::open(kubeconfig);
    if (!access || !access->apiReady())
        return;
    for (const auto& [file, target] : lists)
        if (const auto text = access->redacted(target))
            bundle.add(file, *text);
}

} // namespace

int packBundle(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto status = lifecycle.status(options.cluster);
    if (!status)
        return complain(status.error());
    if (status->state == vmdriver::ClusterState::absent)
        return complain({vmdriver::DriverErrc::notFound, "there is no cluster \"" + options.cluster + "\""});
    const BundleFolder bundle(lifecycle.paths().stateDir);
    bundle.add("status.json", statusText(*status));
    for (const auto& node : status->nodes)
        for (const char* log : logs)
            if (const auto text =
                    lifecycle.readNodeFile(options.cluster, node.name, std::format("/var/log/slipway/{}.log", log)))
                bundle.add(std::format("{}-{}.log", node.name, log), *text);
    addObjects(bundle, status->kubeconfig);
    const auto packed = vmdriver::mustRun(vmdriver::DriverErrc::io,
                                          {"tar", "--create", "--gzip", "--file", options.files.front().string(),
                                           "--directory", bundle.path().string(), "."});
    return packed ? 0 : complain(packed.error());
}

} // namespace slipway::desktop
