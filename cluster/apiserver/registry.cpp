#include "cluster/apiserver/registry.h"

#include "cluster/api/conversion.h"
#include "cluster/api/custom/definition.h"
#include "cluster/api/defaults.h"
#include "cluster/api/json_equal.h"
#include "cluster/api/validation.h"
#include "cluster/apiserver/custom/definition_strategy.h"
#include "cluster/apiserver/representation.h"
#include "cluster/apiserver/strategy.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <iterator>
#include <utility>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

constexpr int namesTried = 8;                       // of an object that leaves its name to the server
constexpr int mostOutpaced = 50, mostRepeated = 10; // a write by other servers, or other writers

store::Origin originOf(const WriteContext& context) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {context.user.name, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

api::Status storeFailure(const store::Error& error) {
    if (error.kind == store::Errc::closed)
        return api::unavailable("the server is shutting down");
    return api::internalError(error.message);
}

api::apply::Writer writerOf(const api::Resource& resource, std::string_view subresource, const WriteContext& context) {
    return {context.fieldManager, api::apiVersionOf(resource), std::string(subresource), base::nowRfc3339()};
}

/// Metadata only the server writes stays as it is.
void keepSystemMetadata(const JsonObject& before, JsonObject& after) {
    JsonObject& to = objectAt(after, {"metadata"});
    const Json* from = before.if_contains("metadata");
    for (std::string_view name : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
                                  "deletionGracePeriodSeconds", "generation", "generateName"}) {
        const Json* value = from->get_object().if_contains(name);
        if (value != nullptr)
            to[name] = *value;
        else
            to.erase(name);
    }
    to.erase("selfLink");
}

std::string_view textOf(const JsonObject& object, std::string_view member) {
    return stringAt(object, {"metadata", member});
}

/// Refuses an update that was made for another version or another object of the same name.
std::optional<api::Status> preconditionFailure(const api::Resource& resource, const CachedObject& current,
                                               const JsonObject& before, const JsonObject& after) {
    const std::string_view version = textOf(after, "resourceVersion"), uid = textOf(after, "uid");
    const std::string_view name = textOf(before, "name");
    if (!version.empty() && version != "0" && version != std::to_string(current.revision))
        return api::modifiedConflict(resource, name);
    if (!uid.empty() && uid != textOf(before, "uid"))
        return api::conflict(
            resource, name,
            std::format("StorageError: invalid object, Code: 4, Key: {}, ResourceVersion: 0, AdditionalErrorMsg: "
                        "Precondition failed: UID in precondition: {}, UID in object meta: {}",
                        name, uid, textOf(before, "uid")));
    return {};
}

std::vector<api::StatusCause> validateNew(const api::Resource& resource, const JsonObject& object) {
    auto causes = resource.custom != nullptr ? api::custom::validateObject(resource, object, nullptr, nullptr)
                                             : api::validateCreate(resource, object);
    if (isDefinition(resource))
        std::ranges::move(api::custom::validateDefinition(object), std::back_inserter(causes));
    std::ranges::move(api::apply::validateEntries(object), std::back_inserter(causes));
    return causes;
}

std::vector<api::StatusCause> validateChanged(const api::Resource& resource, const JsonObject& before,
                                              const JsonObject& after, std::string_view subresource,
                                              std::vector<std::string>& warnings) {
    auto causes = resource.custom != nullptr ? api::custom::validateObject(resource, after, &before, &warnings)
                                             : api::validateUpdate(resource, before, after, subresource);
    if (isDefinition(resource) && subresource.empty())
        std::ranges::move(api::custom::validateDefinitionUpdate(before, after), std::back_inserter(causes));
    std::ranges::move(api::apply::validateEntries(after), std::back_inserter(causes));
    return causes;
}

} // namespace

Registry::Registry(store::Store& store, WatchCache& cache, Admission& admission)
    : store_(store), cache_(cache), admission_(admission), versionMark_("slipway-version-" + base::newUuid()) {}

Outcome<CachedObject> Registry::get(const api::Resource& resource, std::string_view ns, std::string_view name) const {
    auto found = cache_.of(resource).get(WatchCache::key(resource, ns, name));
    if (!found)
        return std::unexpected(api::notFound(resource, name));
    return std::move(*found);
}

std::optional<api::Status> Registry::settle(const api::Resource& resource, WriteContext& context) const {
    auto refusal = api::settleFindings(context.findings, resource.version, resource.kind, context.validation,
                                       context.body, context.warnings);
    context.findings = {};
    return refusal;
}

Outcome<JsonObject> Registry::accept(const api::Resource& resource, Json object, WriteContext& context) const {
    if (!object.is_object())
        return std::unexpected(api::badRequest("the body of the request is not an object"));
    const std::string wanted = api::apiVersionOf(resource);
    const std::string kind(stringAt(object, {"kind"})), version(stringAt(object, {"apiVersion"}));
    if ((!kind.empty() && kind != resource.kind) || (!version.empty() && version != wanted))
        return std::unexpected(api::badRequest(std::format(
            "{} in version \"{}\" cannot be handled as a {}: the object provided is unrecognized (must be of type {}): "
            "expected {}, Kind={}",
            kind, version, resource.kind, resource.kind, wanted, resource.kind)));
    auto* unknown = context.validation == api::FieldValidation::ignore ? nullptr : &context.findings.unknown;
    auto checked = resource.custom != nullptr
                       ? api::custom::acceptObject(resource, std::move(object.get_object()), unknown)
                       : api::checkMembers(*resource.type, resource.version, resource.kind, std::move(object), unknown);
    if (!checked)
        return checked;
    if (auto refusal = settle(resource, context))
        return std::unexpected(std::move(*refusal));
    (*checked)["apiVersion"] = wanted;
    (*checked)["kind"] = resource.kind;
    if (resource.custom == nullptr)
        api::applyDefaults(resource, *checked);
    if (isDefinition(resource))
        api::custom::applyDefinitionDefaults(*checked);
    return checked;
}

store::Operation Registry::putOperation(const api::Resource& resource, const std::string& key, JsonObject object,
                                        store::Revision expected) const {
    objectAt(object, {"metadata"})["resourceVersion"] = versionMark_;
    store::Operation operation;
    operation.key = key;
    if (resource.custom == nullptr) // the cache reads those of custom resources by their present schema
        operation.note = std::make_shared<const Attributes>(Attributes::of(resource, object));
    std::string bytes = api::printObject(object);
    operation.revisionAt = bytes.find(versionMark_);
    bytes.erase(operation.revisionAt, versionMark_.size());
    operation.value = std::move(bytes);
    operation.expected = expected;
    return operation;
}

store::Operation Registry::companionOperation(Admission::Companion companion) const {
    const std::string key = WatchCache::key(companion.resource, {}, companion.name);
    if (!companion.object) {
        store::Operation gone;
        gone.key = key;
        return gone;
    }
    (*companion.object)["apiVersion"] = api::apiVersionOf(companion.resource);
    (*companion.object)["kind"] = companion.resource.kind;
    JsonObject& metadata = objectAt(*companion.object, {"metadata"});
    metadata["uid"] = base::newUuid();
    metadata["creationTimestamp"] = base::nowRfc3339();
    return putOperation(companion.resource, key, std::move(*companion.object), store::Operation::any);
}

Outcome<CachedObject> Registry::put(const api::Resource& resource, const std::string& key, JsonObject object,
                                    store::Revision expected, const WriteContext& context, bool& outpaced,
                                    const Admission::Turn& turn, std::vector<Admission::Companion> companions) {
    JsonObject& metadata = objectAt(object, {"metadata"});
    if (context.dryRun) {
        metadata.erase("resourceVersion");
        if (expected != store::Operation::absent)
            metadata["resourceVersion"] = std::to_string(expected);
        if (auto stored = api::convertToStored(resource, object); !stored)
            return std::unexpected(std::move(stored.error()));
        return CachedObject{std::make_shared<const std::string>(api::printObject(object)), expected,
                            std::make_shared<Attributes>(Attributes::of(resource, object))};
    }
    const std::string name(textOf(object, "name"));
    std::vector<store::Operation> operations;
    if (auto stored = api::convertToStored(resource, object); !stored)
        return std::unexpected(std::move(stored.error()));
    operations.push_back(putOperation(resource, key, std::move(object), expected));
    for (Admission::Companion& companion : companions)
        operations.push_back(companionOperation(std::move(companion)));
    const std::size_t own = operations.size();
    turn.addTo(operations);
    std::string bytes = *operations[0].value;
    const std::size_t versionAt = operations[0].revisionAt;
    auto revision = store_.commit(std::move(operations), originOf(context));
    if (!revision) {
        if (revision.error().kind != store::Errc::conflict)
            return std::unexpected(storeFailure(revision.error()));
        outpaced = revision.error().operation >= own;
        return std::unexpected(expected == store::Operation::absent ? api::alreadyExists(resource, name)
                                                                    : api::modifiedConflict(resource, name));
    }
    bytes.insert(versionAt, std::to_string(*revision)); // what the store did with its copy
    return CachedObject{std::make_shared<const std::string>(std::move(bytes)), *revision, nullptr};
}

Outcome<CachedObject> Registry::create(const api::Resource& resource, std::string_view ns, Json body,
                                       WriteContext& context) {
    auto object = accept(resource, std::move(body), context);
    if (!object)
        return std::unexpected(std::move(object.error()));
    const bool generated = textOf(*object, "name").empty() && !textOf(*object, "generateName").empty();
    if (!generated && !store_.isShared()) {
        bool outpaced = false;
        return make(resource, ns, std::move(*object), context, outpaced);
    }
    const auto applied = context.applied;
    for (int attempt = 1;; ++attempt) { // a name made up may be taken: another one is tried
        bool outpaced = false;
        context.applied = applied;
        auto made = make(resource, ns, *object, context, outpaced);
        const bool again = outpaced || (generated && !made && made.error().reason == "AlreadyExists");
        if (!again || attempt == (outpaced ? mostOutpaced : namesTried))
            return made;
        if (outpaced)
            (void)store_.catchUp();
    }
}

Outcome<CachedObject> Registry::make(const api::Resource& resource, std::string_view ns, JsonObject object,
                                     WriteContext& context, bool& outpaced) {
    if (auto refusal = prepareForCreate(resource, ns, context.user, object))
        return std::unexpected(std::move(*refusal));
    if (isDefinition(resource))
        prepareDefinition(object);
    Admission::Turn turn(cache_, store_.isShared());
    admission::Request request{
        admission::Operation::create, resource, {}, context.user, context.dryRun, nullptr, object, context.warnings};
    request.annotations = context.annotations;
    request.accept = [&](Json changed) { return accept(resource, std::move(changed), context); };
    if (auto refusal = admission_.mutate(request, turn))
        return std::unexpected(std::move(*refusal));
    if (auto causes = validateNew(resource, object); !causes.empty())
        return std::unexpected(api::invalid(resource, textOf(object, "name"), std::move(causes)));
    if (auto refusal = admission_.validate(request, turn))
        return std::unexpected(std::move(*refusal));
    if (context.applied)
        api::apply::recordApply({}, object, *std::exchange(context.applied, std::nullopt),
                                writerOf(resource, {}, context));
    else if (!context.fieldManager.empty())
        api::apply::recordUpdate(resource, {}, object, writerOf(resource, {}, context));
    const std::string key = WatchCache::key(resource, textOf(object, "namespace"), textOf(object, "name"));
    if (cache_.of(resource).get(key))
        return std::unexpected(api::alreadyExists(resource, textOf(object, "name")));
    auto companions = admission_.companions(request);
    return put(resource, key, std::move(object), store::Operation::absent, context, outpaced, turn,
               std::move(companions));
}

Outcome<void> Registry::createFresh(std::vector<Fresh> objects, WriteContext& context) {
    std::vector<store::Operation> operations;
    for (Fresh& fresh : objects) {
        auto object = accept(fresh.resource, std::move(fresh.object), context);
        if (!object)
            return std::unexpected(std::move(object.error()));
        if (auto refusal = prepareForCreate(fresh.resource, fresh.ns, context.user, *object))
            return std::unexpected(std::move(*refusal));
        if (auto causes = api::validateCreate(fresh.resource, *object); !causes.empty())
            return std::unexpected(api::invalid(fresh.resource, textOf(*object, "name"), std::move(causes)));
        const std::string key = WatchCache::key(fresh.resource, fresh.ns, textOf(*object, "name"));
        if (auto stored = api::convertToStored(fresh.resource, *object); !stored)
            return std::unexpected(std::move(stored.error()));
        operations.push_back(putOperation(fresh.resource, key, std::move(*object), store::Operation::absent));
    }
    if (operations.empty())
        return {};
    if (const auto revision = store_.commit(std::move(operations), originOf(context)); !revision)
        return std::unexpected(revision.error().kind == store::Errc::conflict
                                   ? api::conflict(objects.front().resource, "", revision.error().message)
                                   : storeFailure(revision.error()));
    return {};
}

Outcome<CachedObject> Registry::tryUpdate(const api::Resource& resource, const std::string& key,
                                          const CachedObject& found, std::string_view subresource, const Change& change,
                                          WriteContext& context, bool& again) {
    api::JsonArena arena;
    const auto shown = objectIn(resource, found, arena);
    if (!shown)
        return std::unexpected(shown.error());
    const JsonObject& before = *shown;
    auto after = change(before);
    if (!after)
        return std::unexpected(std::move(after.error()));
    const bool conditional = !textOf(*after, "resourceVersion").empty();
    if (textOf(*after, "name") != textOf(before, "name") && !textOf(*after, "name").empty())
        return std::unexpected(
            api::badRequest(std::format("the name of the object ({}) does not match the name on the URL ({})",
                                        textOf(*after, "name"), textOf(before, "name"))));
    if (const std::string_view ns = textOf(*after, "namespace"); !ns.empty() && ns != textOf(before, "namespace"))
        return std::unexpected(
            api::badRequest("the namespace of the provided object does not match the namespace sent on the request"));
    if (auto refusal = preconditionFailure(resource, found, before, *after))
        return std::unexpected(std::move(*refusal));
    keepSystemMetadata(before, *after);
    if (auto refusal = prepareForUpdate(resource, subresource, before, *after))
        return std::unexpected(std::move(*refusal));
    if (isDefinition(resource) && subresource.empty())
        prepareDefinition(*after);
    Admission::Turn turn(cache_, store_.isShared());
    admission::Request request{admission::Operation::update,
                               resource,
                               subresource,
                               context.user,
                               context.dryRun,
                               &before,
                               *after,
                               context.warnings};
    request.annotations = context.annotations;
    request.accept = [&](Json changed) { return accept(resource, std::move(changed), context); };
    if (auto refusal = admission_.mutate(request, turn))
        return std::unexpected(std::move(*refusal));
    objectAt(*after, {"metadata"})["resourceVersion"] = std::to_string(found.revision);
    if (auto causes = validateChanged(resource, before, *after, subresource, context.warnings); !causes.empty())
        return std::unexpected(api::invalid(resource, textOf(before, "name"), std::move(causes)));
    if (auto refusal = admission_.validate(request, turn))
        return std::unexpected(std::move(*refusal));
    if (context.applied)
        api::apply::recordApply(before, *after, *std::exchange(context.applied, std::nullopt),
                                writerOf(resource, subresource, context));
    else if (!context.fieldManager.empty() && subresource != "binding") // a pod's node is nobody's field
        api::apply::recordUpdate(resource, before, *after, writerOf(resource, subresource, context));
    if (api::sameJson(*after, before))
        return found; // nothing changed: nothing is written, as Kubernetes does
    if (isFinished(resource, *after)) {
        request.operation = admission::Operation::remove;
        auto gone = erase(resource, key, found, context, again, turn, admission_.companions(request));
        if (!gone)
            return std::unexpected(std::move(gone.error()));
        return gone->object;
    }
    auto companions = admission_.companions(request);
    auto written = put(resource, key, std::move(*after), found.revision, context, again, turn, std::move(companions));
    again = again || (!written && written.error().reason == "Conflict" && !conditional);
    return written;
}

Outcome<CachedObject> Registry::update(const api::Resource& resource, std::string_view ns, std::string_view name,
                                       std::string_view subresource, const Change& change, WriteContext& context) {
    const std::string key = WatchCache::key(resource, ns, name);
    for (int attempt = 0;; ++attempt) {
        const auto found = cache_.of(resource).get(key);
        if (!found)
            return std::unexpected(api::notFound(resource, name));
        bool again = false;
        const auto applied = context.applied;
        auto result = tryUpdate(resource, key, *found, subresource, change, context, again);
        if (!again || attempt == (store_.isShared() ? mostOutpaced : mostRepeated))
            return result;
        context.applied = applied;
        (void)store_.catchUp();
    }
}

Outcome<Registry::Deleted> Registry::erase(const api::Resource& resource, const std::string& key,
                                           const CachedObject& current, const WriteContext& context, bool& outpaced,
                                           const Admission::Turn& turn, std::vector<Admission::Companion> companions) {
    if (context.dryRun)
        return Deleted{current, true};
    std::vector<store::Operation> operations(1);
    operations[0].key = key;
    operations[0].expected = current.revision;
    for (Admission::Companion& companion : companions)
        operations.push_back(companionOperation(std::move(companion)));
    const std::size_t own = operations.size();
    turn.addTo(operations);
    const auto revision = store_.commit(std::move(operations), originOf(context));
    outpaced = !revision && revision.error().kind == store::Errc::conflict && revision.error().operation >= own;
    if (!revision)
        return std::unexpected(revision.error().kind == store::Errc::conflict
                                   ? api::modifiedConflict(resource, current.attributes ? current.attributes->name : "")
                                   : storeFailure(revision.error()));
    return Deleted{current, true};
}

Outcome<Registry::Deleted> Registry::remove(const api::Resource& resource, std::string_view ns, std::string_view name,
                                            const Deletion& options, WriteContext& context) {
    const std::string key = WatchCache::key(resource, ns, name);
    for (int attempt = 0;; ++attempt) {
        const auto found = cache_.of(resource).get(key);
        if (!found)
            return std::unexpected(api::notFound(resource, name));
        bool outpaced = false;
        api::JsonArena arena;
        auto shown = objectIn(resource, *found, arena);
        if (!shown)
            return std::unexpected(std::move(shown.error()));
        JsonObject& object = *shown;
        if (!options.uid.empty() && options.uid != textOf(object, "uid"))
            return std::unexpected(
                api::conflict(resource, name,
                              std::format("the UID in the precondition ({}) does not match the UID in record ({}). The "
                                          "object might have been deleted and then recreated",
                                          options.uid, textOf(object, "uid"))));
        if (!options.resourceVersion.empty() && options.resourceVersion != std::to_string(found->revision))
            return std::unexpected(
                api::conflict(resource, name,
                              std::format("the ResourceVersion in the precondition ({}) does not match the "
                                          "ResourceVersion in record ({}). The object might have been modified",
                                          options.resourceVersion, found->revision)));
        admission::Request request{admission::Operation::remove,
                                   resource,
                                   {},
                                   context.user,
                                   context.dryRun,
                                   &object,
                                   object,
                                   context.warnings};
        request.annotations = context.annotations;
        Admission::Turn turn(cache_, store_.isShared());
        if (auto refusal = admission_.mutate(request, turn))
            return std::unexpected(std::move(*refusal));
        if (auto refusal = admission_.validate(request, turn))
            return std::unexpected(std::move(*refusal));
        const bool marked = api::find(object, {"metadata", "deletionTimestamp"}) != nullptr;
        const JsonObject before = marked ? object : JsonObject(); // which a deletion may leave as it is
        markForDeletion(resource, object, options.gracePeriodSeconds, options.propagationPolicy);
        if (isDefinition(resource))
            markDefinitionForDeletion(object);
        if (isFinished(resource, object)) {
            auto gone = erase(resource, key, *found, context, outpaced, turn, admission_.companions(request));
            if (gone || gone.error().reason != "Conflict" || attempt == mostRepeated)
                return gone;
            (void)store_.catchUp();
            continue;
        }
        if (marked && api::sameJson(object, before))
            return Deleted{*found, false}; // already being deleted
        auto written = put(resource, key, std::move(object), found->revision, context, outpaced, turn);
        if (written)
            return Deleted{*written, false};
        if (written.error().reason != "Conflict" || attempt == mostRepeated)
            return std::unexpected(std::move(written.error()));
        (void)store_.catchUp();
    }
}

} // namespace slipway::apiserver
