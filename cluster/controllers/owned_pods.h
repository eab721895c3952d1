#pragma once

#include "cluster/client/event_recorder.h"
#include "cluster/controllers/adoption.h"
#include "cluster/controllers/informers.h"
#include "cluster/controllers/pod_state.h"

#include "cluster/api/selectors.h"

#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace slipway::controllers {

using PodPtr = std::shared_ptr<const api::core_v1::Pod>;

/// The pods that the objects of one kind control: finding, adopting and releasing them, making and deleting them, and
/// waiting until the cache shows what was made and deleted, without which a set would be scaled twice. Thread-safe.
class OwnedPods {
public:
    /// @p enqueue is given the key of the owner whose pods changed. To be made before the informers start.
    OwnedPods(Informers& informers, std::shared_ptr<const client::Client> client, std::string component,
              std::string apiVersion, std::string kind, std::function<void(const std::string& key)> enqueue);

    /// Whom to tell of a pod nobody controls: those that might adopt it.
    void onOrphan(std::function<void(const api::core_v1::Pod&)> orphan) { orphan_ = std::move(orphan); }

    /// False while the cache does not show yet what was made or deleted for that owner.
    bool settled(const std::string& key);
    void forget(const std::string& key);

    /// The pods of an owner: matching orphans are adopted, own ones that no longer match are released.
    template <class Owner>
    client::Result<std::vector<PodPtr>> claim(const Owner& owner, const api::meta_v1::LabelSelector& selector) {
        AdoptionCheck mayAdopt(*client_, owner);
        return claimPods(
            owner.metadata, [&](const Labels& labels) { return api::matches(selector, labels); }, mayAdopt);
    }
    template <class Owner>
    client::Result<std::vector<PodPtr>> claim(const Owner& owner, const std::map<std::string, std::string>& selector) {
        AdoptionCheck mayAdopt(*client_, owner);
        const auto matching = [&](const Labels& labels) {
            return !selector.empty() && std::ranges::all_of(selector, [&](const auto& wanted) {
                const auto found = labels.find(wanted.first);
                return found != labels.end() && found->second == wanted.second;
            });
        };
        return claimPods(owner.metadata, matching, mayAdopt);
    }

    /// Makes a pod that the owner controls, and tells of it in an event. The namespace and owner are set here.
    client::Result<void> create(const api::core_v1::ObjectReference& owner, api::core_v1::Pod pod);
    /// Deletes a pod; one that is gone is fine.
    client::Result<void> remove(const api::core_v1::ObjectReference& owner, const api::core_v1::Pod& pod);
    /// Makes @p count pods in batches that double: a template that is refused is refused once, not a hundred times.
    client::Result<void> createMany(const api::core_v1::ObjectReference& owner, std::size_t count,
                                    const std::function<api::core_v1::Pod(std::size_t)>& make);

    client::EventRecorder& events() { return events_; }

private:
    using Labels = std::map<std::string, std::string>;
    struct Expectation {
        std::set<std::string> creations, deletions; ///< uids
        std::chrono::steady_clock::time_point since;
    };

    client::Result<std::vector<PodPtr>> claimPods(const api::meta_v1::ObjectMeta& owner,
                                                  const std::function<bool(const Labels&)>& matching,
                                                  const std::function<client::Result<bool>()>& mayAdopt);
    client::Result<void> patchOwners(const api::core_v1::Pod& pod, const api::JsonObject& reference);
    void podChanged(const PodPtr& before, const PodPtr& after);

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    const std::string apiVersion_, kind_;
    const std::function<void(const std::string&)> enqueue_;
    std::function<void(const api::core_v1::Pod&)> orphan_;
    client::EventRecorder events_;
    std::mutex mutex_;
    std::map<std::string, Expectation> expected_;
};

/// A pod made from a template: its labels, annotations, finalizers and spec.
api::core_v1::Pod podFromTemplate(const api::core_v1::PodTemplateSpec& podTemplate);

} // namespace slipway::controllers
