#include "cluster/controllers/runtime/metadata_watch.h"

#include "cluster/api/schema.h"

#include <algorithm>
#include <array>
#include <condition_variable>

namespace slipway::controllers {

using api::Json;
using api::stringAt;
using client::ResourceRef;

namespace {

std::string idOf(std::string_view group, std::string_view name) {
    return std::string(group) + "/" + std::string(name);
}

/// Events come and go too fast, and own and are owned by nobody.
bool isFollowed(const api::Resource& resource) {
    return resource.name != "events" && resource.hasVerb("list") && resource.hasVerb("watch") &&
           resource.hasVerb("delete");
}

/// What a definition of a custom kind says of it; nothing until it is served.
std::optional<ResourceRef> customResource(const Json& definition) {
    ResourceRef resource;
    resource.group = stringAt(definition, {"spec", "group"});
    resource.resource = stringAt(definition, {"spec", "names", "plural"});
    resource.kind = stringAt(definition, {"spec", "names", "kind"});
    resource.namespaced = stringAt(definition, {"spec", "scope"}) == "Namespaced";
    const Json* versions = api::find(definition, {"spec", "versions"});
    if (versions != nullptr && versions->is_array())
        for (const Json& version : versions->get_array())
            if (version.is_object() && api::boolAt(version.get_object(), {"served"}) &&
                (resource.version.empty() || api::boolAt(version.get_object(), {"storage"})))
                resource.version = stringAt(version, {"name"});
    const Json* conditions = api::find(definition, {"status", "conditions"});
    const bool established =
        conditions != nullptr && conditions->is_array() &&
        std::ranges::any_of(conditions->get_array(), [](const Json& condition) {
            return stringAt(condition, {"type"}) == "Established" && stringAt(condition, {"status"}) == "True";
        });
    return established && !resource.version.empty() ? std::optional(resource) : std::nullopt;
}

} // namespace

/// Follows one kind, and remembers what of each object is needed to tell that it is gone.
class MetadataWatch::Follower : public client::ReflectorSink {
public:
    Follower(MetadataWatch& watch, ResourceRef resource) : watch_(watch), resource_(std::move(resource)) {
        client::ListOptions options;
        options.metadataOnly = true;
        member_ = watch_.caches_.loop().add(watch_.client_, resource_, {}, options, *this);
    }
    ~Follower() override {
        watch_.caches_.loop().remove(member_);
        for (const auto& [uid, metadata] : seen_) // the kind is gone, and all objects with it
            watch_.tell(resource_, metadata, true);
    }

    bool waitForSync(std::chrono::steady_clock::time_point end) const {
        std::unique_lock lock(mutex_);
        return synced_.wait_until(lock, end, [&] { return ready_; });
    }

private:
    void replace(std::vector<std::shared_ptr<const Json>> objects) override {
        auto before = std::exchange(seen_, {});
        for (const auto& object : objects)
            if (const auto metadata = read(*object)) {
                before.erase(metadata->uid);
                remember(*metadata);
                watch_.tell(resource_, *metadata, false);
            }
        for (const auto& [uid, metadata] : before)
            watch_.tell(resource_, metadata, true);
        {
            std::lock_guard lock(mutex_);
            ready_ = true;
        }
        synced_.notify_all();
    }

    void apply(std::vector<client::Change> changes) override {
        for (const client::Change& change : changes)
            if (const auto metadata = read(*change.object)) {
                const bool deleted = change.kind == client::ChangeKind::deleted;
                if (deleted)
                    seen_.erase(metadata->uid);
                else
                    remember(*metadata);
                watch_.tell(resource_, *metadata, deleted);
            }
    }

    void freshness(client::Freshness state, const std::string&) override {
        if (state != client::Freshness::denied)
            return;
        std::lock_guard lock(mutex_);
        ready_ = true; // nothing is to be waited for
        synced_.notify_all();
    }

    static std::optional<Metadata> read(const Json& object) {
        const Json* json = api::find(object, {"metadata"});
        auto metadata = json != nullptr ? api::fromJson<Metadata>(*json) : std::unexpected(api::DecodeError());
        return metadata ? std::optional(std::move(*metadata)) : std::nullopt;
    }

    void remember(const Metadata& metadata) {
        Metadata& slim = seen_[metadata.uid];
        slim.uid = metadata.uid;
        slim.namespace_ = metadata.namespace_;
        slim.name = metadata.name;
    }

    MetadataWatch& watch_;
    const ResourceRef resource_;
    std::map<std::string, Metadata> seen_; ///< by uid; of the loop's thread
    mutable std::mutex mutex_;
    mutable std::condition_variable synced_;
    bool ready_ = false;
    client::ReflectorLoop::Member* member_;
};

/// Follows the definitions of custom kinds.
class MetadataWatch::Definitions : public client::ReflectorSink {
public:
    explicit Definitions(MetadataWatch& watch) : watch_(watch) {
        const api::Resource* crds = api::findResource("apiextensions.k8s.io", "v1", "customresourcedefinitions");
        if (crds != nullptr)
            member_ = watch_.definitionsLoop_.add(
                watch_.client_,
                {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false}, {}, {},
                *this);
    }
    ~Definitions() override {
        if (member_ != nullptr)
            watch_.definitionsLoop_.remove(member_);
    }

private:
    void replace(std::vector<std::shared_ptr<const Json>> objects) override {
        std::map<std::string, std::pair<std::string, std::string>> before = std::exchange(known_, {});
        for (const auto& object : objects) {
            before.erase(std::string(stringAt(*object, {"metadata", "name"})));
            take(*object);
        }
        for (const auto& [name, id] : before)
            watch_.unfollow(id.first, id.second);
    }

    void apply(std::vector<client::Change> changes) override {
        for (const client::Change& change : changes) {
            if (change.kind != client::ChangeKind::deleted) {
                take(*change.object);
                continue;
            }
            const auto found = known_.find(std::string(stringAt(*change.object, {"metadata", "name"})));
            if (found == known_.end())
                continue;
            watch_.unfollow(found->second.first, found->second.second);
            known_.erase(found);
        }
    }

    void freshness(client::Freshness, const std::string&) override {}

    void take(const Json& definition) {
        const auto resource = customResource(definition);
        if (!resource)
            return;
        known_[std::string(stringAt(definition, {"metadata", "name"}))] = {resource->group, resource->resource};
        watch_.follow(*resource);
    }

    MetadataWatch& watch_;
    std::map<std::string, std::pair<std::string, std::string>> known_; ///< name to group and plural
    client::ReflectorLoop::Member* member_ = nullptr;
};

MetadataWatch::MetadataWatch(Caches& caches, std::shared_ptr<const client::Client> client)
    : caches_(caches), client_(std::move(client)) {}

MetadataWatch::~MetadataWatch() {
    stop();
}

void MetadataWatch::start() {
    for (const api::Resource& resource : api::builtInResources())
        if (isFollowed(resource))
            follow({std::string(resource.group), std::string(resource.version), std::string(resource.name),
                    std::string(resource.kind), resource.namespaced});
    definitions_ = std::make_unique<Definitions>(*this);
}

bool MetadataWatch::waitForSync(std::chrono::milliseconds timeout) const {
    const auto end = std::chrono::steady_clock::now() + timeout;
    std::vector<std::shared_ptr<Follower>> followers;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [id, follower] : followers_)
            followers.push_back(follower);
    }
    return std::ranges::all_of(followers, [&](const auto& follower) { return follower->waitForSync(end); });
}

void MetadataWatch::stop() {
    stopping_ = true;
    definitions_.reset();
    std::map<std::string, std::shared_ptr<Follower>> gone;
    std::lock_guard lock(mutex_);
    gone.swap(followers_);
}

void MetadataWatch::follow(const ResourceRef& resource) {
    const std::string id = idOf(resource.group, resource.resource);
    {
        std::lock_guard lock(mutex_);
        if (!resources_.try_emplace(id, resource).second)
            return;
    }
    const bool cached = caches_.onMetadata(
        id, [this, resource](const Metadata& metadata, bool deleted) { tell(resource, metadata, deleted); });
    if (cached)
        return;
    auto follower = std::make_shared<Follower>(*this, resource);
    std::lock_guard lock(mutex_);
    followers_[id] = std::move(follower);
}

void MetadataWatch::unfollow(const std::string& group, const std::string& name) {
    std::shared_ptr<Follower> gone;
    {
        std::lock_guard lock(mutex_);
        resources_.erase(idOf(group, name));
        if (const auto found = followers_.find(idOf(group, name)); found != followers_.end()) {
            gone = std::move(found->second);
            followers_.erase(found);
        }
    }
}

void MetadataWatch::tell(const ResourceRef& resource, const Metadata& metadata, bool deleted) const {
    if (stopping_)
        return;
    for (const Observer& observer : observers_)
        observer(resource, metadata, deleted);
}

std::vector<ResourceRef> MetadataWatch::resources() const {
    std::lock_guard lock(mutex_);
    std::vector<ResourceRef> all;
    for (const auto& [id, resource] : resources_)
        all.push_back(resource);
    return all;
}

std::optional<ResourceRef> MetadataWatch::find(std::string_view apiVersion, std::string_view kind) const {
    const std::size_t slash = apiVersion.find('/');
    const std::string_view group = slash == std::string_view::npos ? "" : apiVersion.substr(0, slash);
    std::lock_guard lock(mutex_);
    for (const auto& [id, resource] : resources_)
        if (resource.group == group && resource.kind == kind)
            return resource;
    return {};
}

} // namespace slipway::controllers
