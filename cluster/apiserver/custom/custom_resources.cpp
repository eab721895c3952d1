#include "cluster/apiserver/custom/custom_resources.h"

#include "cluster/apiserver/custom/definition_strategy.h"
#include "cluster/apiserver/custom/webhook_converter.h"
#include "cluster/base/log.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

using api::JsonObject;
using api::stringAt;

constexpr std::chrono::milliseconds leavingLook{250}; // between two looks at what is still being deleted

const User& ownUser() {
    static const User user{"system:apiserver", {"system:masters"}, {}, {}};
    return user;
}

/// What is served of a definition changes with these alone.
bool sameService(const JsonObject& a, const JsonObject& b) {
    const auto part = [](const JsonObject& object, std::initializer_list<std::string_view> path) {
        const api::Json* found = api::find(object, path);
        return found == nullptr ? api::Json() : *found;
    };
    return part(a, {"spec"}) == part(b, {"spec"}) &&
           part(a, {"status", "acceptedNames"}) == part(b, {"status", "acceptedNames"}) &&
           part(a, {"metadata", "uid"}) == part(b, {"metadata", "uid"}) &&
           part(a, {"metadata", "deletionTimestamp"}) == part(b, {"metadata", "deletionTimestamp"}) &&
           conditionStatus(a, "Established") == conditionStatus(b, "Established");
}

} // namespace

CustomResources::CustomResources(WatchCache& cache, Registry& registry)
    : cache_(cache)
    , registry_(registry)
    , resource_(*api::findResource("apiextensions.k8s.io", "v1", "customresourcedefinitions")) {
    ResourceCache::WatchStart start;
    start.from = ResourceCache::From::initialState;
    queue_ = cache_.of(resource_).watch({}, start, cache_.revision());
    work();
    queue_->setWake([this] {
        std::lock_guard lock(mutex_);
        woken_ = true;
        wake_.notify_one();
    });
    thread_ = std::thread([this] { run(); });
}

CustomResources::~CustomResources() {
    queue_->setWake({});
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
        wake_.notify_one();
    }
    thread_.join();
}

void CustomResources::run() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            const auto ready = [&] { return woken_ || ending_; };
            if (leaving_.empty())
                wake_.wait(lock, ready);
            else
                wake_.wait_for(lock, leavingLook, ready);
            if (ending_)
                return;
            woken_ = false;
        }
        try {
            work();
        } catch (const std::exception& problem) {
            base::error("custom-resources", "cannot follow the definitions: {}", problem.what());
        }
    }
}

void CustomResources::work() {
    bool overflowed = false;
    for (const WatchQueue::Item& item : queue_->take(overflowed))
        take(item);
    // Serving comes before the condition that tells of it, so that who waits for the condition is never disappointed.
    const auto unsettled = std::exchange(unsettled_, {});
    std::map<std::string, JsonObject> settled;
    for (const std::string& name : unsettled) {
        JsonObject& crd = objects_[name];
        const JsonObject before = crd;
        if (stringAt(crd, {"metadata", "deletionTimestamp"}).empty())
            settleNames(crd, namesTakenBy(stringAt(crd, {"spec", "group"}), name));
        changed_ = serve(name, crd) || changed_;
        if (crd != before)
            settled.emplace(name, crd);
    }
    publish();
    for (const auto& [name, crd] : settled)
        settle(name);
    for (const std::string& name : std::set<std::string>(leaving_))
        finalise(name);
}

void CustomResources::take(const WatchQueue::Item& item) {
    const auto parsed = api::parseJson(*item.event->object.bytes);
    if (!parsed || !parsed->is_object())
        return;
    const std::string name(stringAt(*parsed, {"metadata", "name"}));
    if (item.type == WatchEventType::deleted) {
        forget(name);
        return;
    }
    objects_[name] = parsed->get_object();
    unsettled_.insert(name);
    if (!stringAt(*parsed, {"metadata", "deletionTimestamp"}).empty())
        leaving_.insert(name);
}

TakenNames CustomResources::namesTakenBy(std::string_view group, std::string_view except) const {
    TakenNames taken;
    for (const api::Resource& resource : api::builtInResources())
        if (resource.group == group) {
            taken.resources.emplace(resource.name);
            taken.resources.emplace(resource.singular);
            taken.kinds.emplace(resource.kind);
        }
    for (const auto& [name, crd] : objects_)
        if (name != except && stringAt(crd, {"spec", "group"}) == group)
            takeNames(crd, taken);
    return taken;
}

/// Whether something else is served than before.
bool CustomResources::serve(const std::string& name, JsonObject crd) {
    auto& served = definitions_[name];
    if (served != nullptr && sameService(served->object(), crd))
        return false;
    auto converter = makeConverter(crd, cache_);
    served = std::make_shared<const api::custom::Definition>(std::move(crd), std::move(converter));
    if (served->established() && !served->served().empty()) {
        const api::Resource* stored = served->stored() != nullptr ? served->stored() : served->served().front();
        cache_.of(*stored).define(std::shared_ptr<const api::Resource>(served, stored));
    }
    return true;
}

void CustomResources::forget(const std::string& name) {
    const auto found = definitions_.find(name);
    if (found != definitions_.end()) {
        for (const api::Resource* resource : found->second->served())
            cache_.of(*resource).endWatches();
        definitions_.erase(found);
        changed_ = true;
    }
    const auto crd = objects_.find(name);
    if (crd != objects_.end()) {
        const std::string group(stringAt(crd->second, {"spec", "group"}));
        objects_.erase(crd);
        for (const auto& [other, object] : objects_) // its names are free for those that wait for them
            if (stringAt(object, {"spec", "group"}) == group && conditionStatus(object, "NamesAccepted") != "True")
                unsettled_.insert(other);
    }
    unsettled_.erase(name);
    leaving_.erase(name);
}

void CustomResources::publish() {
    if (!std::exchange(changed_, false) && catalog() != nullptr)
        return;
    catalog_.store(std::make_shared<const Catalog>(definitions_, ++generation_), std::memory_order_release);
}

void CustomResources::write(const std::string& name, const Registry::Change& change, std::string_view subresource) {
    WriteContext context{ownUser(), false, api::FieldValidation::ignore, {}, "kube-apiserver"};
    const auto written = registry_.update(resource_, {}, name, subresource, change, context);
    if (!written && written.error().code != 404)
        base::warn("custom-resources", "cannot write definition {}: {}", name, written.error().message);
}

void CustomResources::settle(const std::string& name) {
    const auto taken = namesTakenBy(stringAt(objects_[name], {"spec", "group"}), name);
    write(
        name,
        [&](const JsonObject& current) -> Outcome<JsonObject> {
            JsonObject next = current;
            if (stringAt(next, {"metadata", "deletionTimestamp"}).empty())
                settleNames(next, taken);
            api::objectAt(next, {"metadata"}).erase("resourceVersion");
            return next;
        },
        "status");
}

/// Deletes what is left of a definition's objects. Whether there are none.
bool CustomResources::removeObjects(const api::custom::Definition& served) {
    const api::custom::Definition plain(served.object()); // when whoever converts is gone
    const api::Resource* resource = served.stored();
    if (resource == nullptr)
        return true;
    WriteContext context{ownUser(), false, api::FieldValidation::ignore};
    for (const CachedObject& object : cache_.of(*resource).list(WatchCache::key(*resource), {}))
        if (const auto gone = registry_.remove(*resource, object.attributes->ns, object.attributes->name, {}, context);
            !gone && gone.error().code == 500)
            (void)registry_.remove(*plain.stored(), object.attributes->ns, object.attributes->name, {}, context);
    return cache_.of(*resource).size() == 0;
}

void CustomResources::finalise(const std::string& name) {
    const auto crd = objects_.find(name);
    const auto definition = definitions_.find(name);
    if (crd == objects_.end())
        return;
    const api::Json* finalizers = api::find(crd->second, {"metadata", "finalizers"});
    const bool ours =
        finalizers != nullptr && finalizers->is_array() &&
        std::ranges::find(finalizers->get_array(), api::Json(definitionFinalizer)) != finalizers->get_array().end();
    if (!ours) {
        leaving_.erase(name); // others are waited for; that is theirs to end
        return;
    }
    if (definition != definitions_.end() && !removeObjects(*definition->second))
        return;
    write(name,
          [&](const JsonObject& current) -> Outcome<JsonObject> {
              JsonObject next = current;
              api::JsonArray kept;
              if (const api::Json* list = api::find(current, {"metadata", "finalizers"}); list && list->is_array())
                  for (const api::Json& finalizer : list->get_array())
                      if (finalizer != api::Json(definitionFinalizer))
                          kept.push_back(finalizer);
              api::objectAt(next, {"metadata"})["finalizers"] = std::move(kept);
              api::objectAt(next, {"metadata"}).erase("resourceVersion");
              return next;
          },
          {});
    leaving_.erase(name);
}

} // namespace slipway::apiserver
