#include "cluster/api/conversion.h"
#include "cluster/api/protobuf.h"
#include "cluster/apiserver/list_pages.h"
#include "cluster/apiserver/representation.h"
#include "cluster/apiserver/resource_requests.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::size_t longestManager = 128; // bytes

/// The part of a user agent that names the program: "kubectl" of "kubectl/v1.32.0 (linux/amd64) ...".
std::string programOf(std::string_view userAgent) {
    std::string name(userAgent.substr(0, std::min(userAgent.find('/'), longestManager)));
    std::erase_if(name, [](unsigned char c) { return c < ' ' || c == 0x7f; });
    return name.empty() ? "unknown" : name;
}

std::string_view optionsKind(std::string_view verb) {
    return verb == "create"   ? "CreateOptions"
           : verb == "update" ? "UpdateOptions"
           : verb == "patch"  ? "PatchOptions"
                              : "DeleteOptions";
}

void checkManager(std::string_view manager, std::vector<api::StatusCause>& causes) {
    if (manager.size() > longestManager)
        causes.push_back({"FieldValueTooLong", "Too long: may not be more than 128 bytes", "fieldManager"});
    if (std::ranges::any_of(manager, [](unsigned char c) { return c < ' ' || c == 0x7f; }))
        causes.push_back(api::invalidValue("fieldManager", Json(manager), "should only contain printable characters"));
}

/// Resources whose objects may be made by a PUT.
bool makesOnUpdate(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 13> names{
        "leases",         "endpoints",         "services",       "events",       "limitranges",
        "resourcequotas", "podtemplates",      "clusterroles",   "rolebindings", "clusterrolebindings",
        "roles",          "componentstatuses", "priorityclasses"};
    return resource.custom == nullptr && std::ranges::find(names, resource.name) != names.end();
}

/// Resources whose updates have to say which version they were made for.
bool needsVersion(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 10> names{"customresourcedefinitions",
                                                            "leases",
                                                            "poddisruptionbudgets",
                                                            "mutatingwebhookconfigurations",
                                                            "validatingwebhookconfigurations",
                                                            "validatingadmissionpolicies",
                                                            "validatingadmissionpolicybindings",
                                                            "volumeattachments",
                                                            "flowschemas",
                                                            "prioritylevelconfigurations"};
    return resource.custom != nullptr || std::ranges::find(names, resource.name) != names.end();
}

/// Resources whose deletion is answered with the object.
bool returnsDeleted(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 7> names{"pods",
                                                           "namespaces",
                                                           "podtemplates",
                                                           "resourcequotas",
                                                           "persistentvolumes",
                                                           "serviceaccounts",
                                                           "persistentvolumeclaims"};
    return resource.group.empty() && std::ranges::find(names, resource.name) != names.end();
}

void readOptions(const JsonObject& options, Deletion& deletion, WriteContext& context,
                 std::vector<api::StatusCause>& causes) {
    if (const Json* dryRun = api::find(options, {"dryRun"});
        dryRun != nullptr && dryRun->is_array() && !dryRun->get_array().empty()) {
        if (std::ranges::any_of(dryRun->get_array(), [](const Json& one) { return one != Json("All"); }))
            causes.push_back(api::notSupported("dryRun", *dryRun, {"All"}));
        context.dryRun = true;
    }
    deletion.gracePeriodSeconds = api::intAt(options, {"gracePeriodSeconds"});
    deletion.propagationPolicy = stringAt(options, {"propagationPolicy"});
    deletion.uid = stringAt(options, {"preconditions", "uid"});
    deletion.resourceVersion = stringAt(options, {"preconditions", "resourceVersion"});
    const Json* orphan = options.if_contains("orphanDependents");
    if (orphan == nullptr || !orphan->is_bool())
        return;
    if (!deletion.propagationPolicy.empty())
        causes.push_back(api::invalidValue("propagationPolicy", Json(deletion.propagationPolicy),
                                           "orphanDependents and deletionPropagation cannot be both set"));
    deletion.propagationPolicy = orphan->get_bool() ? "Orphan" : "Background";
}

/// The options of a deletion. A dry run asked for in the body is noted in @p context, beside one asked for in the
/// query.
std::expected<Deletion, api::Status> readDeletion(const ResourceRequest& r, WriteContext& context) {
    Deletion deletion;
    std::vector<api::StatusCause> causes;
    if (!r.request.body.empty()) {
        const auto body = api::decodeBody(r.request.body, r.request.contentType);
        if (!body)
            return std::unexpected(body.error());
        if (const JsonObject* options = body->if_object())
            readOptions(*options, deletion, context, causes);
    }
    if (const auto grace = r.info.query.number("gracePeriodSeconds"))
        deletion.gracePeriodSeconds = *grace;
    if (const std::string_view policy = r.info.query.get("propagationPolicy"); !policy.empty())
        deletion.propagationPolicy = policy;
    if (r.info.query.has("orphanDependents") && deletion.propagationPolicy.empty())
        deletion.propagationPolicy = r.info.query.flag("orphanDependents") ? "Orphan" : "Background";
    if (const std::string& p = deletion.propagationPolicy;
        !p.empty() && p != "Background" && p != "Foreground" && p != "Orphan")
        causes.push_back({"FieldValueNotSupported",
                          std::format("Unsupported value: \"{}\": supported values: \"Foreground\", \"Background\", "
                                      "\"Orphan\", \"nil\"",
                                      p),
                          "propagationPolicy"});
    if (!causes.empty())
        return std::unexpected(invalidOptions("DeleteOptions", std::move(causes)));
    return deletion;
}

/// What is JSON in the arena, anything else (and what is none after all) as everywhere.
std::expected<Json, api::Status> decodeIn(api::JsonArena& arena, std::string_view body, std::string_view contentType) {
    if (contentType.empty() || contentType == "application/json")
        if (auto parsed = api::parseJson(body, arena))
            return std::move(*parsed);
    return api::decodeBody(body, contentType);
}

JsonObject deletedStatus(const ResourceRequest& r, const JsonObject& object) {
    JsonObject details{{"name", r.info.name},
                       {"group", r.resource.group},
                       {"kind", r.resource.name},
                       {"uid", stringAt(object, {"metadata", "uid"})}};
    if (r.resource.group.empty())
        details.erase("group");
    return {{"kind", "Status"},
            {"apiVersion", "v1"},
            {"metadata", JsonObject()},
            {"status", "Success"},
            {"details", std::move(details)}};
}

} // namespace

api::Status createWhileTerminating() {
    api::Status status = api::methodNotAllowed("create");
    status.message = "create not allowed while custom resource definition is terminating";
    return status;
}

std::expected<WriteContext, api::Status> ResourceRequest::writeContext() const {
    WriteContext context{user, false, api::FieldValidation::warn};
    context.annotations = annotations;
    std::vector<api::StatusCause> causes;
    if (const std::string_view dryRun = info.query.get("dryRun"); !dryRun.empty()) {
        if (dryRun != "All")
            causes.push_back(api::notSupported("dryRun", JsonArray{Json(dryRun)}, {"All"}));
        context.dryRun = true;
    }
    const std::string_view validation = info.query.get("fieldValidation");
    if (validation == "Strict")
        context.validation = api::FieldValidation::strict;
    else if (validation == "Ignore")
        context.validation = api::FieldValidation::ignore;
    else if (!validation.empty() && validation != "Warn")
        causes.push_back(api::notSupported("fieldValidation", Json(validation), {"", "Ignore", "Strict", "Warn"}));
    const std::string_view manager = info.query.get("fieldManager");
    checkManager(manager, causes);
    context.fieldManager = manager.empty() ? programOf(request.userAgent) : std::string(manager);
    if (!causes.empty())
        return std::unexpected(invalidOptions(optionsKind(info.verb), std::move(causes)));
    return context;
}

std::expected<Json, api::Status> ResourceRequest::body(WriteContext& context, api::JsonArena& arena) const {
    const std::string_view type = std::string_view(request.contentType).substr(0, request.contentType.find(';'));
    if (resource.custom != nullptr && type == api::protobufContentType)
        return std::unexpected(api::unsupportedMediaType("application/json, application/yaml"));
    auto decoded = decodeIn(arena, request.body, request.contentType);
    if (decoded && context.validation != api::FieldValidation::ignore) {
        api::findDuplicates(request.body, request.contentType, context.findings);
        context.body = request.body;
    }
    return decoded;
}

Answer createOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    api::JsonArena arena;
    auto body = r.body(*context, arena);
    if (!body)
        return replyWith(body.error());
    const auto made = r.registry.create(r.resource, r.info.ns, std::move(*body), *context);
    return made ? replyObject(r, *made, 201, context->warnings) : replyWith(made.error());
}

Answer replaceOne(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    api::JsonArena arena;
    auto body = r.body(*context, arena);
    if (!body)
        return replyWith(body.error());
    auto object = r.registry.accept(r.resource, std::move(*body), *context);
    if (!object)
        return replyWith(object.error());
    if (stringAt(*object, {"metadata", "name"}).empty())
        return replyWith(
            api::invalid(r.resource, r.info.name, {api::requiredValue("metadata.name", "name is required")}));
    // Asked before whether there is such an object: who names two is told so, and not that one of them is missing.
    if (const std::string_view named = stringAt(*object, {"metadata", "name"}); named != r.info.name)
        return replyWith(api::badRequest(
            std::format("the name of the object ({}) does not match the name on the URL ({})", named, r.info.name)));
    const bool versioned = !stringAt(*object, {"metadata", "resourceVersion"}).empty();
    const auto written = r.registry.update(
        r.resource, r.info.ns, r.info.name, r.info.subresource,
        [&](const JsonObject&) -> Outcome<JsonObject> {
            if (!versioned && needsVersion(r.resource))
                return std::unexpected(api::invalid(
                    r.resource, r.info.name,
                    {api::invalidValue("metadata.resourceVersion", Json(0), "must be specified for an update")}));
            return *object;
        },
        *context);
    if (written)
        return replyObject(r, *written, 200, context->warnings);
    if (written.error().code == 404 && r.info.subresource.empty() && makesOnUpdate(r.resource) && !versioned) {
        const auto made = r.registry.create(r.resource, r.info.ns, std::move(*object), *context);
        return made ? replyObject(r, *made, 201, context->warnings) : replyWith(made.error());
    }
    return replyWith(written.error());
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
    if (!deleted->gone || returnsDeleted(r.resource))
        return replyObject(r, deleted->object, 200);
    return replyWith(deletedStatus(r, storedObject(deleted->object)));
}

Answer deleteAll(const ResourceRequest& r) {
    auto context = r.writeContext();
    if (!context)
        return replyWith(context.error());
    const auto options = readDeletion(r, *context);
    const auto selection = selectionOf(r);
    if (!options || !selection)
        return replyWith(!options ? options.error() : selection.error());
    const auto page = readPage(r, *selection);
    if (!page)
        return replyWith(page.error());
    for (const CachedObject& object : page->objects) {
        const auto deleted =
            r.registry.remove(r.resource, object.attributes->ns, object.attributes->name, *options, *context);
        if (!deleted && deleted.error().code != 404)
            return replyWith(deleted.error());
    }
    auto bytes = listBytes(r, *page, listMetadata(*page, false));
    return bytes ? Reply{200, std::move(*bytes), "application/json", {}} : replyWith(bytes.error());
}

} // namespace slipway::apiserver
