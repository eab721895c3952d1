#include "cluster/apiserver/resource_requests.h"

#include "cluster/api/patch.h"
#include "cluster/api/table.h"
#include "cluster/apiserver/watch_stream.h"

#include <format>
#include <random>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::string_view jsonPatchType = "application/json-patch+json",
                           mergePatchType = "application/merge-patch+json",
                           strategicPatchType = "application/strategic-merge-patch+json",
                           applyType = "application/apply-patch+yaml";

std::string apiVersionOf(const api::Resource& r) {
    return r.group.empty() ? std::string(r.version) : std::format("{}/{}", r.group, r.version);
}

api::RowObject rowObject(const Query& query) {
    const std::string_view include = query.get("includeObject");
    return include == "Object" ? api::RowObject::object
           : include == "None" ? api::RowObject::none
                               : api::RowObject::metadata;
}

JsonObject parseObject(const CachedObject& cached) {
    auto parsed = api::parseJson(*cached.bytes);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : JsonObject();
}

JsonObject tableOf(const ResourceRequest& r, const std::vector<CachedObject>& objects, JsonObject metadata) {
    JsonArray rows;
    for (const CachedObject& cached : objects)
        rows.push_back(api::tableRow(r.resource, parseObject(cached), rowObject(r.info.query)));
    return {{"kind", "Table"},
            {"apiVersion", "meta.k8s.io/v1"},
            {"metadata", std::move(metadata)},
            {"columnDefinitions", api::tableColumns(r.resource)},
            {"rows", std::move(rows)}};
}

/// What a continue token holds: the revision of the first page and the last key sent.
struct Continuation {
    store::Revision revision = 0;
    std::string key;

    std::string print() const {
        std::string text;
        for (unsigned char c : api::printJson(JsonObject{{"rv", revision}, {"start", key}}))
            text += std::format("{:02x}", c);
        return text;
    }
    static std::optional<Continuation> parse(std::string_view hex) {
        std::string text;
        for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
            text += static_cast<char>(std::strtol(std::string(hex.substr(i, 2)).c_str(), nullptr, 16));
        const auto parsed = api::parseJson(text);
        if (!parsed || !parsed->is_object() || stringAt(*parsed, {"start"}).empty())
            return {};
        return Continuation{api::intAt(parsed->get_object(), {"rv"}).value_or(0),
                            std::string(stringAt(*parsed, {"start"}))};
    }
};

struct Page {
    std::vector<CachedObject> objects;
    store::Revision revision = 0;
    std::string lastKey;
    std::size_t remaining = 0;
};

/// A page of the past, read from the store's history.
std::expected<Page, api::Status> pageOfThePast(const ResourceRequest& r, const std::string& prefix,
                                               const Selection& selection, const Continuation& from,
                                               std::size_t limit) {
    const auto listing = r.store.list(prefix, from.revision);
    if (!listing)
        return std::unexpected(listing.error().kind == store::Errc::compacted
                                   ? api::expired("The provided continue parameter is too old to display a consistent "
                                                  "list result. You can start a new "
                                                  "list without the continue parameter.")
                                   : api::internalError(listing.error().message));
    Page page{{}, from.revision, {}, 0};
    for (const store::Entry& entry : listing->entries) {
        if (entry.key <= from.key)
            continue;
        auto parsed = api::parseJson(*entry.value);
        if (!parsed || !parsed->is_object() || !selection.matches(Attributes::of(r.resource, parsed->get_object())))
            continue;
        if (limit != 0 && page.objects.size() == limit) {
            ++page.remaining;
            continue;
        }
        page.objects.push_back({entry.value, entry.modified, nullptr});
        page.lastKey = entry.key;
    }
    return page;
}

std::expected<Page, api::Status> readPage(const ResourceRequest& r, const Selection& selection) {
    const std::string prefix = WatchCache::key(r.resource, r.info.ns);
    const auto limit = static_cast<std::size_t>(std::max(0LL, r.info.query.number("limit").value_or(0)));
    if (const std::string_view token = r.info.query.get("continue"); !token.empty()) {
        const auto from = Continuation::parse(token);
        if (!from)
            return std::unexpected(api::badRequest("continue key is not valid: the token is malformed"));
        return pageOfThePast(r, prefix, selection, *from, limit);
    }
    const auto asked = r.info.query.number("resourceVersion").value_or(0);
    if (r.info.query.get("resourceVersionMatch") == "Exact" && asked > 0)
        return pageOfThePast(r, prefix, selection, {asked, {}}, limit);
    Page page;
    page.revision = r.cache.revision(); // before the objects: a change that comes between is seen by the watch again
    page.objects = r.cache.of(r.resource).list(prefix, selection, {}, limit, &page.remaining, &page.lastKey);
    return page;
}

JsonObject listMetadata(const Page& page, bool countRemaining) {
    JsonObject metadata{{"resourceVersion", std::to_string(page.revision)}};
    if (page.remaining > 0) {
        metadata["continue"] = Continuation{page.revision, page.lastKey}.print();
        if (countRemaining)
            metadata["remainingItemCount"] = page.remaining;
    }
    return metadata;
}

/// A list is the cached bytes of its objects, one after another.
std::string listBytes(const ResourceRequest& r, const Page& page, const JsonObject& metadata) {
    std::size_t size = 256;
    for (const CachedObject& object : page.objects)
        size += object.bytes->size() + 1;
    std::string text;
    text.reserve(size);
    text += std::format(R"({{"kind":"{}List","apiVersion":"{}","metadata":{},"items":[)", r.resource.kind,
                        apiVersionOf(r.resource), api::printJson(metadata));
    for (std::size_t i = 0; i < page.objects.size(); ++i) {
        if (i != 0)
            text += ',';
        text += *page.objects[i].bytes;
    }
    return text += "]}\n";
}

/// The options of a deletion. A dry run asked for in the body is noted in @p context, beside one asked for in the
/// query.
std::expected<Deletion, api::Status> readDeletion(const ResourceRequest& r, WriteContext& context) {
    Deletion deletion;
    if (!r.request.body.empty()) {
        const auto body = api::decodeBody(r.request.body, r.request.contentType);
        if (!body)
            return std::unexpected(body.error());
        if (const JsonObject* options = body->if_object()) {
            if (const Json* dryRun = api::find(*options, {"dryRun"});
                dryRun != nullptr && dryRun->is_array() && !dryRun->get_array().empty())
                context.dryRun = true;
            deletion.gracePeriodSeconds = api::intAt(*options, {"gracePeriodSeconds"});
            deletion.propagationPolicy = stringAt(*options, {"propagationPolicy"});
            deletion.uid = stringAt(*options, {"preconditions", "uid"});
            deletion.resourceVersion = stringAt(*options, {"preconditions", "resourceVersion"});
            if (api::boolAt(*options, {"orphanDependents"}))
                deletion.propagationPolicy = "Orphan";
        }
    }
    if (const auto grace = r.info.query.number("gracePeriodSeconds"))
        deletion.gracePeriodSeconds = *grace;
    if (const std::string_view policy = r.info.query.get("propagationPolicy"); !policy.empty())
        deletion.propagationPolicy = policy;
    if (const std::string& p = deletion.propagationPolicy;
        !p.empty() && p != "Background" && p != "Foreground" && p != "Orphan")
        return std::unexpected(api::badRequest(std::format("invalid propagation policy \"{}\"", p)));
    return deletion;
}

std::expected<Selection, api::Status> selectionOf(const ResourceRequest& r) {
    return Selection::parse(r.resource, r.info.ns, r.info.name, r.info.query.get("labelSelector"),
                            r.info.query.get("fieldSelector"));
}

} // namespace

std::expected<WriteContext, api::Status> ResourceRequest::writeContext() const {
    WriteContext context{user, false, api::FieldValidation::warn, {}};
    if (const std::string_view dryRun = info.query.get("dryRun"); !dryRun.empty()) {
        if (dryRun != "All")
            return std::unexpected(
                api::badRequest(std::format("dryRun: Unsupported value: \"{}\": supported values: \"All\"", dryRun)));
        context.dryRun = true;
    }
    const std::string_view validation = info.query.get("fieldValidation");
    if (validation == "Strict")
        context.validation = api::FieldValidation::strict;
    else if (validation == "Ignore")
        context.validation = api::FieldValidation::ignore;
    else if (!validation.empty() && validation != "Warn")
        return std::unexpected(api::badRequest(std::format(
            "fieldValidation: Unsupported value: \"{}\": supported values: \"Ignore\", \"Strict\", \"Warn\"",
            validation)));
    return context;
}

Answer replyObject(const ResourceRequest& r, const CachedObject& object, int code, std::vector<std::string> warnings) {
    const Representation form = representationOf(r.request.accept);
    if (form == Representation::object)
        return Reply{code, *object.bytes + "\n", "application/json", std::move(warnings)};
    if (form == Representation::partialMetadata) {
        Reply reply = replyWith(api::partialMetadata(parseObject(object)), code);
        reply.warnings = std::move(warnings);
        return reply;
    }
    Reply reply = replyWith(tableOf(r, {object}, {{"resourceVersion", std::to_string(object.revision)}}), code);
    reply.warnings = std::move(warnings);
    return reply;
}

Answer getOne(const ResourceRequest& r) {
    const auto found = r.registry.get(r.resource, r.info.ns, r.info.name);
    return found ? replyObject(r, *found, 200) : replyWith(found.error());
}

Answer listAll(const ResourceRequest& r) {
    const auto selection = selectionOf(r);
    if (!selection)
        return replyWith(selection.error());
    const auto page = readPage(r, *selection);
    if (!page)
        return replyWith(page.error());
    const JsonObject metadata = listMetadata(*page, selection->labels.empty() && selection->fields.empty());
    switch (representationOf(r.request.accept)) {
    case Representation::table:
        return replyWith(tableOf(r, page->objects, metadata));
    case Representation::partialMetadata: {
        JsonArray items;
        for (const CachedObject& object : page->objects)
            items.push_back(api::partialMetadata(parseObject(object)));
        return replyWith(JsonObject{{"kind", "PartialObjectMetadataList"},
                                    {"apiVersion", "meta.k8s.io/v1"},
                                    {"metadata", metadata},
                                    {"items", std::move(items)}});
    }
    case Representation::object:
        break;
    }
    return Reply{200, listBytes(r, *page, metadata), "application/json", {}};
}

Answer watchAll(const ResourceRequest& r) {
    auto selection = selectionOf(r);
    if (!selection)
        return replyWith(selection.error());
    const std::string_view version = r.info.query.get("resourceVersion");
    ResourceCache::WatchStart start;
    start.revision = r.info.query.number("resourceVersion").value_or(0);
    if (!version.empty() && !r.info.query.number("resourceVersion"))
        return replyWith(api::badRequest(std::format(
            "invalid resource version \"{}\": strconv.ParseUint: parsing \"{}\": invalid syntax", version, version)));
    start.bookmarks = r.info.query.flag("allowWatchBookmarks");
    const bool sendInitial = r.info.query.flag("sendInitialEvents");
    start.initialEventsEnd = sendInitial && start.bookmarks;
    start.from = sendInitial || start.revision == 0 ? ResourceCache::From::initialState : ResourceCache::From::revision;
    ResourceCache& cache = r.cache.of(r.resource);
    const store::Revision current = r.cache.revision();
    auto queue = cache.watch(std::move(*selection), start, current);
    if (!queue)
        return replyWith(
            api::expired(std::format("too old resource version: {} ({})", start.revision, cache.windowStart())));
    static thread_local std::minstd_rand generator{std::random_device{}()};
    const long long spread =
        std::uniform_int_distribution<long long>(1800, 3600)(generator); // as kube-apiserver spreads them
    const long long asked = r.info.query.number("timeoutSeconds").value_or(0);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(asked > 0 ? asked : spread);
    return std::make_unique<WatchStream>(cache.resource(), std::move(queue), representationOf(r.request.accept),
                                         r.info.query.get("includeObject") == "Object", end);
}

Answer createOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!body)
        return replyWith(body.error());
    const auto made = r.registry.create(r.resource, r.info.ns, std::move(*body), *context);
    return made ? replyObject(r, *made, 201, context->warnings) : replyWith(made.error());
}

Answer replaceOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!body)
        return replyWith(body.error());
    auto object = r.registry.accept(r.resource, std::move(*body), *context);
    if (!object)
        return replyWith(object.error());
    if (stringAt(*object, {"metadata", "name"}).empty())
        return replyWith(
            api::invalid(r.resource, r.info.name, {api::requiredValue("metadata.name", "name is required")}));
    const auto written = r.registry.update(
        r.resource, r.info.ns, r.info.name, r.info.subresource,
        [&](const JsonObject&) -> Outcome<JsonObject> { return *object; }, *context);
    return written ? replyObject(r, *written, 200, context->warnings) : replyWith(written.error());
}

std::expected<Registry::Change, api::Status> patchChange(const ResourceRequest& r, WriteContext& context) {
    std::string type = r.request.contentType.substr(0, r.request.contentType.find(';'));
    const std::string accepted = std::format("{}, {}, {}", jsonPatchType, mergePatchType, strategicPatchType);
    if (type != jsonPatchType && type != mergePatchType && type != strategicPatchType)
        return std::unexpected(api::unsupportedMediaType(accepted));
    auto patch = api::decodeBody(r.request.body, "application/json");
    if (!patch)
        return std::unexpected(patch.error());
    if (type != jsonPatchType && !patch->is_object())
        return std::unexpected(api::badRequest("the patch is not an object"));
    return [&r, &context, type, patch = std::move(*patch)](const JsonObject& current) -> Outcome<JsonObject> {
        Outcome<Json> patched = Json();
        if (type == jsonPatchType)
            patched = api::applyJsonPatch(current, patch);
        else if (type == mergePatchType)
            patched = api::applyMergePatch(current, patch);
        else if (auto merged = api::applyStrategicMergePatch(current, patch.get_object(), *r.resource.type))
            patched = Json(std::move(*merged));
        else
            return std::unexpected(std::move(merged.error()));
        if (!patched)
            return std::unexpected(std::move(patched.error()));
        // The version the object was read at is no condition unless the patch itself names one.
        if (patched->is_object())
            if (const Json* now = api::find(*patched, {"metadata", "resourceVersion"});
                now != nullptr && *now == *api::find(current, {"metadata", "resourceVersion"}) &&
                api::find(patch, {"metadata", "resourceVersion"}) == nullptr)
                api::objectAt(patched->get_object(), {"metadata"}).erase("resourceVersion");
        return r.registry.accept(r.resource, std::move(*patched), context);
    };
}

Answer patchOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    auto change = patchChange(r, *context);
    if (!change)
        return replyWith(change.error());
    const auto written = r.registry.update(r.resource, r.info.ns, r.info.name, r.info.subresource, *change, *context);
    return written ? replyObject(r, *written, 200, context->warnings) : replyWith(written.error());
}

Answer deleteOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const auto options = readDeletion(r, *context);
    if (!options)
        return replyWith(options.error());
    const auto deleted = r.registry.remove(r.resource, r.info.ns, r.info.name, *options, *context);
    if (!deleted)
        return replyWith(deleted.error());
    if (!deleted->gone || r.resource.name == "pods" || r.resource.name == "namespaces")
        return replyObject(r, deleted->object, 200);
    const JsonObject object = parseObject(deleted->object);
    return replyWith(JsonObject{{"kind", "Status"},
                                {"apiVersion", "v1"},
                                {"metadata", JsonObject()},
                                {"status", "Success"},
                                {"details", JsonObject{{"name", r.info.name},
                                                       {"group", r.resource.group},
                                                       {"kind", r.resource.name},
                                                       {"uid", stringAt(object, {"metadata", "uid"})}}}});
}

Answer deleteAll(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const auto options = readDeletion(r, *context);
    const auto selection = selectionOf(r);
    if (!options || !selection)
        return replyWith(!options ? options.error() : selection.error());
    Page page{
        r.cache.of(r.resource).list(WatchCache::key(r.resource, r.info.ns), *selection), r.cache.revision(), {}, 0};
    for (const CachedObject& object : page.objects) {
        const auto deleted =
            r.registry.remove(r.resource, object.attributes->ns, object.attributes->name, *options, *context);
        if (!deleted && deleted.error().code != 404)
            return replyWith(deleted.error());
    }
    return Reply{200, listBytes(r, page, listMetadata(page, false)), "application/json", {}};
}

} // namespace slipway::apiserver
