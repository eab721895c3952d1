#include "cluster/agent/node/upkeep.h"

#include "cluster/agent/node/supplies.h"
#include "cluster/agent/pod/log_links.h"
#include "cluster/agent/pod/log_rotation.h"
#include "cluster/agent/volume/folder_use.h"
#include "cluster/agent/volume/local_path.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds lookEvery{10}, firstLook{5};
constexpr int imagesEvery = 30; ///< looks

bool hasStorageLimit(const core::PodSpec& spec) {
    for (const core::Volume& volume : spec.volumes)
        if (volume.emptyDir && !volume.emptyDir->sizeLimit.empty())
            return true;
    for (const core::Container& container : spec.containers)
        if (container.resources && container.resources->limits.contains("ephemeral-storage"))
            return true;
    return false;
}

} // namespace

struct Upkeep::Shared : std::enable_shared_from_this<Upkeep::Shared> {
    Shared(PodEnvironment& environment_, Pods& pods_, const Usage& usage_, TaskPool& pool_, UpkeepSettings settings_,
           std::function<void(const NodePressure&)> tell_)
        : environment(environment_)
        , pods(pods_)
        , usage(usage_)
        , pool(pool_)
        , settings(std::move(settings_))
        , tell(std::move(tell_)) {}

    PodEnvironment& environment;
    Pods& pods;
    const Usage& usage;
    TaskPool& pool;
    const UpkeepSettings settings;
    const std::function<void(const NodePressure&)> tell;
    ImageGarbage garbage;
    LocalPaths localPaths;
    PressureState pressure;
    NodePressure told;
    int round = 0;

    void schedule(seconds after) {
        pool.runAt(system_clock::now() + after, [weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                guarded("upkeep", [&] { self->look(); });
                self->schedule(lookEvery);
            }
        });
    }

    void look() {
        const auto containers = environment.runtime.listContainers().value_or(std::vector<ContainerInfo>());
        rotateLogs(containers);
        if (!environment.paths.logLinks.empty())
            removeDeadLinks(environment.paths.logLinks);
        if (round++ % imagesEvery == 0)
            collectImages(containers, false);
        relieve(containers);
        enforceStorageLimits();
        localPaths.removeGone(localPathRoot, environment.objects, std::chrono::steady_clock::now());
    }

    void rotateLogs(const std::vector<ContainerInfo>& containers) {
        std::map<std::string, std::shared_ptr<const core::Pod>> byUid;
        for (const auto& pod : pods.active())
            byUid[pod->metadata.uid] = pod;
        for (const ContainerInfo& info : containers) {
            const auto uid = info.labels.find(labels::podUid), name = info.labels.find(labels::containerName);
            if (info.phase != ContainerPhase::running || uid == info.labels.end() || name == info.labels.end() ||
                !byUid.contains(uid->second))
                continue;
            const auto log =
                environment.paths.logDir(*byUid[uid->second]) / name->second / std::format("{}.log", info.attempt);
            const auto rotated = rotateLog(log, settings.logBytes, settings.logFiles, system_clock::now(), [&] {
                return environment.runtime.reopenLog(info.id).transform_error(
                    [](const RuntimeError& error) { return error.message; });
            });
            if (!rotated)
                base::warn("agent", "rotating {}: {}", log.string(), rotated.error());
        }
    }

    /// @p all: whatever is unused goes, since the disk is full.
    void collectImages(const std::vector<ContainerInfo>& containers, bool all) {
        const auto images = environment.runtime.listImages();
        if (!images)
            return;
        std::set<std::string> used;
        for (const ContainerInfo& info : containers)
            used.insert({info.image, info.imageRef});
        garbage.note(*images, used, system_clock::now());
        const Capacity capacity = readCapacity(environment.paths.root);
        const std::int64_t inUse = capacity.storageBytes - capacity.storageFree;
        if (!all && (capacity.storageBytes == 0 || inUse * 100 < capacity.storageBytes * settings.imageHigh))
            return;
        const std::int64_t excess = inUse - capacity.storageBytes / 100 * settings.imageLow;
        const std::uint64_t bytes = all ? UINT64_MAX : static_cast<std::uint64_t>(std::max<std::int64_t>(0, excess));
        for (const ImageInfo& image : garbage.toRemove(bytes, system_clock::now())) {
            base::info("agent", "removing the unused image {}", image.tags.empty() ? image.id : image.tags.front());
            std::ignore = environment.runtime.removeImage(image.id);
        }
    }

    void relieve(const std::vector<ContainerInfo>& containers) {
        Supplies supplies = suppliesOf(readCapacity(environment.paths.root));
        auto short_ = passed(settings.eviction, supplies);
        const NodePressure now = pressure.take(short_, system_clock::now());
        if (now != told) {
            told = now;
            tell(now);
        }
        if (short_.empty())
            return;
        if (pressureOf(short_.front().signal) == "DiskPressure") {
            event("FreeDiskSpace", std::format("Attempting to reclaim {}", "ephemeral-storage"));
            collectImages(containers, true);
            supplies = suppliesOf(readCapacity(environment.paths.root));
            short_ = passed(settings.eviction, supplies);
        }
        if (short_.empty())
            return;
        const Threshold& threshold = short_.front();
        event("EvictionThresholdMet", std::format("Attempting to reclaim {}", threshold.signal));
        for (const PodUse& use : evictionOrder(uses(), threshold.signal))
            if (evict(use, evictionMessage(threshold, supplies[threshold.signal], use)))
                return; // one at a time: the next look tells whether it was enough
    }

    bool evict(const PodUse& use, const std::string& message) {
        if (!pods.fail(use.pod->metadata.uid, {"Evicted", message, seconds(1), true}))
            return false;
        environment.events.record(referenceTo(*use.pod), "Warning", "Evicted", message);
        base::warn("agent", "evicting {}/{}: {}", use.pod->metadata.namespace_, use.pod->metadata.name, message);
        return true;
    }

    std::vector<PodUse> uses() const {
        std::vector<PodUse> result;
        const auto measured = usage.byPod();
        for (auto& pod : pods.active()) {
            PodUse& use = result.emplace_back();
            if (const auto found = measured.find(pod->metadata.uid); found != measured.end())
                for (const UsageRate& rate : found->second) {
                    const auto memory = static_cast<std::int64_t>(rate.last.memoryWorkingSet);
                    const auto disk = static_cast<std::int64_t>(rate.last.rootfsBytes);
                    use.memory += memory;
                    use.disk += disk;
                    use.containerMemory[rate.last.name] = memory;
                    use.containerDisk[rate.last.name] = disk;
                }
            if (environment.cgroups != nullptr)
                use.pids = static_cast<std::int64_t>(environment.cgroups->usage(PodCgroups::pathOf(*pod)).pids);
            use.pod = std::move(pod);
        }
        return result;
    }

    void enforceStorageLimits() {
        if (std::ranges::none_of(pods.active(), [](const auto& pod) { return hasStorageLimit(*pod->spec); }))
            return;
        for (PodUse& use : uses()) {
            if (!hasStorageLimit(*use.pod->spec))
                continue;
            VolumeBytes volumes;
            for (const core::Volume& volume : use.pod->spec->volumes)
                if (volume.emptyDir)
                    volumes[volume.name] = static_cast<std::int64_t>(
                        folderUse(environment.paths.volumeDir(use.pod->metadata.uid, volume.name)).bytes);
            for (auto& [name, bytes] : use.containerDisk)
                bytes += static_cast<std::int64_t>(folderUse(environment.paths.logDir(*use.pod) / name).bytes);
            if (const auto why = exceedsStorage(use, volumes))
                evict(use, *why);
        }
    }

    void event(const char* reason, const std::string& message) const {
        core::ObjectReference about;
        about.kind = "Node";
        about.name = about.uid = settings.nodeName;
        environment.events.record(about, "Warning", reason, message);
    }
};

Upkeep::Upkeep(PodEnvironment& environment, Pods& pods, const Usage& usage, TaskPool& pool, UpkeepSettings settings,
               std::function<void(const NodePressure&)> tell)
    : shared_(std::make_shared<Shared>(environment, pods, usage, pool, std::move(settings), std::move(tell))) {
    shared_->schedule(firstLook);
}

Upkeep::~Upkeep() = default;

} // namespace slipway::agent
