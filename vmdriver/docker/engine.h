#pragma once
// What the docker driver asks of a container engine, one function a question.

#include <optional>
#include <string>
#include <vector>

#include "vmdriver/docker/engine_http.h"
#include "vmdriver/driver.h"

namespace slipway::vmdriver {

/// A container as the engine sees it now.
struct EngineContainer {
    std::string id, state, image, spec; ///< spec: the label its maker left
    int pid = 0;
    int exitCode = 0;
};

/// Docker's API (v1.41 and later) or Podman's compatible one. Thread-safe. Every error of the engine's own carries its
/// message; code sandbox unless said otherwise.
class Engine {
public:
    explicit Engine(std::filesystem::path socket) : http_(std::move(socket)) {}

    /// Whether the engine answers. Errors: sandbox, notPrivileged when the socket may not be used.
    Result<void> ping() const;
    bool hasImage(const std::string& name) const;
    /// Makes an image of one layer from a tar of a root file system.
    Result<void> importImage(const std::filesystem::path& tar, const std::string& repository, const std::string& tag,
                             std::stop_token stop) const;
    /// Removes the tags of a repository other than `keep`, as far as nothing uses them.
    void removeOtherTags(const std::string& repository, const std::string& keep) const;
    /// Writes images (names) of the engine into a docker archive.
    Result<void> saveImages(const std::vector<std::string>& names, const std::filesystem::path& archive,
                            std::stop_token stop) const;
    /// Builds the context (a tar with a Dockerfile) into an image of that name; `said` receives what the build printed.
    Result<void> build(const std::filesystem::path& context, const std::string& name, std::string& said,
                       std::stop_token stop) const;

    Result<void> makeNetwork(const std::string& name, const std::string& spec) const;
    void removeNetwork(const std::string& name) const;

    std::optional<EngineContainer> inspect(const std::string& container) const;
    /// Names of the containers with a label's value.
    std::vector<std::string> containersOf(const std::string& cluster) const;
    Result<void> create(const std::string& container, const std::string& spec) const;
    /// POST /containers/NAME/ACTION; "304 not modified" is success.
    Result<void> act(const std::string& container, const std::string& action, const std::string& body = {},
                     std::chrono::seconds timeout = std::chrono::seconds(60)) const;
    /// Removes a container, killing it; succeeds when there is none.
    Result<void> remove(const std::string& container) const;
    void removeVolume(const std::string& name) const;

    Result<void> putTar(const std::string& container, const std::string& tar) const;
    /// A file of the container, running or not. Error notFound.
    Result<std::string> readFile(const std::string& container, const std::string& path) const;
    /// Runs a command in a running container; its exit code.
    Result<int> run(const std::string& container, const std::vector<std::string>& command, const RunStreams& streams,
                    std::stop_token stop) const;

private:
    Result<EngineAnswer> ask(EngineRequest request, std::stop_token stop = {}) const;

    EngineHttp http_;
};

} // namespace slipway::vmdriver
