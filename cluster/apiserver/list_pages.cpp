#include "cluster/apiserver/list_pages.h"

#include "cluster/api/base64.h"
#include "cluster/api/conversion.h"
#include "cluster/api/custom/definition.h"
#include "cluster/apiserver/http/compress.h"
#include "cluster/apiserver/list_stream.h"
#include "cluster/apiserver/representation.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::JsonObject;
using api::stringAt;

constexpr std::string_view tokenVersion = "meta.k8s.io/v1";
constexpr std::string_view inconsistent =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list.";

std::chrono::sys_seconds secondsNow() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// What a continue token holds: the revision of the first page (below 0: of no matter which), the last key sent, and
/// when the first page was given out.
struct Continuation {
    store::Revision revision = 0;
    std::string key;
    std::chrono::sys_seconds began{};

    std::string print() const {
        return api::encodeBase64Url(api::printJson(JsonObject{
            {"v", tokenVersion}, {"rv", revision}, {"start", key}, {"began", began.time_since_epoch().count()}}));
    }

    static std::expected<Continuation, api::Status> parse(std::string_view token) {
        const auto refuse = [](std::string_view why) {
            return std::unexpected(api::badRequest(std::format("invalid continue token: {}", why)));
        };
        const auto bytes = api::decodeBase64Url(token);
        const auto parsed = bytes ? api::parseJson(*bytes) : std::unexpected(api::JsonError());
        if (!parsed || !parsed->is_object())
            return refuse("continue key is not valid: the token is not one this server gave");
        if (stringAt(*parsed, {"v"}) != tokenVersion)
            return refuse("continue key is not valid: server does not recognize this encoded version");
        const auto revision = api::intAt(parsed->get_object(), {"rv"}).value_or(0);
        const std::string_view key = stringAt(*parsed, {"start"});
        if (revision == 0)
            return refuse(
                "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
        if (key.empty())
            return refuse("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
        const std::chrono::seconds began{api::intAt(parsed->get_object(), {"began"}).value_or(0)};
        return Continuation{revision, std::string(key), std::chrono::sys_seconds{began}};
    }
};

/// A list that may only go on with the objects as they are now; the answer has a token for that.
api::Status mustGoOnInconsistently(const std::string& lastKey) {
    api::Status status = api::expired(std::string(inconsistent));
    status.continueToken = Continuation{-1, lastKey, secondsNow()}.print();
    return status;
}

std::optional<api::Status> optionsRefusal(const Query& query) {
    std::vector<api::StatusCause> causes;
    const std::string_view match = query.get("resourceVersionMatch"), version = query.get("resourceVersion");
    if (!match.empty()) {
        if (version.empty())
            causes.push_back(api::forbiddenField(
                "resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (!query.get("continue").empty())
            causes.push_back(
                api::forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden with continue"));
        if (match != "Exact" && match != "NotOlderThan")
            causes.push_back(
                api::notSupported("resourceVersionMatch", api::Json(match), {"", "Exact", "NotOlderThan"}));
        if (match == "Exact" && version == "0")
            causes.push_back(api::forbiddenField(
                "resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }
    if (query.has("sendInitialEvents"))
        causes.push_back(api::forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    if (causes.empty())
        return {};
    return invalidOptions("ListOptions", std::move(causes));
}

/// A page as things were at a revision: from the cache when nothing changed since, else from the store's history.
std::expected<Page, api::Status> pageAt(const ResourceRequest& r, const std::string& prefix, const Selection& selection,
                                        const Continuation& from, std::size_t limit) {
    if (!from.key.empty() && secondsNow() - from.began >= r.listLifetime)
        return std::unexpected(mustGoOnInconsistently(from.key));
    Page page{{}, from.revision, {}, 0, from.began};
    ResourceCache& cache = r.cache.of(r.resource);
    if (const store::Revision now = r.cache.revision(); now >= from.revision) {
        page.objects = cache.list(prefix, selection, from.key, limit, &page.remaining, &page.lastKey);
        if (cache.lastChange() <= from.revision)
            return page;
    }
    page = Page{{}, from.revision, {}, 0, from.began};
    const auto listing = r.store.list(prefix, from.revision);
    if (!listing) {
        if (listing.error().kind == store::Errc::future)
            return std::unexpected(tooLargeVersion(from.revision, r.cache.revision()));
        if (listing.error().kind != store::Errc::compacted)
            return std::unexpected(api::internalError(listing.error().message));
        return std::unexpected(from.key.empty() ? api::expired("The resourceVersion for the provided list is too old.")
                                                : mustGoOnInconsistently(from.key));
    }
    for (const store::Entry& entry : listing->entries) {
        if (entry.key <= from.key)
            continue;
        const auto parsed = api::parseJson(*entry.value);
        if (!parsed || !parsed->is_object())
            continue;
        auto attributes = std::make_shared<Attributes>(Attributes::of(r.resource, parsed->get_object()));
        if (!selection.matches(*attributes))
            continue;
        if (limit != 0 && page.objects.size() == limit) {
            ++page.remaining;
            continue;
        }
        page.objects.push_back({entry.value, entry.modified, std::move(attributes)});
        page.lastKey = entry.key;
    }
    return page;
}

/// A page of the present; the revision is that of the objects and not of a moment before.
Page presentPage(const ResourceRequest& r, const std::string& prefix, const Selection& selection,
                 const std::string& after, std::size_t limit) {
    Page page;
    page.listBegan = secondsNow();
    for (int attempt = 0; attempt < 8; ++attempt) {
        page.revision = r.cache.revision();
        page.objects = r.cache.of(r.resource).list(prefix, selection, after, limit, &page.remaining, &page.lastKey);
        if (page.remaining == 0 || r.cache.of(r.resource).lastChange() <= page.revision)
            break; // a whole list may be newer than it says: the watch shows what came between again
    }
    return page;
}

} // namespace

api::Status tooLargeVersion(store::Revision asked, store::Revision current) {
    api::Status status;
    status.code = 504;
    status.reason = "Timeout";
    status.message = std::format("Timeout: Too large resource version: {}, current: {}", asked, current);
    status.causes.push_back({"ResourceVersionTooLarge", "Too large resource version", ""});
    status.retryAfterSeconds = 1;
    return status;
}

std::expected<store::Revision, api::Status> askedVersion(const Query& query) {
    const std::string_view text = query.get("resourceVersion");
    if (text.empty())
        return 0;
    const auto number = query.number("resourceVersion");
    if (!number || *number < 0)
        return std::unexpected(
            api::badRequest(std::format("resourceVersion: Invalid value: \"{}\": strconv.ParseUint: parsing \"{}\": "
                                        "invalid syntax",
                                        text, text)));
    return *number;
}

std::expected<Page, api::Status> readPage(const ResourceRequest& r, const Selection& selection) {
    const Query& query = r.info.query;
    if (auto refusal = optionsRefusal(query))
        return std::unexpected(std::move(*refusal));
    const auto asked = askedVersion(query);
    if (!asked)
        return std::unexpected(asked.error());
    const std::string prefix = WatchCache::key(r.resource, r.info.ns);
    const auto limit = static_cast<std::size_t>(std::max(0LL, query.number("limit").value_or(0)));
    if (const std::string_view token = query.get("continue"); !token.empty()) {
        if (*asked > 0)
            return std::unexpected(api::badRequest("specifying resource version is not allowed when using continue"));
        const auto from = Continuation::parse(token);
        if (!from)
            return std::unexpected(from.error());
        return from->revision < 0 ? presentPage(r, prefix, selection, from->key, limit)
                                  : pageAt(r, prefix, selection, *from, limit);
    }
    const std::string_view match = query.get("resourceVersionMatch");
    if (*asked > 0 && (match == "Exact" || (match.empty() && limit > 0)))
        return pageAt(r, prefix, selection, {*asked, {}, secondsNow()}, limit);
    if (*asked > r.cache.revision()) // every revision a client can know of has come
        return std::unexpected(tooLargeVersion(*asked, r.cache.revision()));
    return presentPage(r, prefix, selection, {}, limit);
}

JsonObject listMetadata(const Page& page, bool countRemaining) {
    JsonObject metadata{{"resourceVersion", std::to_string(page.revision)}};
    if (page.remaining > 0) {
        metadata["continue"] = Continuation{page.revision, page.lastKey, page.listBegan}.print();
        if (countRemaining)
            metadata["remainingItemCount"] = page.remaining;
    }
    return metadata;
}

namespace {

/// The bytes of each object of a page.
std::expected<std::vector<ListStream::Bytes>, api::Status> itemsOf(const api::Resource& resource, const Page& page) {
    std::vector<ListStream::Bytes> items;
    items.reserve(page.objects.size());
    if (api::mayAskConverter(resource)) {
        const auto objects = objectsIn(resource, page.objects);
        if (!objects)
            return std::unexpected(objects.error());
        for (const JsonObject& object : *objects)
            items.push_back(std::make_shared<const std::string>(api::printObject(object)));
        return items;
    }
    for (const CachedObject& object : page.objects) {
        auto bytes = bytesIn(resource, object);
        if (!bytes)
            return std::unexpected(std::move(bytes.error()));
        items.push_back(std::move(*bytes));
    }
    return items;
}

/// A list up to its first item.
std::string listHead(const api::Resource& resource, const JsonObject& metadata) {
    const std::string kind =
        resource.custom != nullptr ? resource.custom->listKind : std::string(resource.kind) + "List";
    return std::format(R"({{"kind":"{}","apiVersion":"{}","metadata":{},"items":[)", kind, api::apiVersionOf(resource),
                       api::printJson(metadata));
}

/// Whether the list can be sent while it is put together: nothing is to be done with the whole of it.
bool maySendInPieces(const ResourceRequest& r, std::size_t size) {
    constexpr std::size_t smallest = 256 << 10;
    const Negotiation& wanted = r.negotiation;
    return size >= smallest && wanted.encoding == Encoding::json && !wanted.pretty && !wanted.betaMetadata &&
           r.request.method == "GET" && !r.request.upgrade && !r.request.trustedUser &&
           !worthCompressing(r.request.acceptEncoding, size) && r.resource.custom == nullptr;
}

} // namespace

std::expected<std::string, api::Status> listBytes(const ResourceRequest& r, const Page& page,
                                                  const JsonObject& metadata) {
    const auto items = itemsOf(r.resource, page);
    if (!items)
        return std::unexpected(items.error());
    std::string text = listHead(r.resource, metadata);
    std::size_t size = text.size() + 3;
    for (const ListStream::Bytes& item : *items)
        size += item->size() + 1;
    text.reserve(size);
    for (const ListStream::Bytes& item : *items) {
        if (item != items->front())
            text += ',';
        text += *item;
    }
    return text += "]}\n";
}

Answer answerList(const ResourceRequest& r, const Page& page, const JsonObject& metadata) {
    std::size_t size = 0;
    for (const CachedObject& object : page.objects)
        size += object.bytes->size() + 1;
    if (!maySendInPieces(r, size)) {
        auto bytes = listBytes(r, page, metadata);
        return bytes ? Reply{200, std::move(*bytes), "application/json", {}} : replyWith(bytes.error());
    }
    auto items = itemsOf(r.resource, page);
    if (!items)
        return replyWith(items.error());
    return std::make_unique<ListStream>(listHead(r.resource, metadata), std::move(*items));
}

} // namespace slipway::apiserver
