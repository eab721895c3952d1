// image load|list|remove|build
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <format>
#include <iostream>
#include <list>
#include <optional>
#include <unistd.h>

#include "app/desktop/interrupt_guard.h"
#include "app/desktop/progress_printer.h"
#include "vmdriver/command.h"
#include "vmdriver/docker/host_engine.h"

namespace slipway::desktop {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// An archive that is gone when it has been used; in the state directory, since it may be large.
struct ScratchArchive {
    fs::path path;
    explicit ScratchArchive(const vmdriver::LifecyclePaths& paths, std::size_t number = 0)
        : path(paths.stateDir / std::format("images-{}-{}.tar", getpid(), number)) {}
    ~ScratchArchive() {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    ScratchArchive(const ScratchArchive&) = delete;
    ScratchArchive& operator=(const ScratchArchive&) = delete;
};

} // namespace

int loadImages(ClusterLifecycle& lifecycle, const Options& options) {
    const InterruptGuard interrupt;
    ProgressPrinter printer(stderr);
    std::vector<fs::path> archives;
    std::vector<std::string> names;
    std::list<ScratchArchive> packed;
    for (const auto& word : options.words)
        if (std::error_code error; fs::is_directory(word, error)) { // an OCI layout
            packed.emplace_back(lifecycle.paths(), packed.size() + 1);
            if (auto done = vmdriver::mustRun(
                    vmdriver::DriverErrc::io,
                    {"tar", "--create", "--file", packed.back().path.string(), "--directory", word, "."}, {},
                    interrupt.token());
                !done)
                return complain(done.error());
            archives.push_back(packed.back().path);
        } else if (fs::exists(word, error)) {
            archives.emplace_back(word);
        } else {
            names.push_back(word);
        }
    std::optional<ScratchArchive> fetched;
    if (!names.empty()) {
        fetched.emplace(lifecycle.paths());
        if (auto saved = vmdriver::saveHostImages(names, fetched->path, interrupt.token()); !saved)
            return complain(saved.error());
        archives.push_back(fetched->path);
    }
    const auto loaded = lifecycle.loadImages(options.cluster, archives, printer.sink(), interrupt.token());
    return loaded ? 0 : complain(loaded.error());
}

int buildImage(ClusterLifecycle& lifecycle, const Options& options) {
    std::string said;
    {
        const InterruptGuard interrupt;
        const auto built = vmdriver::buildHostImage(options.files.front(), options.name, lifecycle.paths().stateDir,
                                                    said, interrupt.token());
        std::cout << said;
        if (!built)
            return complain(built.error());
    }
    Options load = options;
    load.words = {options.name};
    return loadImages(lifecycle, load);
}

int listImages(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto images = lifecycle.images(options.cluster);
    if (!images)
        return complain(images.error());
    if (options.json)
        std::cout << json::serialize(json::array(images->begin(), images->end())) << '\n';
    else
        for (const auto& image : *images)
            std::cout << image << '\n';
    return 0;
}

int removeImages(ClusterLifecycle& lifecycle, const Options& options) {
    const auto removed = lifecycle.removeImages(options.cluster, options.words);
    return removed ? 0 : complain(removed.error());
}

} // namespace slipway::desktop
