#include "vmdriver/docker/docker_image.h"

#include "vmdriver/command.h"
#include "vmdriver/node_image_tar.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

const std::string repository = "slipway/node";

} // namespace

Result<std::string> ensureNodeImage(const Engine& engine, const fs::path& nodeImage, const fs::path& scratch,
                                    std::stop_token stop) {
    const std::string tag = nodeImageHash(nodeImage), name = repository + ":" + tag;
    if (engine.hasImage(name))
        return name;
    std::error_code ignored;
    fs::create_directories(scratch, ignored);
    const fs::path tar = scratch / ("node-image-" + tag + ".tar");
    auto packed = mustRun(DriverErrc::io, packNodeImage(nodeImage, tar), {}, stop);
    auto imported = packed ? engine.importImage(tar, repository, tag, stop) : packed;
    fs::remove(tar, ignored);
    if (!imported)
        return std::unexpected(imported.error());
    engine.removeOtherTags(repository, tag);
    return name;
}

} // namespace slipway::vmdriver
