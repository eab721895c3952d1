#pragma once

#include "cluster/agent/runtime/cri/exec_process.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace slipway::agent::test {

/// An operation of the fake runtime that a test lets go when it likes.
struct FakeOperation : Operation {
    std::function<void()> finish, cancelled;
    bool over = false;
    void end() {
        if (!std::exchange(over, true))
            finish();
    }
    void cancel() override {
        if (!std::exchange(over, true))
            cancelled();
    }
};

/// A runtime in memory: what is asked of it happens at once, or, with hold set, when release() is called. Containers
/// run until exit() is called.
class FakeRuntime : public Runtime {
public:
    std::vector<SandboxInfo> sandboxes;
    std::vector<ContainerInfo> containers;
    std::map<std::string, ImageInfo> images;
    std::vector<ContainerUsage> usages;
    std::map<std::string, ContainerConfig> configs;
    std::vector<std::string> calls;
    std::string pullError = "no route to registry", updateError;
    bool broken = false;
    bool hold = false;                                ///< operations wait for release()
    std::vector<std::shared_ptr<FakeOperation>> held; ///< in the order they were begun
    int execExitCode = 0;
    std::optional<RuntimeError> execError; ///< instead of running anything

    void release() {
        for (const auto& operation : std::exchange(held, {}))
            operation->end();
    }

    void exit(const std::string& name, int code) {
        for (ContainerInfo& info : containers)
            if (info.name == name && info.phase == ContainerPhase::running) {
                info.phase = ContainerPhase::exited;
                info.exitCode = code;
                info.finishedAt = std::chrono::system_clock::now();
            }
    }
    int running(const std::string& name) const {
        return static_cast<int>(std::ranges::count_if(containers, [&](const ContainerInfo& info) {
            return info.name == name && info.phase == ContainerPhase::running;
        }));
    }

    RuntimeResult<RuntimeVersion> version() override { return RuntimeVersion{"fake", "1"}; }
    RuntimeResult<RuntimeHealth> health() override {
        if (broken)
            return std::unexpected(RuntimeError{RuntimeError::Kind::unavailable, "down"});
        return RuntimeHealth{true, true, ""};
    }
    RuntimeResult<void> setPodCidr(const std::string&) override { return {}; }

    RuntimeResult<std::string> runSandbox(const SandboxConfig& config) override {
        calls.push_back("runSandbox");
        SandboxInfo info;
        info.id = "sandbox-" + std::to_string(next_);
        info.uid = config.uid;
        info.attempt = config.attempt;
        info.ready = true;
        info.createdAt = WallTime(std::chrono::seconds(next_++));
        info.labels = config.labels;
        info.ips = {"10.244.0.7"};
        sandboxes.push_back(info);
        return info.id;
    }
    RuntimeResult<void> stopSandbox(const std::string& id) override {
        for (SandboxInfo& info : sandboxes)
            if (info.id == id)
                info.ready = false;
        return {};
    }
    RuntimeResult<void> removeSandbox(const std::string& id) override {
        std::erase_if(sandboxes, [&](const SandboxInfo& info) { return info.id == id; });
        return {};
    }
    RuntimeResult<std::vector<SandboxInfo>> listSandboxes(const StringMap&) override {
        if (broken)
            return std::unexpected(RuntimeError{RuntimeError::Kind::unavailable, "down"});
        return sandboxes;
    }
    RuntimeResult<SandboxInfo> sandboxStatus(const std::string& id) override {
        for (const SandboxInfo& info : sandboxes)
            if (info.id == id)
                return info;
        return std::unexpected(RuntimeError{RuntimeError::Kind::notFound, "gone"});
    }

    RuntimeResult<std::string> createContainer(const std::string& sandboxId, const ContainerConfig& config,
                                               const SandboxConfig&) override {
        ContainerInfo info;
        info.id = config.name + "-" + std::to_string(next_);
        info.sandboxId = sandboxId;
        info.name = config.name;
        info.attempt = config.attempt;
        info.phase = ContainerPhase::created;
        info.createdAt = WallTime(std::chrono::seconds(next_++));
        info.image = config.image;
        info.labels = config.labels;
        info.annotations = config.annotations;
        containers.push_back(info);
        configs[config.name] = config;
        calls.push_back("create " + config.name);
        return info.id;
    }
    RuntimeResult<void> startContainer(const std::string& id) override {
        for (ContainerInfo& info : containers)
            if (info.id == id) {
                info.phase = ContainerPhase::running;
                info.startedAt = std::chrono::system_clock::now();
            }
        return {};
    }
    RuntimeResult<void> stopContainer(const std::string& id, std::chrono::seconds) override {
        const std::lock_guard lock(mutex_);
        for (ContainerInfo& info : containers)
            if (info.id == id && info.phase != ContainerPhase::exited) {
                info.phase = ContainerPhase::exited;
                info.exitCode = 143;
                info.finishedAt = std::chrono::system_clock::now();
                calls.push_back("stop " + info.name);
            }
        return {};
    }
    OperationPtr beginStop(const std::string& id, std::chrono::seconds grace, OperationDone<void> done) override {
        return begin<void>([=, this] { return stopContainer(id, grace); }, std::move(done));
    }
    RuntimeResult<void> removeContainer(const std::string& id) override {
        std::erase_if(containers, [&](const ContainerInfo& info) { return info.id == id; });
        return {};
    }
    RuntimeResult<std::vector<ContainerInfo>> listContainers(const StringMap&) override { return containers; }
    RuntimeResult<ContainerInfo> containerStatus(const std::string& id) override {
        for (const ContainerInfo& info : containers)
            if (info.id == id)
                return info;
        return std::unexpected(RuntimeError{RuntimeError::Kind::notFound, "gone"});
    }
    RuntimeResult<void> reopenLog(const std::string&) override { return {}; }
    RuntimeResult<void> updateResources(const std::string& id, const ContainerResources& resources) override {
        for (const ContainerInfo& info : containers)
            if (info.id == id)
                calls.push_back("resize " + info.name + " " + std::to_string(resources.cpuQuota));
        return updateError.empty() ? RuntimeResult<void>()
                                   : std::unexpected(RuntimeError{RuntimeError::Kind::other, updateError});
    }
    RuntimeResult<ExecOutput> execSync(const std::string&, const std::vector<std::string>&,
                                       std::chrono::seconds) override {
        if (execError)
            return std::unexpected(*execError);
        return ExecOutput{.exitCode = execExitCode};
    }
    OperationPtr beginExec(const std::string& id, const std::vector<std::string>& command, std::chrono::seconds timeout,
                           OperationDone<ExecOutput> done) override {
        calls.push_back("exec " + (command.empty() ? std::string() : command[0]));
        return begin<ExecOutput>([=, this] { return execSync(id, command, timeout); }, std::move(done));
    }
    RuntimeResult<std::vector<ContainerUsage>> containerUsage() override { return usages; }
    /// A real process, of this machine.
    RuntimeResult<std::unique_ptr<ExecProcess>> exec(const std::string&, const std::vector<std::string>& command,
                                                     bool tty, bool input) override {
        return startProcess(command, tty, input);
    }
    RuntimeResult<std::vector<ImageInfo>> listImages() override { return std::vector<ImageInfo>{}; }
    RuntimeResult<std::optional<ImageInfo>> imageStatus(const std::string& name) override {
        const auto found = images.find(name);
        return found == images.end() ? std::nullopt : std::optional(found->second);
    }
    RuntimeResult<std::string> pullImage(const std::string& name, const std::optional<RegistryLogin>&) override {
        calls.push_back("pull " + name);
        return std::unexpected(RuntimeError{RuntimeError::Kind::other, pullError});
    }
    OperationPtr beginPull(const std::string& name, const std::optional<RegistryLogin>& login,
                           OperationDone<std::string> done) override {
        return begin<std::string>([=, this] { return pullImage(name, login); }, std::move(done));
    }
    RuntimeResult<void> removeImage(const std::string&) override { return {}; }
    RuntimeResult<void> watchEvents(std::stop_token, const std::function<void(const RuntimeEvent&)>&) override {
        return {};
    }

private:
    template <class T, class Work> OperationPtr begin(Work work, OperationDone<T> done) {
        auto operation = std::make_shared<FakeOperation>();
        operation->finish = [work, done] { done(work()); };
        operation->cancelled = [done] {
            done(std::unexpected(RuntimeError{RuntimeError::Kind::cancelled, "cancelled"}));
        };
        if (hold)
            held.push_back(operation);
        else
            operation->end();
        return operation;
    }

    std::mutex mutex_;
    int next_ = 1;
};

} // namespace slipway::agent::test
