#pragma once
// How a long operation tells what it is doing; the command line and the window show the same steps.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace slipway::vmdriver {

/// The steps of starting, stopping and deleting a cluster, in the order they happen.
enum class Step {
    checkHost,       ///< rights and programs
    prepareNode,     ///< state directories, node image layers
    createNode,      ///< sandbox and network
    startServer,     ///< waiting for the API server's /readyz
    joinNode,        ///< waiting for the Node to be Ready
    writeContext,    ///< merging the context into the user's kubeconfig
    deploySample,    ///< applying the sample application
    waitSample,      ///< waiting until it answers through its Service
    stopNode,        ///< ending the node's processes
    removeNode,      ///< removing what is left of it
    loadImage,       ///< importing images into the nodes
    saveSnapshot,    ///< copying what nodes keep
    restoreSnapshot, ///< and back
    done,            ///< finished; fraction is 1
};

/// Stable lower-case identifier of the step ("create-node").
std::string_view stepName(Step step);

/// One report. `text` is English and may name details; a translated window shows its own text for `step`.
struct Progress {
    Step step;
    double fraction = 0; ///< of the whole operation, 0 to 1, never going back
    std::string text;
    std::chrono::milliseconds elapsed{0}; ///< since the operation began
};

/// Called in the thread that runs the operation, between its steps. Must return soon.
using ProgressSink = std::function<void(const Progress&)>;

} // namespace slipway::vmdriver
