#include "cluster/agent/source/static_pods.h"

#include "cluster/agent/source/mirror_pods.h"
#include "cluster/agent/task_pool.h"
#include "cluster/api/decode.h"
#include "cluster/api/defaults.h"
#include "cluster/api/schema.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <format>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

/// A pod of the node itself stays whatever the node is short of or cut off from, and its priority is that of its class
/// also where no API server has looked it up.
void completeStaticPod(core::PodSpec& spec) {
    core::Toleration& all = spec.tolerations.emplace_back();
    all.operator_ = "Exists";
    all.effect = "NoExecute";
    if (spec.priorityClassName == "system-node-critical")
        spec.priority = 2'000'001'000;
    else if (spec.priorityClassName == "system-cluster-critical")
        spec.priority = 2'000'000'000;
}

} // namespace

std::expected<core::Pod, std::string> staticPod(std::string_view manifest, const std::string& nodeName) {
    auto json = api::decodeBody(manifest, manifest.find_first_not_of(" \t\r\n") != std::string_view::npos &&
                                                  manifest[manifest.find_first_not_of(" \t\r\n")] == '{'
                                              ? "application/json"
                                              : "application/yaml");
    if (!json)
        return std::unexpected(json.error().message);
    if (!json->is_object() || api::stringAt(*json, {"kind"}) != "Pod")
        return std::unexpected("the manifest is not a Pod");
    api::applyDefaults(*api::findResource("", "v1", "pods"), json->get_object());
    auto pod = api::fromJson<core::Pod>(*json);
    if (!pod)
        return std::unexpected(pod.error().path + ": " + pod.error().message);
    if (pod->metadata.name.empty() || !pod->spec || pod->spec->containers.empty())
        return std::unexpected("a pod needs a name and containers");
    boost::uuids::name_generator_sha1 generator(boost::uuids::ns::oid());
    const std::string hash = boost::uuids::to_string(generator(std::string(manifest) + "\n" + nodeName));
    if (pod->metadata.namespace_.empty())
        pod->metadata.namespace_ = "default";
    pod->metadata.name += "-" + nodeName;
    pod->metadata.uid = hash;
    pod->metadata.annotations[annotations::configSource] = "file";
    pod->metadata.annotations[annotations::configHash] = hash;
    pod->metadata.creationTimestamp = base::nowRfc3339();
    pod->metadata.annotations[annotations::configSeen] = pod->metadata.creationTimestamp;
    pod->spec->nodeName = nodeName;
    completeStaticPod(*pod->spec);
    pod->status.reset();
    return *pod;
}

StaticPods::StaticPods(fs::path folder, std::string nodeName, Set set, Drop drop, std::function<void()> read)
    : folder_(std::move(folder))
    , node_(std::move(nodeName))
    , set_(std::move(set))
    , drop_(std::move(drop))
    , read_(std::move(read))
    , thread_([this](std::stop_token stop) { run(stop); }) {}

StaticPods::~StaticPods() = default;

void StaticPods::scan() {
    std::map<std::string, std::string> found;
    std::vector<std::shared_ptr<const core::Pod>> fresh;
    std::error_code error;
    for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
        const std::string name = it->path().filename();
        if (name.starts_with('.') || !it->is_regular_file(error))
            continue;
        const auto text = base::readFile(it->path());
        auto pod = text ? staticPod(*text, node_) : std::unexpected(text.error().message);
        if (!pod) {
            base::warn("agent", "static pod {}: {}", it->path().string(), pod.error());
            continue;
        }
        found[name] = pod->metadata.uid;
        const auto before = known_.find(name);
        if (before == known_.end() || before->second != pod->metadata.uid)
            fresh.push_back(std::make_shared<const core::Pod>(std::move(*pod)));
    }
    // The old one is told to go before its successor comes.
    for (const auto& [name, uid] : known_)
        if (const auto now = found.find(name); now == found.end() || now->second != uid)
            drop_(uid);
    for (auto& pod : fresh)
        set_(std::move(pod));
    known_ = std::move(found);
}

void StaticPods::run(std::stop_token stop) {
    std::error_code error;
    fs::create_directories(folder_, error);
    const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    ::inotify_add_watch(watch, folder_.c_str(), IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE);
    while (!stop.stop_requested()) {
        guarded("reading static pods", [this] { scan(); });
        if (const auto read = std::exchange(read_, nullptr))
            guarded("reading static pods", read);
        // Waits for a change; the limit bounds how long stopping takes.
        for (pollfd watched{watch, POLLIN, 0}; !stop.stop_requested() && ::poll(&watched, 1, 500) == 0;) {
        }
        char scratch[4096];
        while (::read(watch, scratch, sizeof scratch) > 0) {
        }
    }
    ::close(watch);
}

} // namespace slipway::agent
