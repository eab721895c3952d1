#include "cluster/controllers/workload/revisions.h"

#include "cluster/controllers/workload/template_hash.h"

#include <algorithm>
#include <format>
#include <map>

namespace slipway::controllers {

using api::apps_v1::ControllerRevision;

namespace {

using api::Json;
using api::JsonObject;

/// The members of all objects in the order of their names.
Json inOrder(const Json& value) {
    if (const auto* list = value.if_array()) {
        api::JsonArray ordered;
        for (const Json& item : *list)
            ordered.push_back(inOrder(item));
        return ordered;
    }
    const JsonObject* object = value.if_object();
    if (object == nullptr)
        return value;
    std::map<std::string_view, const Json*> members;
    for (const auto& member : *object)
        members.emplace(member.key(), &member.value());
    JsonObject ordered;
    for (const auto& [name, member] : members)
        ordered[name] = inOrder(*member);
    return ordered;
}

/// What a revision records, as a patch that brings the template back: kubectl rollout undo sends it as it is. Clients
/// compare it byte by byte with what they would record, and so it has what Kubernetes' own encoding has: members in
/// order, resources of every container, and a time of creation that is null.
Json dataOf(const api::core_v1::PodTemplateSpec& podTemplate) {
    JsonObject json = api::toJson(podTemplate);
    api::objectAt(json, {"metadata"})["creationTimestamp"] = nullptr;
    for (std::string_view list : {"containers", "initContainers"})
        if (Json* containers = api::objectAt(json, {"spec"}).if_contains(list);
            containers != nullptr && containers->is_array())
            for (Json& container : containers->get_array())
                api::objectAt(container.as_object(), {"resources"});
    json["$patch"] = "replace";
    return inOrder(JsonObject{{"spec", JsonObject{{"template", std::move(json)}}}});
}

} // namespace

api::core_v1::PodTemplateSpec templateOf(const ControllerRevision& revision) {
    if (const api::Json* found = api::find(revision.data, {"spec", "template"}))
        if (auto podTemplate = api::fromJson<api::core_v1::PodTemplateSpec>(*found))
            return std::move(*podTemplate);
    return {};
}

Revisions::Revisions(Caches& caches, const client::Client& client, std::string apiVersion, std::string kind,
                     const api::meta_v1::ObjectMeta& owner)
    : client_(client), apiVersion_(std::move(apiVersion)), kind_(std::move(kind)), owner_(owner) {
    all_ = caches.ownedBy<ControllerRevision>(owner.uid);
    std::ranges::sort(all_, {}, [](const RevisionPtr& r) { return r->revision; });
}

RevisionPtr Revisions::named(const std::string& name) const {
    const auto found = std::ranges::find(all_, name, [](const RevisionPtr& r) { return r->metadata.name; });
    return found == all_.end() ? nullptr : *found;
}

client::Result<RevisionPtr> Revisions::record(const api::core_v1::PodTemplateSpec& podTemplate,
                                              std::optional<std::int32_t> collisions) {
    const std::int64_t next = all_.empty() ? 1 : all_.back()->revision + 1;
    const Json wanted = dataOf(podTemplate);
    for (std::size_t i = all_.size(); i-- > 0;) {
        if (dataOf(templateOf(*all_[i])) != wanted)
            continue;
        if (i + 1 == all_.size())
            return all_[i];
        ControllerRevision newest = *all_[i]; // an earlier template came back
        newest.revision = next;
        auto written = client_.update(newest);
        if (!written)
            return std::unexpected(written.error());
        const auto moved = std::make_shared<const ControllerRevision>(std::move(*written));
        all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
        all_.push_back(moved);
        return moved;
    }
    ControllerRevision made;
    const std::string hash = templateHash(podTemplate, collisions);
    made.metadata.name = std::format("{}-{}", owner_.name, hash);
    made.metadata.namespace_ = owner_.namespace_;
    made.metadata.labels = podTemplate.metadata.labels;
    made.metadata.labels[revisionLabel] = hash;
    made.metadata.annotations = owner_.annotations;
    made.metadata.ownerReferences = {makeControllerReference(apiVersion_, kind_, owner_)};
    made.revision = next;
    made.data = wanted;
    auto created = client_.create(owner_.namespace_, made);
    if (!created && created.error().kind == client::Errc::alreadyExists) // the cache may be behind
        created = client_.get<ControllerRevision>(owner_.namespace_, made.metadata.name);
    if (!created)
        return std::unexpected(created.error());
    all_.push_back(std::make_shared<const ControllerRevision>(std::move(*created)));
    return all_.back();
}

client::Result<void> Revisions::prune(const std::set<std::string>& live, int limit) const {
    std::vector<RevisionPtr> unused;
    std::ranges::copy_if(all_, std::back_inserter(unused),
                         [&](const RevisionPtr& r) { return !live.contains(r->metadata.name); });
    for (std::size_t i = 0; i + static_cast<std::size_t>(std::max(0, limit)) < unused.size(); ++i) {
        const auto done =
            client_.remove(client::resourceOf<ControllerRevision>(), owner_.namespace_, unused[i]->metadata.name);
        if (!done && done.error().kind != client::Errc::notFound)
            return std::unexpected(done.error());
    }
    return {};
}

} // namespace slipway::controllers
