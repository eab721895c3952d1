#include "cluster/scheduler/cluster_feeds.h"

#include "cluster/api/types/policy_v1.h"
#include "cluster/api/types/resource_v1.h"
#include "cluster/api/types/storage_v1.h"
#include "cluster/scheduler/cluster_events.h"
#include "cluster/scheduler/feed.h"
#include "cluster/scheduler/snapshot.h"

namespace slipway::scheduler {

using api::core_v1::Namespace;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::policy_v1::PodDisruptionBudget;
using api::resource_v1::DeviceClass;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceSlice;
using api::storage_v1::StorageClass;
using client::objectKey;

namespace {

/// Keeps a map's keys to those that still exist.
template <class Map> void keepOnly(Map& map, const std::set<std::string>& known) {
    std::erase_if(map, [&](const auto& entry) { return !known.contains(entry.first); });
}

Budget budgetOf(const PodDisruptionBudget& object) {
    Budget budget{object.metadata.namespace_, {}, 0};
    if (object.spec && object.spec->selector)
        budget.selector = *object.spec->selector;
    if (object.status)
        budget.allowed = object.status->disruptionsAllowed;
    return budget;
}

StorageClassInfo classOf(const StorageClass& object) {
    return {object.provisioner, object.volumeBindingMode == "WaitForFirstConsumer", object.allowedTopologies};
}

} // namespace

struct ClusterFeeds::Parts {
    Parts(const std::shared_ptr<const client::Client>& client, std::mutex& guard, Snapshot& into,
          std::function<void(std::uint32_t)> onChange)
        : mutex(guard)
        , snapshot(into)
        , changed(std::move(onChange))
        , namespaces(
              client,
              [this](auto object) {
                  apply(events::namespaces,
                        [&] { snapshot.setNamespace(object->metadata.name, object->metadata.labels); });
              },
              [this](const auto& key) { apply(events::namespaces, [&] { snapshot.removeNamespace(key); }); },
              [](const auto&) {}) // a namespace that went unseen has no pods any more
        , budgets(
              client,
              [this](auto object) {
                  apply(0, [&] {
                      snapshot.setBudget(objectKey(object->metadata.namespace_, object->metadata.name),
                                         budgetOf(*object));
                  });
              },
              [this](const auto& key) { apply(0, [&] { snapshot.removeBudget(key); }); },
              [this](const auto& known) { apply(0, [&] { snapshot.keepBudgets(known); }); })
        , claims(keeping<PersistentVolumeClaim>(client, events::claims, snapshot.volumes().claims))
        , volumes(keeping<PersistentVolume>(client, events::volumes, snapshot.volumes().volumes))
        , classes(
              client,
              [this](auto object) {
                  apply(events::volumes, [&] { snapshot.volumes().classes[object->metadata.name] = classOf(*object); });
              },
              [this](const auto& key) { apply(events::volumes, [&] { snapshot.volumes().classes.erase(key); }); },
              [this](const auto& known) {
                  apply(events::volumes, [&] { keepOnly(snapshot.volumes().classes, known); });
              })
        , deviceClaims(
              client,
              [this](auto object) {
                  const std::string key = objectKey(object->metadata.namespace_, object->metadata.name);
                  apply(events::devices, [&] { snapshot.devices().setClaim(key, std::move(object)); });
              },
              [this](const auto& key) { apply(events::devices, [&] { snapshot.devices().removeClaim(key); }); },
              [this](const auto& known) { apply(events::devices, [&] { snapshot.devices().keepClaims(known); }); })
        , deviceClasses(keeping<DeviceClass>(client, events::devices, snapshot.devices().classes))
        , slices(keeping<ResourceSlice>(client, events::devices, snapshot.devices().slices)) {}

    /// The feed of a kind whose objects the snapshot keeps as they are, by their keys.
    template <class T, class Map>
    Feed<T> keeping(const std::shared_ptr<const client::Client>& client, std::uint32_t event, Map& map) {
        return Feed<T>(
            client,
            [this, event, &map](auto object) {
                const std::string key = objectKey(object->metadata.namespace_, object->metadata.name);
                apply(event, [&] { map[key] = std::move(object); });
            },
            [this, event, &map](const auto& key) { apply(event, [&] { map.erase(key); }); },
            [this, event, &map](const auto& known) { apply(event, [&] { keepOnly(map, known); }); });
    }

    template <class Change> void apply(std::uint32_t event, const Change& change) {
        {
            std::lock_guard lock(mutex);
            change();
        }
        if (event != 0)
            changed(event);
    }

    std::mutex& mutex;
    Snapshot& snapshot;
    std::function<void(std::uint32_t)> changed;
    Feed<Namespace> namespaces;
    Feed<PodDisruptionBudget> budgets;
    Feed<PersistentVolumeClaim> claims;
    Feed<PersistentVolume> volumes;
    Feed<StorageClass> classes;
    Feed<ResourceClaim> deviceClaims;
    Feed<DeviceClass> deviceClasses;
    Feed<ResourceSlice> slices;
};

ClusterFeeds::ClusterFeeds(std::shared_ptr<const client::Client> client, std::mutex& mutex, Snapshot& snapshot,
                           std::function<void(std::uint32_t)> changed)
    : parts_(std::make_unique<Parts>(client, mutex, snapshot, std::move(changed))) {}
ClusterFeeds::~ClusterFeeds() = default;

void ClusterFeeds::start() {
    parts_->namespaces.start();
    parts_->budgets.start();
    parts_->claims.start();
    parts_->volumes.start();
    parts_->classes.start();
    parts_->deviceClaims.start();
    parts_->deviceClasses.start();
    parts_->slices.start();
}

} // namespace slipway::scheduler
