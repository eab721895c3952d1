#include "cluster/agent/pod/observe.h"

#include "cluster/agent/pod/log_reader.h"
#include "cluster/base/files.h"

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace slipway::agent {
namespace {

constexpr std::size_t mostMessage = 4096, mostLogMessage = 2048;

/// A container may have written any amount, or put something else in the file's place.
std::string firstBytes(const std::string& path, std::size_t most) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return {};
    std::string text(most, '\0');
    const ssize_t size = ::read(file, text.data(), most);
    ::close(file);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

} // namespace

RuntimeResult<PodRuntimeState> PodObserver::observe(const std::string& uid) {
    const StringMap selector{{labels::podUid, uid}};
    auto sandboxes = environment_.runtime.listSandboxes(selector);
    if (!sandboxes)
        return std::unexpected(sandboxes.error());
    auto containers = environment_.runtime.listContainers(selector);
    if (!containers)
        return std::unexpected(containers.error());
    std::ranges::sort(*sandboxes, std::greater(), &SandboxInfo::createdAt);
    std::ranges::sort(*containers, std::greater(), &ContainerInfo::createdAt);
    std::map<std::string, int> seen;
    for (ContainerInfo& info : *containers) {
        if (const auto name = info.labels.find(labels::containerName); name != info.labels.end())
            info.name = name->second;
        if (++seen[info.name] <= 2)
            addDetails(info);
    }
    std::erase_if(ended_, [&](const auto& entry) {
        return std::ranges::find(*containers, entry.first, &ContainerInfo::id) == containers->end();
    });
    return PodRuntimeState{std::move(*sandboxes), std::move(*containers)};
}

void PodObserver::addDetails(ContainerInfo& info) {
    if (const auto known = ended_.find(info.id); known != ended_.end()) {
        const std::string sandbox = info.sandboxId;
        info = known->second;
        info.sandboxId = sandbox;
        return;
    }
    const auto status = environment_.runtime.containerStatus(info.id);
    if (!status)
        return;
    info.phase = status->phase;
    info.image = status->image;
    info.imageRef = status->imageRef;
    info.startedAt = status->startedAt;
    info.finishedAt = status->finishedAt;
    info.exitCode = status->exitCode;
    info.reason = status->reason;
    info.message = status->message;
    info.logPath = status->logPath;
    if (info.phase != ContainerPhase::exited)
        return;
    if (const std::string said = terminationMessage(info); !said.empty())
        info.message = said;
    ended_[info.id] = info;
}

std::string PodObserver::terminationMessage(const ContainerInfo& info) const {
    const auto path = info.annotations.find(labels::messagePath);
    std::string text;
    if (path != info.annotations.end())
        text = firstBytes(path->second, mostMessage);
    const auto policy = info.annotations.find("io.kubernetes.container.terminationMessagePolicy");
    const bool fromLogs = policy != info.annotations.end() && policy->second == "FallbackToLogsOnError";
    if (text.empty() && fromLogs && info.exitCode != 0 && !info.logPath.empty()) {
        LogOptions options;
        options.tailLines = 80;
        readLog(info.logPath, options, [&](std::string_view piece) {
            text += piece;
            if (text.size() > 2 * mostLogMessage)
                text.erase(0, text.size() - mostLogMessage);
            return true;
        });
        if (text.size() > mostLogMessage)
            text = text.substr(text.size() - mostLogMessage);
    }
    return text;
}

std::vector<std::string> PodObserver::addresses(const SandboxInfo& sandbox) {
    if (const auto known = addresses_.find(sandbox.id); known != addresses_.end())
        return known->second;
    const auto status = environment_.runtime.sandboxStatus(sandbox.id);
    if (!status || status->ips.empty())
        return {};
    addresses_.clear();
    return addresses_[sandbox.id] = status->ips;
}

} // namespace slipway::agent
