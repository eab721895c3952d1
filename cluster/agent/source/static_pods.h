#pragma once

#include "cluster/agent/source/objects.h"

#include <filesystem>
#include <functional>
#include <map>
#include <thread>

namespace slipway::agent {

/// A pod from a manifest (JSON or YAML) as the node runs it: named NAME-NODE, bound to the node, defaults filled in,
/// its uid made from its content. The error says what is wrong with the text.
std::expected<core::Pod, std::string> staticPod(std::string_view manifest, const std::string& nodeName);

/// Pods from a folder of manifests, which is made when it is not there, and watched for changes. Owns one thread.
class StaticPods {
public:
    using Set = std::function<void(std::shared_ptr<const core::Pod>)>;
    using Drop = std::function<void(const std::string& uid)>;

    /// @p read: called once, when the folder has been read for the first time.
    StaticPods(std::filesystem::path folder, std::string nodeName, Set set, Drop drop, std::function<void()> read);
    ~StaticPods();
    StaticPods(const StaticPods&) = delete;
    StaticPods& operator=(const StaticPods&) = delete;

private:
    void scan();
    void run(std::stop_token stop);

    std::filesystem::path folder_;
    std::string node_;
    Set set_;
    Drop drop_;
    std::function<void()> read_;
    std::map<std::string, std::string> known_; ///< uid by file name
    std::jthread thread_;
};

} // namespace slipway::agent
