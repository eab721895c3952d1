#include "cluster/agent/runtime/cri/cri_runtime.h"

#include "cluster/agent/runtime/cri/attach_stream.h"
#include "cluster/agent/runtime/cri/exec_process.h"
#include "cluster/agent/runtime/cri/sandbox_info.h"

#include "cri.grpc.pb.h"

#include <grpcpp/grpcpp.h>

namespace slipway::agent {
namespace {

namespace pb = ::runtime::v1;
using std::chrono::nanoseconds;
using std::chrono::seconds;

WallTime timeOf(std::int64_t nanos) {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(nanoseconds(nanos)));
}

template <class ProtoMap> StringMap mapOf(const ProtoMap& map) {
    return {map.begin(), map.end()};
}
template <class ProtoList> std::vector<std::string> listOf(const ProtoList& list) {
    return {list.begin(), list.end()};
}
template <class ProtoMap> void fill(ProtoMap& target, const StringMap& source) {
    for (const auto& [key, value] : source)
        target[key] = value;
}

RuntimeError errorOf(const grpc::Status& status) {
    RuntimeError error{RuntimeError::Kind::other, status.error_message()};
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE)
        error.kind = RuntimeError::Kind::unavailable;
    else if (status.error_code() == grpc::StatusCode::NOT_FOUND)
        error.kind = RuntimeError::Kind::notFound;
    else if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
        error.kind = RuntimeError::Kind::timeout;
    else if (status.error_code() == grpc::StatusCode::CANCELLED)
        error.kind = RuntimeError::Kind::cancelled;
    return error;
}

pb::NamespaceMode modeOf(NamespaceMode mode) {
    return mode == NamespaceMode::node        ? pb::NODE
           : mode == NamespaceMode::container ? pb::CONTAINER
           : mode == NamespaceMode::target    ? pb::TARGET
                                              : pb::POD;
}

void fill(pb::NamespaceOption& target, const Namespaces& source) {
    target.set_network(modeOf(source.network));
    target.set_pid(modeOf(source.pid));
    target.set_ipc(modeOf(source.ipc));
    target.set_target_id(source.targetId);
}

void fill(pb::PodSandboxConfig& target, const SandboxConfig& source) {
    auto& metadata = *target.mutable_metadata();
    metadata.set_name(source.name);
    metadata.set_uid(source.uid);
    metadata.set_namespace_(source.ns);
    metadata.set_attempt(source.attempt);
    target.set_hostname(source.hostname);
    target.set_log_directory(source.logDirectory);
    auto& dns = *target.mutable_dns_config();
    for (const auto& server : source.dnsServers)
        dns.add_servers(server);
    for (const auto& search : source.dnsSearches)
        dns.add_searches(search);
    for (const auto& option : source.dnsOptions)
        dns.add_options(option);
    for (const PortMapping& port : source.ports) {
        auto& mapping = *target.add_port_mappings();
        mapping.set_protocol(port.protocol == "UDP" ? pb::UDP : port.protocol == "SCTP" ? pb::SCTP : pb::TCP);
        mapping.set_container_port(port.containerPort);
        mapping.set_host_port(port.hostPort);
        mapping.set_host_ip(port.hostIp);
    }
    fill(*target.mutable_labels(), source.labels);
    fill(*target.mutable_annotations(), source.annotations);
    auto& os = *target.mutable_linux();
    os.set_cgroup_parent(source.cgroupParent);
    fill(*os.mutable_sysctls(), source.sysctls);
    auto& security = *os.mutable_security_context();
    fill(*security.mutable_namespace_options(), source.namespaces);
    security.set_privileged(source.privileged);
    security.mutable_seccomp()->set_profile_type(pb::SecurityProfile::RuntimeDefault);
    if (source.runAsUser)
        security.mutable_run_as_user()->set_value(*source.runAsUser);
    if (source.runAsGroup)
        security.mutable_run_as_group()->set_value(*source.runAsGroup);
    for (const auto group : source.supplementalGroups)
        security.add_supplemental_groups(group);
}

void fill(pb::LinuxContainerResources& target, const ContainerResources& source) {
    target.set_cpu_period(source.cpuPeriod);
    target.set_cpu_quota(source.cpuQuota);
    target.set_cpu_shares(source.cpuShares);
    target.set_memory_limit_in_bytes(source.memoryLimit);
    target.set_oom_score_adj(source.oomScoreAdjustment);
}

void fill(pb::LinuxContainerConfig& target, const ContainerConfig& source) {
    fill(*target.mutable_resources(), source.resources);
    auto& security = *target.mutable_security_context();
    fill(*security.mutable_namespace_options(), source.namespaces);
    security.set_privileged(source.privileged);
    security.set_readonly_rootfs(source.readOnlyRoot);
    security.set_no_new_privs(source.noNewPrivileges);
    security.mutable_seccomp()->set_profile_type(!source.seccompFile.empty() ? pb::SecurityProfile::Localhost
                                                 : source.seccompUnconfined  ? pb::SecurityProfile::Unconfined
                                                                             : pb::SecurityProfile::RuntimeDefault);
    security.mutable_seccomp()->set_localhost_ref(source.seccompFile);
    for (const auto& capability : source.addCapabilities)
        security.mutable_capabilities()->add_add_capabilities(capability);
    for (const auto& capability : source.dropCapabilities)
        security.mutable_capabilities()->add_drop_capabilities(capability);
    if (source.runAsUser)
        security.mutable_run_as_user()->set_value(*source.runAsUser);
    if (source.runAsGroup)
        security.mutable_run_as_group()->set_value(*source.runAsGroup);
    for (const auto group : source.supplementalGroups)
        security.add_supplemental_groups(group);
    for (const char* path :
         {"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"})
        if (!source.privileged && !source.procUnmasked)
            security.add_masked_paths(path);
    for (const char* path : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"})
        if (!source.privileged && !source.procUnmasked)
            security.add_readonly_paths(path);
}

void fill(pb::ContainerConfig& target, const ContainerConfig& source) {
    target.mutable_metadata()->set_name(source.name);
    target.mutable_metadata()->set_attempt(source.attempt);
    target.mutable_image()->set_image(source.imageId.empty() ? source.image : source.imageId);
    target.mutable_image()->set_user_specified_image(source.image);
    for (const auto& part : source.command)
        target.add_command(part);
    for (const auto& part : source.args)
        target.add_args(part);
    target.set_working_dir(source.workingDir);
    for (const auto& [name, value] : source.environment) {
        auto& entry = *target.add_envs();
        entry.set_key(name);
        entry.set_value(value);
    }
    for (const BindMount& mount : source.mounts) {
        auto& entry = *target.add_mounts();
        entry.set_container_path(mount.containerPath);
        entry.set_host_path(mount.hostPath);
        entry.set_readonly(mount.readOnly);
        using enum BindMount::Propagation;
        entry.set_propagation(mount.propagation == bidirectional     ? pb::PROPAGATION_BIDIRECTIONAL
                              : mount.propagation == hostToContainer ? pb::PROPAGATION_HOST_TO_CONTAINER
                                                                     : pb::PROPAGATION_PRIVATE);
    }
    for (const DeviceMount& device : source.devices) {
        auto& entry = *target.add_devices();
        entry.set_container_path(device.containerPath);
        entry.set_host_path(device.hostPath);
        entry.set_permissions(device.readOnly ? "r" : "mrw");
    }
    fill(*target.mutable_labels(), source.labels);
    fill(*target.mutable_annotations(), source.annotations);
    target.set_log_path(source.logPath);
    target.set_stdin(source.stdinOpen);
    target.set_stdin_once(source.stdinOnce);
    target.set_tty(source.tty);
    fill(*target.mutable_linux(), source);
}

/// Both the list entry and the status carry these.
template <class Message> SandboxInfo sandboxOf(const Message& message) {
    SandboxInfo info;
    info.id = message.id();
    info.name = message.metadata().name();
    info.uid = message.metadata().uid();
    info.ns = message.metadata().namespace_();
    info.attempt = message.metadata().attempt();
    info.ready = message.state() == pb::SANDBOX_READY;
    info.createdAt = timeOf(message.created_at());
    info.labels = mapOf(message.labels());
    info.annotations = mapOf(message.annotations());
    return info;
}

template <class Message> ContainerInfo containerOf(const Message& message) {
    ContainerInfo info;
    info.id = message.id();
    info.name = message.metadata().name();
    info.attempt = message.metadata().attempt();
    info.phase = message.state() == pb::CONTAINER_CREATED   ? ContainerPhase::created
                 : message.state() == pb::CONTAINER_RUNNING ? ContainerPhase::running
                 : message.state() == pb::CONTAINER_EXITED  ? ContainerPhase::exited
                                                            : ContainerPhase::unknown;
    info.createdAt = timeOf(message.created_at());
    info.image = message.image().image();
    info.imageRef = message.image_ref();
    info.labels = mapOf(message.labels());
    info.annotations = mapOf(message.annotations());
    return info;
}

ContainerUsage usageOf(const pb::ContainerStats& stats) {
    ContainerUsage usage;
    usage.id = stats.attributes().id();
    const StringMap labels = mapOf(stats.attributes().labels());
    const auto label = [&](const char* key) {
        const auto found = labels.find(key);
        return found == labels.end() ? std::string() : found->second;
    };
    usage.name = label("io.kubernetes.container.name");
    usage.podUid = label("io.kubernetes.pod.uid");
    usage.podNamespace = label("io.kubernetes.pod.namespace");
    usage.podName = label("io.kubernetes.pod.name");
    usage.at = timeOf(stats.cpu().timestamp());
    usage.cpuNanoseconds = stats.cpu().usage_core_nano_seconds().value();
    usage.memoryWorkingSet = stats.memory().working_set_bytes().value();
    usage.memoryUsage = stats.memory().usage_bytes().value();
    usage.memoryRss = stats.memory().rss_bytes().value();
    usage.pageFaults = stats.memory().page_faults().value();
    usage.majorPageFaults = stats.memory().major_page_faults().value();
    usage.rootfsBytes = stats.writable_layer().used_bytes().value();
    usage.rootfsInodes = stats.writable_layer().inodes_used().value();
    return usage;
}

SandboxUsage sandboxUsageOf(const pb::PodSandboxStats& stats) {
    SandboxUsage usage;
    usage.podUid = stats.attributes().metadata().uid();
    const auto& network = stats.linux().network();
    const auto add = [&](const pb::NetworkInterfaceUsage& one) {
        usage.interfaces.push_back({one.name(), one.rx_bytes().value(), one.rx_errors().value(), one.tx_bytes().value(),
                                    one.tx_errors().value()});
    };
    if (network.has_default_interface())
        add(network.default_interface());
    for (const auto& one : network.interfaces())
        add(one);
    usage.processes = stats.linux().process().process_count().value();
    return usage;
}

ImageInfo imageOf(const pb::Image& message) {
    ImageInfo info;
    info.id = message.id();
    info.tags = listOf(message.repo_tags());
    info.digests = listOf(message.repo_digests());
    info.size = message.size();
    if (message.has_uid())
        info.uid = message.uid().value();
    info.username = message.username();
    info.pinned = message.pinned();
    return info;
}

/// One call on its way; gRPC's own threads carry it.
template <class Request, class Answer> struct Call : Operation {
    grpc::ClientContext context;
    Request request;
    Answer answer;
    void cancel() override { context.TryCancel(); }
};

class CriRuntime : public Runtime {
public:
    explicit CriRuntime(const CriSettings& settings) : settings_(settings) {
        grpc::ChannelArguments arguments;
        arguments.SetMaxReceiveMessageSize(16 << 20);
        arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
        // The minimum is also how long one attempt may take: containerd listens before it has loaded what ran before.
        arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 10000);
        arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
        channel_ = grpc::CreateCustomChannel(settings.endpoint, grpc::InsecureChannelCredentials(), arguments);
        runtime_ = pb::RuntimeService::NewStub(channel_);
        images_ = pb::ImageService::NewStub(channel_);
    }

    RuntimeResult<RuntimeVersion> version() override {
        return call(&Runtime_::Version, pb::VersionRequest()).transform([](const pb::VersionResponse& answer) {
            return RuntimeVersion{answer.runtime_name(), answer.runtime_version()};
        });
    }

    RuntimeResult<RuntimeHealth> health() override {
        return call(&Runtime_::Status, pb::StatusRequest()).transform([](const pb::StatusResponse& answer) {
            RuntimeHealth health;
            for (const auto& condition : answer.status().conditions()) {
                if (condition.type() == "RuntimeReady")
                    health.runtimeReady = condition.status();
                if (condition.type() == "NetworkReady")
                    health.networkReady = condition.status();
                if (!condition.status())
                    health.message += (health.message.empty() ? "" : "; ") + condition.message();
            }
            return health;
        });
    }

    RuntimeResult<void> setPodCidr(const std::string& cidr) override {
        pb::UpdateRuntimeConfigRequest request;
        request.mutable_runtime_config()->mutable_network_config()->set_pod_cidr(cidr);
        return done(call(&Runtime_::UpdateRuntimeConfig, request));
    }

    RuntimeResult<std::string> runSandbox(const SandboxConfig& config) override {
        pb::RunPodSandboxRequest request;
        fill(*request.mutable_config(), config);
        request.set_runtime_handler(config.runtimeHandler);
        return call(&Runtime_::RunPodSandbox, request, seconds(240)).transform([](const auto& answer) {
            return answer.pod_sandbox_id();
        });
    }

    RuntimeResult<void> stopSandbox(const std::string& id) override {
        pb::StopPodSandboxRequest request;
        request.set_pod_sandbox_id(id);
        return done(call(&Runtime_::StopPodSandbox, request));
    }

    RuntimeResult<void> removeSandbox(const std::string& id) override {
        pb::RemovePodSandboxRequest request;
        request.set_pod_sandbox_id(id);
        return done(call(&Runtime_::RemovePodSandbox, request));
    }

    RuntimeResult<std::vector<SandboxInfo>> listSandboxes(const StringMap& labels) override {
        pb::ListPodSandboxRequest request;
        fill(*request.mutable_filter()->mutable_label_selector(), labels);
        return call(&Runtime_::ListPodSandbox, request).transform([](const pb::ListPodSandboxResponse& answer) {
            std::vector<SandboxInfo> list;
            for (const auto& item : answer.items())
                list.push_back(sandboxOf(item));
            return list;
        });
    }

    RuntimeResult<SandboxInfo> sandboxStatus(const std::string& id) override {
        pb::PodSandboxStatusRequest request;
        request.set_pod_sandbox_id(id);
        return call(&Runtime_::PodSandboxStatus, request).transform([](const pb::PodSandboxStatusResponse& answer) {
            SandboxInfo info = sandboxOf(answer.status());
            const auto& network = answer.status().network();
            if (!network.ip().empty())
                info.ips.push_back(network.ip());
            for (const auto& more : network.additional_ips())
                info.ips.push_back(more.ip());
            return info;
        });
    }

    RuntimeResult<std::string> createContainer(const std::string& sandboxId, const ContainerConfig& config,
                                               const SandboxConfig& sandbox) override {
        pb::CreateContainerRequest request;
        request.set_pod_sandbox_id(sandboxId);
        fill(*request.mutable_config(), config);
        fill(*request.mutable_sandbox_config(), sandbox);
        return call(&Runtime_::CreateContainer, request).transform([](const auto& answer) {
            return answer.container_id();
        });
    }

    RuntimeResult<void> startContainer(const std::string& id) override {
        pb::StartContainerRequest request;
        request.set_container_id(id);
        return done(call(&Runtime_::StartContainer, request));
    }

    RuntimeResult<void> stopContainer(const std::string& id, seconds grace) override {
        pb::StopContainerRequest request;
        request.set_container_id(id);
        request.set_timeout(grace.count());
        return done(call(&Runtime_::StopContainer, request, grace + seconds(120)));
    }

    OperationPtr beginStop(const std::string& id, seconds grace, OperationDone<void> done) override {
        pb::StopContainerRequest request;
        request.set_container_id(id);
        request.set_timeout(grace.count());
        return begin<void, pb::StopContainerResponse>(
            std::move(request), grace + seconds(120), std::move(done),
            [this](auto... call) { runtime_->async()->StopContainer(call...); }, [](const auto&) {});
    }

    RuntimeResult<void> removeContainer(const std::string& id) override {
        pb::RemoveContainerRequest request;
        request.set_container_id(id);
        return done(call(&Runtime_::RemoveContainer, request));
    }

    RuntimeResult<std::vector<ContainerInfo>> listContainers(const StringMap& labels) override {
        pb::ListContainersRequest request;
        fill(*request.mutable_filter()->mutable_label_selector(), labels);
        return call(&Runtime_::ListContainers, request).transform([](const pb::ListContainersResponse& answer) {
            std::vector<ContainerInfo> list;
            for (const auto& item : answer.containers()) {
                list.push_back(containerOf(item));
                list.back().sandboxId = item.pod_sandbox_id();
            }
            return list;
        });
    }

    RuntimeResult<ContainerInfo> containerStatus(const std::string& id) override {
        pb::ContainerStatusRequest request;
        request.set_container_id(id);
        return call(&Runtime_::ContainerStatus, request).transform([](const pb::ContainerStatusResponse& answer) {
            const auto& status = answer.status();
            ContainerInfo info = containerOf(status);
            info.startedAt = timeOf(status.started_at());
            info.finishedAt = timeOf(status.finished_at());
            info.exitCode = status.exit_code();
            info.reason = status.reason();
            info.message = status.message();
            info.logPath = status.log_path();
            if (status.resources().has_linux()) {
                const auto& limits = status.resources().linux();
                info.resources = ContainerResources{limits.cpu_period(), limits.cpu_quota(), limits.cpu_shares(),
                                                    limits.memory_limit_in_bytes(), limits.oom_score_adj()};
            }
            return info;
        });
    }

    RuntimeResult<std::vector<ContainerUsage>> containerUsage() override {
        return call(&Runtime_::ListContainerStats, pb::ListContainerStatsRequest())
            .transform([](const pb::ListContainerStatsResponse& answer) {
                std::vector<ContainerUsage> list;
                for (const auto& stats : answer.stats())
                    list.push_back(usageOf(stats));
                return list;
            });
    }

    RuntimeResult<std::vector<SandboxUsage>> sandboxUsage() override {
        return call(&Runtime_::ListPodSandboxStats, pb::ListPodSandboxStatsRequest())
            .transform([](const pb::ListPodSandboxStatsResponse& answer) {
                std::vector<SandboxUsage> list;
                for (const auto& stats : answer.stats())
                    list.push_back(sandboxUsageOf(stats));
                return list;
            });
    }

    RuntimeResult<void> reopenLog(const std::string& id) override {
        pb::ReopenContainerLogRequest request;
        request.set_container_id(id);
        return done(call(&Runtime_::ReopenContainerLog, request));
    }

    RuntimeResult<void> updateResources(const std::string& id, const ContainerResources& resources) override {
        pb::UpdateContainerResourcesRequest request;
        request.set_container_id(id);
        fill(*request.mutable_linux(), resources);
        return done(call(&Runtime_::UpdateContainerResources, request));
    }

    RuntimeResult<ExecOutput> execSync(const std::string& id, const std::vector<std::string>& command,
                                       seconds timeout) override {
        pb::ExecSyncRequest request;
        request.set_container_id(id);
        for (const auto& part : command)
            request.add_cmd(part);
        request.set_timeout(timeout.count());
        return call(&Runtime_::ExecSync, request, timeout + seconds(10))
            .transform([](const pb::ExecSyncResponse& answer) {
                return ExecOutput{answer.exit_code(), answer.stdout(), answer.stderr()};
            });
    }

    OperationPtr beginExec(const std::string& id, const std::vector<std::string>& command, seconds timeout,
                           OperationDone<ExecOutput> done) override {
        pb::ExecSyncRequest request;
        request.set_container_id(id);
        for (const auto& part : command)
            request.add_cmd(part);
        request.set_timeout(timeout.count());
        return begin<ExecOutput, pb::ExecSyncResponse>(
            std::move(request), timeout + seconds(10), std::move(done),
            [this](auto... call) { runtime_->async()->ExecSync(call...); },
            [](const auto& answer) { return ExecOutput{answer.exit_code(), answer.stdout(), answer.stderr()}; });
    }

    RuntimeResult<std::unique_ptr<ExecProcess>> exec(const std::string& id, const std::vector<std::string>& command,
                                                     bool tty, bool input) override {
        std::vector<std::string> arguments{settings_.runcProgram, "--root", settings_.runcRoot, "exec"};
        if (tty)
            arguments.insert(arguments.end(), {"--tty", "--env", "TERM=xterm"});
        arguments.push_back(id);
        arguments.insert(arguments.end(), command.begin(), command.end());
        return startProcess(arguments, tty, input);
    }

    RuntimeResult<std::unique_ptr<ExecProcess>> attach(const std::string& id, bool tty, bool input) override {
        pb::AttachRequest request;
        request.set_container_id(id);
        request.set_stdin(input);
        request.set_stdout(true);
        request.set_stderr(!tty);
        request.set_tty(tty);
        const auto answer = call(&Runtime_::Attach, request);
        return answer ? attachTo(answer->url(), tty, input) : std::unexpected(answer.error());
    }

    RuntimeResult<std::string> networkNamespace(const std::string& sandboxId) override {
        pb::PodSandboxStatusRequest request;
        request.set_pod_sandbox_id(sandboxId);
        request.set_verbose(true);
        const auto answer = call(&Runtime_::PodSandboxStatus, request);
        if (!answer)
            return std::unexpected(answer.error());
        const auto info = answer->info().find("info");
        return networkNamespaceIn(info == answer->info().end() ? std::string() : info->second);
    }

    RuntimeResult<std::vector<ImageInfo>> listImages() override {
        return call(&Images::ListImages, pb::ListImagesRequest()).transform([](const pb::ListImagesResponse& answer) {
            std::vector<ImageInfo> list;
            for (const auto& image : answer.images())
                list.push_back(imageOf(image));
            return list;
        });
    }

    RuntimeResult<std::optional<ImageInfo>> imageStatus(const std::string& name) override {
        pb::ImageStatusRequest request;
        request.mutable_image()->set_image(name);
        return call(&Images::ImageStatus, request).transform([](const pb::ImageStatusResponse& answer) {
            return answer.has_image() ? std::optional(imageOf(answer.image())) : std::nullopt;
        });
    }

    static pb::PullImageRequest pullRequest(const std::string& name, const std::optional<RegistryLogin>& login) {
        pb::PullImageRequest request;
        request.mutable_image()->set_image(name);
        if (login) {
            request.mutable_auth()->set_username(login->username);
            request.mutable_auth()->set_password(login->password);
            request.mutable_auth()->set_auth(login->auth);
            request.mutable_auth()->set_server_address(login->server);
        }
        return request;
    }

    RuntimeResult<std::string> pullImage(const std::string& name, const std::optional<RegistryLogin>& login) override {
        return call(&Images::PullImage, pullRequest(name, login), seconds(3600)).transform([](const auto& answer) {
            return answer.image_ref();
        });
    }

    OperationPtr beginPull(const std::string& name, const std::optional<RegistryLogin>& login,
                           OperationDone<std::string> done) override {
        return begin<std::string, pb::PullImageResponse>(
            pullRequest(name, login), seconds(3600), std::move(done),
            [this](auto... call) { images_->async()->PullImage(call...); },
            [](const auto& answer) { return answer.image_ref(); });
    }

    RuntimeResult<void> removeImage(const std::string& name) override {
        pb::RemoveImageRequest request;
        request.mutable_image()->set_image(name);
        return done(call(&Images::RemoveImage, request));
    }

    RuntimeResult<void> watchEvents(std::stop_token stop,
                                    const std::function<void(const RuntimeEvent&)>& tell) override {
        grpc::ClientContext context;
        const std::stop_callback cancel(stop, [&] { context.TryCancel(); });
        auto reader = runtime_->GetContainerEvents(&context, pb::GetEventsRequest());
        for (pb::ContainerEventResponse event; reader->Read(&event);) {
            const auto& pod = event.pod_sandbox_status().metadata();
            tell({pod.uid(), pod.namespace_(), pod.name(), event.container_id()});
        }
        const grpc::Status status = reader->Finish();
        if (status.ok() || stop.stop_requested())
            return {};
        return std::unexpected(errorOf(status));
    }

private:
    using Runtime_ = pb::RuntimeService::Stub;
    using Images = pb::ImageService::Stub;

    template <class Stub> Stub& stub() {
        if constexpr (std::is_same_v<Stub, Images>)
            return *images_;
        else
            return *runtime_;
    }

    template <class Stub, class Request, class Answer>
    RuntimeResult<Answer> call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
                               const Request& request, seconds timeout = seconds(120)) {
        const auto once = [&]() -> std::expected<Answer, grpc::Status> {
            grpc::ClientContext context;
            context.set_deadline(std::chrono::system_clock::now() + timeout);
            Answer answer;
            const grpc::Status status = (stub<Stub>().*method)(&context, request, &answer);
            if (!status.ok())
                return std::unexpected(status);
            return answer;
        };
        auto answer = once();
        if (!answer && neverSent(answer.error()) && reconnected())
            answer = once();
        return std::move(answer).transform_error(errorOf);
    }

    static bool neverSent(const grpc::Status& status) {
        return status.error_code() == grpc::StatusCode::UNAVAILABLE &&
               status.error_message().starts_with("failed to connect");
    }

    /// Calls that fail at once do not drive the connection; without somebody who waits for it, it is looked at every
    /// five seconds only.
    bool reconnected() {
        return channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
    }

    template <class T, class Answer, class Request, class Send, class Read>
    OperationPtr begin(Request request, seconds timeout, OperationDone<T> done, Send send, Read read) {
        auto call = std::make_shared<Call<Request, Answer>>();
        call->context.set_deadline(std::chrono::system_clock::now() + timeout);
        call->request = std::move(request);
        std::function<void(grpc::Status)> ended = [call, done = std::move(done), read](const grpc::Status& status) {
            if (!status.ok())
                done(std::unexpected(errorOf(status)));
            else if constexpr (std::is_void_v<T>)
                done({});
            else
                done(read(call->answer));
        };
        send(&call->context, &call->request, &call->answer, std::move(ended));
        return call;
    }

    template <class Answer> static RuntimeResult<void> done(const RuntimeResult<Answer>& answer) {
        if (!answer)
            return std::unexpected(answer.error());
        return {};
    }

    CriSettings settings_;
    std::shared_ptr<grpc::Channel> channel_;
    std::unique_ptr<pb::RuntimeService::Stub> runtime_;
    std::unique_ptr<pb::ImageService::Stub> images_;
};

} // namespace

std::unique_ptr<Runtime> makeCriRuntime(const CriSettings& settings) {
    return std::make_unique<CriRuntime>(settings);
}

} // namespace slipway::agent
