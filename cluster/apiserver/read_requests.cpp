#include "cluster/api/custom/definition.h"
#include "cluster/api/table.h"
#include "cluster/apiserver/list_pages.h"
#include "cluster/apiserver/representation.h"
#include "cluster/apiserver/resource_requests.h"

#include <format>
#include <random>

namespace slipway::apiserver {
namespace {

using api::JsonArray;
using api::JsonObject;

api::RowObject rowObject(const Query& query) {
    const std::string_view include = query.get("includeObject");
    return include == "Object" ? api::RowObject::object
           : include == "None" ? api::RowObject::none
                               : api::RowObject::metadata;
}

Reply tableOf(const ResourceRequest& r, const std::vector<CachedObject>& objects, JsonObject metadata, int code = 200) {
    const auto shown = objectsIn(r.resource, objects);
    if (!shown)
        return replyWith(shown.error());
    JsonArray rows;
    for (const JsonObject& object : *shown)
        rows.push_back(api::tableRow(r.resource, object, rowObject(r.info.query)));
    return replyWith(JsonObject{{"kind", "Table"},
                                {"apiVersion", "meta.k8s.io/v1"},
                                {"metadata", std::move(metadata)},
                                {"columnDefinitions", api::tableColumns(r.resource)},
                                {"rows", std::move(rows)}},
                     code);
}

/// The rules of Kubernetes for options that begin a watch.
std::optional<api::Status> watchRefusal(const Query& query) {
    std::vector<api::StatusCause> causes;
    const std::string_view match = query.get("resourceVersionMatch");
    const bool initial = query.has("sendInitialEvents");
    if (initial && match != "NotOlderThan")
        causes.push_back(api::forbiddenField(
            "resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    if (!match.empty()) {
        if (!initial)
            causes.push_back(api::forbiddenField(
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        if (match != "NotOlderThan")
            causes.push_back(api::notSupported("resourceVersionMatch", api::Json(match), {"NotOlderThan"}));
        if (!query.get("continue").empty())
            causes.push_back(
                api::forbiddenField("resourceVersionMatch", "resourceVersionMatch is forbidden with continue"));
    }
    if (causes.empty())
        return {};
    return invalidOptions("ListOptions", std::move(causes));
}

std::chrono::steady_clock::time_point watchEnd(const Query& query) {
    static thread_local std::minstd_rand generator{std::random_device{}()};
    const long long spread =
        std::uniform_int_distribution<long long>(1800, 3600)(generator); // as kube-apiserver spreads them
    const long long asked = query.number("timeoutSeconds").value_or(0);
    return std::chrono::steady_clock::now() + std::chrono::seconds(asked > 0 ? asked : spread);
}

/// Why an option that is to be a number is none, in the words of who reads them in Kubernetes. Absent and empty ones
/// are 0.
std::optional<api::Status> numberRefusal(const Query& query) {
    for (const char* name : {"limit", "timeoutSeconds"}) {
        const std::string_view text = query.get(name);
        if (text.empty() || query.number(name))
            continue;
        const bool tooLong = text.find_first_not_of("0123456789", text.starts_with('-') ? 1 : 0) == text.npos;
        return api::badRequest(std::format("strconv.ParseInt: parsing \"{}\": {}", text,
                                           tooLong && text != "-" ? "value out of range" : "invalid syntax"));
    }
    return std::nullopt;
}

} // namespace

api::Status invalidOptions(std::string_view kind, std::vector<api::StatusCause> causes) {
    api::Resource options{};
    options.group = "meta.k8s.io";
    options.kind = kind;
    return api::invalid(options, "", std::move(causes));
}

std::expected<Selection, api::Status> selectionOf(const ResourceRequest& r) {
    if (auto refusal = numberRefusal(r.info.query))
        return std::unexpected(std::move(*refusal));
    return Selection::parse(r.resource, r.info.ns, r.info.name, r.info.query.get("labelSelector"),
                            r.info.query.get("fieldSelector"));
}

Answer replyObject(const ResourceRequest& r, const CachedObject& object, int code, std::vector<std::string> warnings) {
    if (r.negotiation.form == Representation::object) {
        const auto bytes = bytesIn(r.resource, object);
        return bytes ? Reply{code, **bytes + "\n", "application/json", std::move(warnings)} : replyWith(bytes.error());
    }
    Reply reply = r.negotiation.form == Representation::partialMetadata
                      ? replyWith(api::partialMetadata(storedObject(object)), code)
                      : tableOf(r, {object}, {{"resourceVersion", std::to_string(object.revision)}}, code);
    reply.warnings = std::move(warnings);
    return reply;
}

Answer getOne(const ResourceRequest& r) {
    if (const auto asked = askedVersion(r.info.query); !asked)
        return replyWith(asked.error());
    else if (*asked > r.cache.revision())
        return replyWith(tooLargeVersion(*asked, r.cache.revision()));
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
    return replyList(r, *page, listMetadata(*page, selection->labels.empty() && selection->fields.empty()));
}

Answer replyList(const ResourceRequest& r, const Page& page, const JsonObject& metadata) {
    switch (r.negotiation.form) {
    case Representation::table:
        return tableOf(r, page.objects, metadata);
    case Representation::partialMetadata: {
        JsonArray items;
        for (const CachedObject& object : page.objects)
            items.push_back(api::partialMetadata(storedObject(object)));
        return replyWith(JsonObject{{"kind", "PartialObjectMetadataList"},
                                    {"apiVersion", "meta.k8s.io/v1"},
                                    {"metadata", metadata},
                                    {"items", std::move(items)}});
    }
    case Representation::object:
        break;
    }
    return answerList(r, page, metadata);
}

Answer watchAll(const ResourceRequest& r) {
    auto selection = selectionOf(r);
    if (!selection)
        return replyWith(selection.error());
    if (auto refusal = watchRefusal(r.info.query))
        return replyWith(*refusal);
    const auto asked = askedVersion(r.info.query);
    if (!asked)
        return replyWith(
            api::invalid(r.resource, "",
                         {api::invalidValue("resourceVersion", api::Json(r.info.query.get("resourceVersion")),
                                            std::format("strconv.ParseUint: parsing \"{}\": invalid syntax",
                                                        r.info.query.get("resourceVersion")))}));
    ResourceCache::WatchStart start;
    start.revision = *asked;
    start.bookmarks = r.info.query.flag("allowWatchBookmarks");
    const bool sendInitial = r.info.query.flag("sendInitialEvents");
    start.initialEventsEnd = sendInitial && start.bookmarks;
    start.from = sendInitial || (start.revision == 0 && !r.info.query.has("sendInitialEvents"))
                     ? ResourceCache::From::initialState
                 : start.revision == 0 ? ResourceCache::From::now
                                       : ResourceCache::From::revision;
    ResourceCache& cache = r.cache.of(r.resource);
    auto queue = cache.watch(*selection, start, r.cache.revision());
    if (!queue)
        queue = r.cache.watchPast(r.resource, std::move(*selection), start.revision, start.bookmarks);
    if (!queue) // as Kubernetes has it, a watch that cannot begin is a watch with an error in it
        return std::make_unique<FailedWatch>(
            api::expired(std::format("too old resource version: {} ({})", start.revision, cache.windowStart())));
    return std::make_unique<WatchStream>(r.shared, std::move(queue), r.negotiation.form,
                                         r.info.query.get("includeObject") == "Object", watchEnd(r.info.query));
}

} // namespace slipway::apiserver
