// Container images on a cluster's nodes.
#include "vmdriver/lifecycle_parts.h"

#include <algorithm>
#include <sstream>
#include <unistd.h>

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

const std::vector<std::string> ctr{"/usr/bin/ctr", "--namespace", "k8s.io", "images"};

std::vector<std::string> words(std::vector<std::string> first, const std::vector<std::string>& more) {
    first.insert(first.end(), more.begin(), more.end());
    return first;
}

/// A file that is gone when the program leaves the scope; large, so it lies in the state directory and not in /tmp.
struct ScratchFile {
    fs::path path;
    explicit ScratchFile(fs::path wanted) : path(std::move(wanted)) {}
    ~ScratchFile() {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
};

Result<std::vector<std::string>> namesOn(const ClusterProfile& profile, Driver& driver, const NodeProfile& node) {
    std::string output;
    const auto code = driver.run(profile, node, words(ctr, {"list", "--quiet"}), {.output = &output});
    if (!code)
        return std::unexpected(code.error());
    if (*code != 0)
        return failure(DriverErrc::sandbox, node.name + ": " + output);
    std::vector<std::string> names;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);)
        // An image is listed by name, by digest and by the hash of its configuration; Slipway's own come with the node.
        if (!line.starts_with("sha256:") && !line.contains("@sha256:") && !line.starts_with("docker.io/slipway/"))
            names.push_back(line);
    std::ranges::sort(names);
    return names;
}

Result<void> import(const ClusterProfile& profile, Driver& driver, const NodeProfile& node, const fs::path& archive,
                    const std::stop_token& stop) {
    std::string output;
    const auto code =
        driver.run(profile, node, words(ctr, {"import", "-"}), {.input = archive, .output = &output}, stop);
    if (!code)
        return std::unexpected(code.error());
    if (*code != 0)
        return failure(DriverErrc::sandbox,
                       archive.string() + " could not be imported into " + node.name + ": " + output);
    return {};
}

} // namespace

Result<void> ClusterLifecycle::Impl::copyImages(const ClusterProfile& profile, Driver& driver, const NodeProfile& from,
                                                const NodeProfile& to, const std::stop_token& stop) const {
    const auto names = namesOn(profile, driver, from);
    if (!names || names->empty())
        return names ? Result<void>() : std::unexpected(names.error());
    const ScratchFile archive(store.clusterDir(profile.name) / ("images-for-" + to.name + ".tar"));
    std::error_code ignored;
    fs::remove(archive.path, ignored);
    const auto code =
        driver.run(profile, from, words(words(ctr, {"export", "-"}), *names), {.outputFile = archive.path}, stop);
    if (!code)
        return std::unexpected(code.error());
    if (*code != 0)
        return failure(DriverErrc::sandbox, "the images of " + from.name + " could not be read");
    // The new node's containerd may still be coming up.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    Result<void> imported;
    const auto tried = [&] { return (imported = import(profile, driver, to, archive.path, stop)).has_value(); };
    auto done = waitUntil(tried, deadline, stop, "", std::chrono::milliseconds(200));
    return done || done.error().code == DriverErrc::cancelled ? done : imported;
}

Result<void> ClusterLifecycle::loadImages(const std::string& cluster, const std::vector<fs::path>& archives,
                                          const ProgressSink& progress, std::stop_token stop) {
    Reporter report(progress);
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    double done = 0;
    for (const auto& archive : archives) {
        if (stop.stop_requested())
            return failure(DriverErrc::cancelled, "cancelled");
        report(Step::loadImage, done / static_cast<double>(archives.size()),
               "loading " + archive.filename().string() + " into " + std::to_string(known->profile.nodes.size()) +
                   (known->profile.nodes.size() == 1 ? " node" : " nodes"));
        if (auto loaded = onEach(
                known->profile.nodes,
                [&](const NodeProfile& node) { return import(known->profile, *known->driver, node, archive, stop); });
            !loaded)
            return loaded;
        ++done;
    }
    report(Step::done, 1, "loaded");
    return {};
}

Result<std::vector<std::string>> ClusterLifecycle::images(const std::string& cluster) const {
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    std::set<std::string> all;
    for (const auto& node : known->profile.nodes) {
        const auto names = namesOn(known->profile, *known->driver, node);
        if (!names)
            return std::unexpected(names.error());
        all.insert(names->begin(), names->end());
    }
    return std::vector<std::string>(all.begin(), all.end());
}

Result<void> ClusterLifecycle::removeImages(const std::string& cluster, const std::vector<std::string>& images) {
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    return onEach(known->profile.nodes, [&](const NodeProfile& node) -> Result<void> {
        std::string output;
        const auto code = known->driver->run(known->profile, node, words(words(ctr, {"remove", "--sync"}), images),
                                             {.output = &output});
        if (!code)
            return std::unexpected(code.error());
        return *code == 0 ? Result<void>() : failure(DriverErrc::sandbox, node.name + ": " + output);
    });
}

} // namespace slipway::vmdriver
