#include "vmdriver/docker/host_engine.h"

#include <unistd.h>

#include "vmdriver/command.h"
#include "vmdriver/docker/engine.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

Result<Engine> hostEngine() {
    Engine engine(findEngineSocket());
    if (auto answers = engine.ping(); !answers)
        return std::unexpected(answers.error());
    return engine;
}

} // namespace

Result<void> saveHostImages(const std::vector<std::string>& names, const fs::path& archive, std::stop_token stop) {
    const auto engine = hostEngine();
    if (!engine)
        return std::unexpected(engine.error());
    for (const auto& name : names)
        if (!engine->hasImage(name))
            return failure(DriverErrc::notFound,
                           "there is no file and no image \"" + name + "\" in this machine's container engine");
    return engine->saveImages(names, archive, std::move(stop));
}

Result<void> buildHostImage(const fs::path& context, const std::string& name, const fs::path& scratch,
                            std::string& said, std::stop_token stop) {
    const auto engine = hostEngine();
    if (!engine)
        return std::unexpected(engine.error());
    const fs::path tar = scratch / ("build-context-" + std::to_string(getpid()) + ".tar");
    auto built = mustRun(DriverErrc::io,
                         {"tar", "--create", "--file", tar.string(), "--directory", context.string(), "."}, {}, stop);
    if (built)
        built = engine->build(tar, name, said, std::move(stop));
    std::error_code ignored;
    fs::remove(tar, ignored);
    return built;
}

} // namespace slipway::vmdriver
