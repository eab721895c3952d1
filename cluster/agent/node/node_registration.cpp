#include "cluster/agent/node/node_registration.h"

#include "cluster/api/types/coordination_v1.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <fstream>
#include <sys/utsname.h>

namespace slipway::agent {

using std::chrono::seconds;

namespace {

constexpr char agentVersion[] = "v1.34.0+slipway", leaseNamespace[] = "kube-node-lease";
constexpr seconds leaseEvery{10}, statusEvery{300}, settledEvery{10};
constexpr std::size_t mostImages = 50;

std::string osName() {
    std::ifstream file("/etc/os-release");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("PRETTY_NAME=")) {
            std::string name = line.substr(12);
            std::erase(name, '"');
            return name;
        }
    return "Linux";
}

std::string trimmed(std::string text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
        text.pop_back();
    return text;
}

std::string architecture(const utsname& system) {
    const std::string machine = system.machine;
    return machine == "x86_64" ? "amd64" : machine == "aarch64" ? "arm64" : machine;
}

core::NodeCondition condition(std::string type, bool value, std::string reason, std::string message) {
    core::NodeCondition result;
    result.type = std::move(type);
    result.status = value ? "True" : "False";
    result.reason = std::move(reason);
    result.message = std::move(message);
    return result;
}

StringMap nodeLabels(const NodeIdentity& identity) {
    utsname system{};
    ::uname(&system);
    const std::string arch = architecture(system);
    StringMap labels{{"kubernetes.io/hostname", identity.hostname},
                     {"kubernetes.io/os", "linux"},
                     {"kubernetes.io/arch", arch},
                     {"beta.kubernetes.io/os", "linux"},
                     {"beta.kubernetes.io/arch", arch}};
    if (identity.controlPlane)
        labels["node-role.kubernetes.io/control-plane"] = "";
    return labels;
}

/// The status without its heartbeats, to see whether anything else changed.
core::NodeStatus withoutTimes(core::NodeStatus status) {
    for (auto& one : status.conditions)
        one.lastHeartbeatTime = one.lastTransitionTime = "";
    return status;
}

} // namespace

core::NodeStatus nodeStatus(const NodeIdentity& identity, const Capacity& capacity, const RuntimeVersion& runtime,
                            const RuntimeHealth& health, const std::vector<ImageInfo>& images, const NodeState& state) {
    core::NodeStatus status;
    utsname system{};
    ::uname(&system);
    status.capacity = capacityQuantities(capacity);
    status.allocatable = allocatableQuantities(capacity, identity.reserve);
    status.addresses = {{identity.ip, "InternalIP"}, {identity.hostname, "Hostname"}};
    const auto& [lowMemory, lowDisk, lowPid] = state.pressure;
    status.conditions = {
        condition("MemoryPressure", lowMemory,
                  lowMemory ? "KubeletHasInsufficientMemory" : "KubeletHasSufficientMemory",
                  lowMemory ? "kubelet has insufficient memory available" : "kubelet has sufficient memory available"),
        condition("DiskPressure", lowDisk, lowDisk ? "KubeletHasDiskPressure" : "KubeletHasNoDiskPressure",
                  lowDisk ? "kubelet has disk pressure" : "kubelet has no disk pressure"),
        condition("PIDPressure", lowPid, lowPid ? "KubeletHasInsufficientPID" : "KubeletHasSufficientPID",
                  lowPid ? "kubelet has insufficient PID available" : "kubelet has sufficient PID available")};
    const bool ready = health.runtimeReady && health.networkReady && !state.shuttingDown;
    status.conditions.push_back(
        condition("Ready", ready, ready ? "KubeletReady" : "KubeletNotReady",
                  ready                ? "kubelet is posting ready status"
                  : state.shuttingDown ? "node is shutting down"
                                       : "container runtime is down or its network is not ready: " + health.message));
    core::NodeRuntimeHandler handler;
    handler.features = core::NodeRuntimeHandlerFeatures{false, false};
    status.runtimeHandlers.push_back(handler);
    handler.name = "runc";
    status.runtimeHandlers.push_back(handler);
    status.features = core::NodeFeatures{false};
    status.daemonEndpoints = core::NodeDaemonEndpoints{core::DaemonEndpoint{identity.port}};
    core::NodeSystemInfo info;
    info.architecture = architecture(system);
    info.operatingSystem = "linux";
    info.kernelVersion = system.release;
    info.osImage = osName();
    info.containerRuntimeVersion = runtime.name + "://" + runtime.version;
    info.kubeletVersion = agentVersion;
    info.kubeProxyVersion = "";
    info.machineID = trimmed(base::readFile("/etc/machine-id").value_or(""));
    info.systemUUID = info.machineID;
    info.bootID = trimmed(base::readFile("/proc/sys/kernel/random/boot_id").value_or(""));
    status.nodeInfo = info;
    std::vector<ImageInfo> sorted = images;
    std::ranges::sort(sorted, std::greater(), &ImageInfo::size);
    for (const ImageInfo& image : sorted) {
        if (status.images.size() == mostImages)
            break;
        core::ContainerImage entry;
        entry.names = image.digests;
        entry.names.insert(entry.names.end(), image.tags.begin(), image.tags.end());
        entry.sizeBytes = static_cast<std::int64_t>(image.size);
        status.images.push_back(std::move(entry));
    }
    return status;
}

NodeRegistration::NodeRegistration(std::shared_ptr<const client::Client> client, Runtime& runtime, EventSink& events,
                                   NodeIdentity identity)
    : client_(std::move(client)), runtime_(runtime), events_(events), identity_(std::move(identity)) {}

NodeRegistration::~NodeRegistration() {
    statusThread_.request_stop();
    leaseThread_.request_stop();
    changed_.notify_all();
}

void NodeRegistration::start() {
    statusThread_ = std::jthread([this](std::stop_token stop) { statusThread(stop); });
    leaseThread_ = std::jthread([this](std::stop_token stop) { leaseThread(stop); });
}

void NodeRegistration::refresh() {
    {
        std::lock_guard lock(mutex_);
        refresh_ = true;
    }
    changed_.notify_all();
}

std::string NodeRegistration::waitForPodCidr(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, timeout, [&] { return !podCidr_.empty(); });
    return podCidr_;
}

void NodeRegistration::statusThread(std::stop_token stop) {
    event("Starting", "Starting kubelet.");
    while (!stop.stop_requested()) {
        bool ok = registered_ || (registered_ = ensureNode());
        ok = ok && writeStatus();
        std::unique_lock lock(mutex_);
        // Until everything has settled the node looks often: it should be Ready as soon as it is.
        const bool settled = ok && readyTold_ && !podCidr_.empty();
        changed_.wait_for(lock, stop,
                          settled ? std::chrono::milliseconds(settledEvery) : std::chrono::milliseconds(100),
                          [&] { return refresh_; });
        refresh_ = false;
    }
}

bool NodeRegistration::ensureNode() {
    core::Node node;
    node.metadata.name = identity_.name;
    node.metadata.labels = nodeLabels(identity_);
    node.metadata.annotations["volumes.kubernetes.io/controller-managed-attach-detach"] = "true";
    node.spec.emplace();
    if (!identity_.podCidr.empty()) {
        node.spec->podCIDR = identity_.podCidr;
        node.spec->podCIDRs = {identity_.podCidr};
    }
    node.status = currentStatus();
    node.status->conditions.back().status = "False"; // Ready is told once it is known to all
    node.status->conditions.back().reason = "KubeletNotReady";
    node.status->conditions.back().message = "the node is being registered";
    const auto created = client_->create<core::Node>("", node);
    if (created) {
        base::info("agent", "registered node {}", identity_.name);
        tellChanges({}, *node.status);
        return true;
    }
    if (created.error().kind != client::Errc::alreadyExists) {
        base::warn("agent", "node not registered: {}", created.error().message);
        return false;
    }
    api::JsonObject labels;
    for (const auto& [name, value] : nodeLabels(identity_))
        labels[name] = value;
    const api::Json patch = api::JsonObject{{"metadata", api::JsonObject{{"labels", labels}}}};
    std::ignore = client_->patch(client::resourceOf<core::Node>(), "", identity_.name, client::PatchKind::merge, patch);
    return true;
}

core::NodeStatus NodeRegistration::currentStatus() {
    const RuntimeView::Seen runtime = runtime_.look(std::chrono::steady_clock::now());
    Capacity capacity = readCapacity(identity_.root);
    capacity.pods = identity_.maxPods;
    NodeState state;
    {
        std::lock_guard lock(mutex_);
        state = state_;
    }
    core::NodeStatus status = nodeStatus(identity_, capacity, runtime.version, runtime.health, runtime.images, state);
    const std::string now = base::nowRfc3339();
    for (auto& one : status.conditions) {
        one.lastHeartbeatTime = one.lastTransitionTime = now;
        for (const auto& before : written_.conditions)
            if (before.type == one.type && before.status == one.status && !before.lastTransitionTime.empty())
                one.lastTransitionTime = before.lastTransitionTime;
    }
    return status;
}

bool NodeRegistration::writeStatus() {
    const auto now = std::chrono::steady_clock::now();
    // The node as the API has it: its pod range, the transition times an earlier agent left, and resources of others.
    const auto node = client_->get<core::Node>("", identity_.name);
    if (!node) {
        registered_ = node.error().kind != client::Errc::notFound;
        return false;
    }
    if (written_.conditions.empty() && node->status)
        written_.conditions = node->status->conditions;
    {
        std::lock_guard lock(mutex_);
        uid_ = node->metadata.uid;
        if (node->spec)
            podCidr_ = node->spec->podCIDR;
        changed_.notify_all();
    }
    core::NodeStatus status = currentStatus();
    const bool ready = status.conditions.back().status == "True";
    const auto extended = node->status ? extendedResourceChanges(node->status->capacity, node->status->allocatable)
                                       : std::map<std::string, std::optional<std::string>>();
    if (withoutTimes(status) == withoutTimes(written_) && extended.empty() && now - writtenAt_ < statusEvery)
        return true;
    api::JsonObject patch{{"status", api::toJson(status)}};
    for (const auto& [name, amount] : extended)
        api::objectAt(patch, {"status", "allocatable"})[name] = amount ? api::Json(*amount) : api::Json(nullptr);
    client::PatchOptions options;
    options.subresource = "status";
    const auto written = client_->patch(client::resourceOf<core::Node>(), "", identity_.name,
                                        client::PatchKind::strategicMerge, patch, options);
    if (!written) {
        registered_ = written.error().kind != client::Errc::notFound;
        return false;
    }
    tellChanges(written_, status);
    if (ready && !readyTold_)
        base::info("agent", "node {} is ready", identity_.name);
    readyTold_ = ready;
    written_ = std::move(status);
    writtenAt_ = now;
    return true;
}

/// An event for each condition that is new or has turned, as clients that watch nodes expect.
void NodeRegistration::tellChanges(const core::NodeStatus& before, const core::NodeStatus& now) {
    struct Turn {
        std::string_view type;
        const char *whenTrue, *whenFalse;
    };
    static constexpr Turn turns[] = {
        {"MemoryPressure", "NodeHasInsufficientMemory", "NodeHasSufficientMemory"},
        {"DiskPressure", "NodeHasDiskPressure", "NodeHasNoDiskPressure"},
        {"PIDPressure", "NodeHasInsufficientPID", "NodeHasSufficientPID"},
        {"Ready", "NodeReady", "NodeNotReady"},
    };
    for (const auto& condition : now.conditions) {
        const auto turn = std::ranges::find(turns, condition.type, &Turn::type);
        const auto known = std::ranges::find(before.conditions, condition.type, &core::NodeCondition::type);
        const bool isReady = condition.type == "Ready", first = isReady && condition.status == "True" && !readyTold_;
        const bool fresh = known == before.conditions.end();
        if (turn == std::end(turns) || (!fresh && known->status == condition.status && !first) || (fresh && isReady))
            continue;
        const char* reason = condition.status == "True" ? turn->whenTrue : turn->whenFalse;
        event(reason, std::format("Node {} status is now: {}", identity_.name, reason));
    }
}

void NodeRegistration::event(const char* reason, const std::string& message) {
    core::ObjectReference about;
    about.kind = "Node";
    about.name = about.uid = identity_.name;
    events_.record(about, "Normal", reason, message);
}

void NodeRegistration::tell(const NodePressure& pressure) {
    {
        std::lock_guard lock(mutex_);
        state_.pressure = pressure;
    }
    refresh();
}

void NodeRegistration::tellShutdown() {
    {
        std::lock_guard lock(mutex_);
        state_.shuttingDown = true;
    }
    refresh();
}

void NodeRegistration::leaseThread(std::stop_token stop) {
    while (!stop.stop_requested()) {
        const bool renewed = renewLease();
        std::unique_lock lock(mutex_);
        bool never = false;
        changed_.wait_for(lock, stop, renewed ? leaseEvery : seconds(1), [&] { return never; });
    }
}

bool NodeRegistration::renewLease() {
    namespace coordination = api::coordination_v1;
    coordination::Lease lease;
    lease.metadata.name = identity_.name;
    lease.metadata.namespace_ = leaseNamespace;
    lease.spec.emplace();
    lease.spec->holderIdentity = identity_.name;
    lease.spec->leaseDurationSeconds = 40;
    lease.spec->renewTime = base::formatMicroTime(std::chrono::system_clock::now());
    if (leaseExists_) {
        const api::Json patch = api::JsonObject{
            {"spec", api::JsonObject{{"renewTime", lease.spec->renewTime}, {"holderIdentity", identity_.name}}}};
        const auto renewed = client_->patch(client::resourceOf<coordination::Lease>(), leaseNamespace, identity_.name,
                                            client::PatchKind::merge, patch);
        leaseExists_ = renewed || renewed.error().kind != client::Errc::notFound;
        return renewed.has_value();
    }
    {
        std::lock_guard lock(mutex_);
        if (uid_.empty())
            return false; // the lease belongs to the node, which comes first
        api::meta_v1::OwnerReference owner;
        owner.apiVersion = "v1";
        owner.kind = "Node";
        owner.name = identity_.name;
        owner.uid = uid_;
        lease.metadata.ownerReferences = {owner};
    }
    const auto created = client_->create<coordination::Lease>(leaseNamespace, lease);
    leaseExists_ = created || created.error().kind == client::Errc::alreadyExists;
    return created.has_value();
}

} // namespace slipway::agent
