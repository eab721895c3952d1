#include "cluster/apiserver/history_requests.h"

#include "cluster/apiserver/list_pages.h"
#include "cluster/apiserver/representation.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <optional>

namespace slipway::apiserver {
namespace {

using api::JsonArray;
using api::JsonObject;

constexpr long long mostChanges = 5000, usualChanges = 500;

/// The parts of a key: "/registry/GROUP/RESOURCE/[NAMESPACE/]NAME".
struct KeyParts {
    std::string_view group, resource, ns, name;

    static std::optional<KeyParts> parse(std::string_view key) {
        constexpr std::string_view root = "/registry/";
        if (!key.starts_with(root))
            return {};
        std::vector<std::string_view> parts;
        for (std::string_view rest = key.substr(root.size()); !rest.empty();) {
            const std::size_t end = std::min(rest.find('/'), rest.size());
            parts.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (parts.size() < 3 || parts.size() > 4)
            return {};
        return KeyParts{parts[0] == "core" ? "" : parts[0], parts[1], parts.size() == 4 ? parts[2] : "", parts.back()};
    }
};

api::Status refusal(const store::Error& error, const ResourceRequest& r, store::Revision asked) {
    if (error.kind == store::Errc::compacted)
        return api::expired(
            std::format("revision {} is no longer kept: the history begins at {}", asked, r.store.compactedBefore()));
    if (error.kind == store::Errc::future)
        return tooLargeVersion(asked, r.store.revision());
    return api::internalError(error.message);
}

JsonObject shown(const store::Change& change, const KeyParts& parts) {
    JsonObject item{{"revision", std::to_string(change.revision)},
                    {"verb", change.deleted   ? "delete"
                             : change.created ? "create"
                                              : "update"},
                    {"group", parts.group},
                    {"resource", parts.resource},
                    {"name", parts.name}};
    if (!parts.ns.empty())
        item["namespace"] = parts.ns;
    if (!change.origin.who.empty())
        item["user"] = change.origin.who;
    if (change.origin.at != 0)
        item["time"] = base::formatMicroTime(base::Time(std::chrono::milliseconds(change.origin.at)));
    return item;
}

/// Which changes a request is about.
class Scope {
public:
    Scope(const ResourceRequest& r, const MayList& mayList)
        : mayList_(mayList)
        , contents_(r.info.query.flag("contents") && r.resource.group.empty() && r.resource.name == "namespaces")
        , name_(r.info.name)
        , prefix_(contents_ ? "/registry/" : WatchCache::key(r.resource, r.info.ns, r.info.name)) {}

    const std::string& prefix() const { return prefix_; }
    bool has(const store::Change& change, const KeyParts& parts) const {
        if (contents_)
            return parts.ns == name_ && mayList_(parts.group, parts.resource, parts.ns);
        return name_.empty() || change.key == prefix_;
    }

private:
    const MayList& mayList_;
    const bool contents_;
    const std::string name_, prefix_;
};

Answer changesOf(const ResourceRequest& r, const MayList& mayList) {
    const Scope scope(r, mayList);
    const Query& query = r.info.query;
    const store::Revision oldest = r.store.compactedBefore();
    const store::Revision from = query.has("from") ? query.number("from").value_or(-1) : oldest;
    const long long limit = query.number("limit").value_or(usualChanges);
    if (from < 0 || limit < 1 || limit > mostChanges)
        return replyWith(
            api::badRequest(std::format("from has to be a revision, and limit a number from 1 to {}", mostChanges)));
    JsonArray items;
    store::Revision next = from;
    bool more = true;
    while (more && std::ssize(items) < limit) {
        const auto changes = r.store.changes(scope.prefix(), next, static_cast<std::size_t>(limit));
        if (!changes)
            return replyWith(refusal(changes.error(), r, next));
        for (const store::Change& change : *changes)
            if (const auto parts = KeyParts::parse(change.key); parts && scope.has(change, *parts))
                items.push_back(shown(change, *parts));
        more = std::ssize(*changes) >= limit;
        if (more)
            next = changes->back().revision + 1;
    }
    JsonObject metadata{{"resourceVersion", std::to_string(r.store.revision())},
                        {"oldestRevision", std::to_string(oldest)}};
    if (more)
        metadata["nextRevision"] = std::to_string(next);
    return replyWith(JsonObject{{"kind", "RevisionList"},
                                {"apiVersion", "history.slipway.dev/v1"},
                                {"metadata", std::move(metadata)},
                                {"items", std::move(items)}});
}

CachedObject cached(const ResourceRequest& r, const store::Entry& entry) {
    const auto parsed = api::parseJson(*entry.value);
    auto attributes = std::make_shared<Attributes>();
    if (parsed && parsed->is_object())
        *attributes = Attributes::of(r.resource, parsed->get_object());
    return {entry.value, entry.modified, std::move(attributes)};
}

Answer pastObject(const ResourceRequest& r, store::Revision at) {
    const auto found = r.store.get(WatchCache::key(r.resource, r.info.ns, r.info.name), at);
    if (!found)
        return replyWith(refusal(found.error(), r, at));
    return *found ? replyObject(r, cached(r, **found), 200) : replyWith(api::notFound(r.resource, r.info.name));
}

Answer pastList(const ResourceRequest& r, store::Revision at) {
    const auto selection = selectionOf(r);
    if (!selection)
        return replyWith(selection.error());
    const auto listing = r.store.list(WatchCache::key(r.resource, r.info.ns), at);
    if (!listing)
        return replyWith(refusal(listing.error(), r, at));
    Page page{{}, at, {}, 0};
    for (const store::Entry& entry : listing->entries)
        if (CachedObject object = cached(r, entry); selection->matches(*object.attributes))
            page.objects.push_back(std::move(object));
    auto bytes = listBytes(r, page, listMetadata(page, false));
    if (!bytes)
        return replyWith(bytes.error());
    return Reply{200, std::move(*bytes), "application/json", {}};
}

} // namespace

Answer answerHistory(const ResourceRequest& r, const MayList& mayList) {
    if (r.info.verb != "get" && r.info.verb != "list")
        return replyWith(api::methodNotAllowed(r.info.verb));
    if (!r.info.subresource.empty())
        return replyWith(api::unknownPath());
    if (!r.info.query.has("revision"))
        return changesOf(r, mayList);
    const auto at = r.info.query.number("revision");
    if (!at || *at < 1)
        return replyWith(api::badRequest("revision has to be a number from 1 on"));
    return r.info.verb == "get" ? pastObject(r, *at) : pastList(r, *at);
}

} // namespace slipway::apiserver
