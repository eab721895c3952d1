#pragma once

#include "cluster/api/selectors.h"
#include "cluster/controllers/runtime/reconciler.h"
#include "cluster/controllers/workload/adoption.h"
#include "cluster/controllers/workload/pod_state.h"

#include <functional>
#include <map>
#include <mutex>
#include <set>

namespace slipway::controllers {

using Labels = std::map<std::string, std::string>;
using PodPtr = std::shared_ptr<const api::core_v1::Pod>;

/// The pods that the objects of one kind control: finding, adopting and releasing them, making and deleting them, and
/// waiting until the cache shows what was made and deleted, without which a set would be scaled twice. Thread-safe.
class OwnedPods {
public:
    /// @p enqueue is given the key of the owner whose pods changed. To be made before the caches start.
    OwnedPods(const Context& context, client::EventRecorder& events, std::string apiVersion, std::string kind,
              std::function<void(const std::string& key)> enqueue);

    /// Whom to tell of a pod nobody controls: those that might adopt it.
    void onOrphan(std::function<void(const api::core_v1::Pod&)> orphan) { orphan_ = std::move(orphan); }
    /// Events in a stateful set's words, which name the pod and the set.
    void speakOfSets() { namesSet_ = true; }

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
    template <class Owner> client::Result<std::vector<PodPtr>> claim(const Owner& owner, const Labels& selector) {
        AdoptionCheck mayAdopt(*client_, owner);
        return claimPods(owner.metadata, [&](const Labels& labels) { return selects(selector, labels); }, mayAdopt);
    }

    /// Makes a pod that the owner controls, and tells of it in an event. The namespace and owner are set here.
    client::Result<void> create(const api::core_v1::ObjectReference& owner, api::core_v1::Pod pod);
    /// Deletes a pod; one that is gone is fine.
    client::Result<void> remove(const api::core_v1::ObjectReference& owner, const api::core_v1::Pod& pod);
    /// Makes @p count pods, several at once, in batches that double: a template that is refused is refused once, not a
    /// hundred times.
    client::Result<void> createMany(const api::core_v1::ObjectReference& owner, std::size_t count,
                                    const std::function<api::core_v1::Pod(std::size_t)>& make);
    /// Deletes pods, several at once. The first failure, if any.
    client::Result<void> removeMany(const api::core_v1::ObjectReference& owner, const std::vector<PodPtr>& pods);

private:
    struct Expectation {
        int creations = 0;
        std::set<std::string> deletions; ///< uids
        std::chrono::steady_clock::time_point since;
    };

    client::Result<std::vector<PodPtr>> claimPods(const api::meta_v1::ObjectMeta& owner,
                                                  const std::function<bool(const Labels&)>& matching,
                                                  const std::function<client::Result<bool>()>& mayAdopt);
    client::Result<void> patchOwners(const api::core_v1::Pod& pod, const api::JsonObject& reference);
    void podChanged(const PodPtr& before, const PodPtr& after);
    void observe(const std::string& key, const PodPtr& before, const PodPtr& after);
    void expectCreation(const std::string& key, int change);
    void tell(const api::core_v1::ObjectReference& owner, bool created, const std::string& pod,
              const client::Error* error);

    Caches& caches_;
    FanOut& fanOut_;
    const std::shared_ptr<const client::Client> client_;
    client::EventRecorder& events_;
    const std::string apiVersion_, kind_;
    const std::function<void(const std::string&)> enqueue_;
    std::function<void(const api::core_v1::Pod&)> orphan_;
    bool namesSet_ = false;
    std::mutex mutex_;
    std::map<std::string, Expectation> expected_;
};

/// Whether a request was refused because its namespace is being deleted: it is not worth trying again.
bool isNamespaceEnding(const client::Error& error);

/// A pod made from a template: its labels, annotations, finalizers and spec.
api::core_v1::Pod podFromTemplate(const api::core_v1::PodTemplateSpec& podTemplate);

} // namespace slipway::controllers
