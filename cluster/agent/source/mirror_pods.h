#pragma once

#include "cluster/agent/pod/pods.h"
#include "cluster/agent/task_pool.h"
#include "cluster/client/client.h"

#include <atomic>

namespace slipway::agent {

/// Annotations of pods that come from files, and of their mirrors in the API.
namespace annotations {
inline constexpr char configSource[] = "kubernetes.io/config.source", configHash[] = "kubernetes.io/config.hash",
                      configMirror[] = "kubernetes.io/config.mirror", configSeen[] = "kubernetes.io/config.seen";
}

/// Whether a pod comes from a file of the node.
bool isStatic(const core::Pod& pod);

/// Whether a pod in the API only shows one that comes from a file.
bool isMirror(const core::Pod& pod);

/// What a static pod's mirror is: the same pod, owned by its node when @p nodeUid is known.
core::Pod mirrorOf(const core::Pod& pod, const std::string& nodeUid);

/// Whether @p mirror has to go: nobody runs what it shows (@p runs is null), it shows another manifest, or somebody
/// asked to delete it. Its pod is not ended by that; it is shown again.
bool isStale(const core::Pod& mirror, const core::Pod* runs);

/// Takes away mirrors that show nothing that is so, and lets pods whose mirror went be shown again. Thread-safe; works
/// on the pool, which is to be stopped before this goes.
class MirrorPods {
public:
    MirrorPods(std::shared_ptr<const client::Client> client, Pods& pods, TaskPool& pool)
        : client_(std::move(client)), pods_(pods), pool_(pool) {}

    /// A mirror as the API has it now, or had it (@p gone).
    void see(const std::shared_ptr<const core::Pod>& mirror, bool gone);
    /// The folder of manifests has been read once, or there is none: only from then on it is known which mirrors show
    /// nothing. To be called once; @p mirrors are those seen so far.
    void begin(const std::vector<std::shared_ptr<const core::Pod>>& mirrors);

private:
    void judge(const core::Pod& mirror, bool gone);

    std::shared_ptr<const client::Client> client_;
    Pods& pods_;
    TaskPool& pool_;
    std::atomic<bool> begun_ = false;
};

} // namespace slipway::agent
