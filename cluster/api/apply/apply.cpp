#include "cluster/api/apply/managed_fields.h"
#include "cluster/api/apply/typed_value.h"

#include <algorithm>
#include <format>
#include <map>

namespace slipway::api::apply {
namespace {

constexpr std::string_view clientSide = "kubectl.kubernetes.io/last-applied-configuration";

struct Conflict {
    std::string manager; ///< as messages name it
    Path path;
};

std::string named(const Entry& entry) {
    std::string text = printJson(Json(entry.manager));
    if (!entry.subresource.empty())
        text += std::format(" with subresource \"{}\"", entry.subresource);
    return entry.applied() ? text : std::format("{} using {}", text, entry.apiVersion);
}

Status conflictStatus(const std::vector<Conflict>& conflicts) {
    Status status;
    status.code = 409;
    status.reason = "Conflict";
    for (const Conflict& conflict : conflicts)
        status.causes.push_back({"FieldManagerConflict", "conflict with " + conflict.manager, spelled(conflict.path)});
    if (conflicts.size() == 1) {
        status.message = std::format("Apply failed with 1 conflict: conflict with {}: {}", conflicts[0].manager,
                                     spelled(conflicts[0].path));
        return status;
    }
    std::map<std::string, std::vector<std::string>> byManager;
    for (const Conflict& conflict : conflicts)
        byManager[conflict.manager].push_back(spelled(conflict.path));
    status.message = std::format("Apply failed with {} conflicts: ", conflicts.size());
    bool first = true;
    for (const auto& [manager, paths] : byManager) {
        status.message += std::format("{}conflicts with {}:", first ? "" : "\n", manager);
        for (const std::string& path : paths)
            status.message += "\n- " + path;
        first = false;
    }
    return status;
}

/// What applying to the main resource or a subresource leaves alone.
FieldSet ignoredFields(const Resource& resource, const JsonObject& config, const Writer& writer) {
    FieldSet set;
    if (writer.subresource.empty() && resource.subresource("status") != nullptr)
        set.insert({PathElement::member("status")});
    if (writer.subresource == "status")
        for (const auto& member : config)
            if (const std::string_view name = member.key(); name != "status" && name != "metadata")
                set.insert({PathElement::member(name)});
    return set;
}

/// What the client-side apply of the past owned, by its annotation.
FieldSet clientSideFields(const JsonObject& live, const MergeSchema& schema) {
    const auto text = stringAt(live, {"metadata", "annotations", clientSide});
    const auto config = parseJson(text);
    return config && config->is_object() ? fieldsOf(config->get_object(), schema) : FieldSet();
}

/// Removes what a manager applied before and applies no more, unless others own it.
JsonObject prune(const JsonObject& merged, const Entries& entries, const FieldSet& last, const MergeSchema& schema) {
    FieldSet managed;
    for (const Entry& entry : entries)
        managed.unite(entry.fields);
    const FieldSet gone = withStructs(last, schema).minus(withStructs(managed, schema));
    return gone.empty() ? merged : without(merged, gone, schema);
}

std::vector<Conflict> conflictsOf(const Entries& entries, const FieldSet& written, const Writer& writer) {
    std::vector<Conflict> conflicts;
    for (const Entry& entry : entries)
        if (!entry.isOf(writer, "Apply"))
            entry.fields.intersect(written).eachPath(
                [&](const Path& path) { conflicts.push_back({named(entry), path}); });
    return conflicts;
}

/// kubectl may take over what its client-side apply wrote before.
bool mayTakeOver(const std::vector<Conflict>& conflicts, const JsonObject& live, const MergeSchema& schema,
                 const Writer& writer) {
    if (writer.manager != "kubectl")
        return false;
    const FieldSet allowed = clientSideFields(live, schema);
    return std::ranges::all_of(conflicts, [&](const Conflict& conflict) { return allowed.has(conflict.path); });
}

/// Objects that client-side apply made keep its annotation up to date, so that one can go back to it.
void refreshAnnotation(JsonObject& object, const JsonObject& live, JsonObject config, const Writer& writer) {
    if (writer.manager != "kubectl" || stringAt(live, {"metadata", "annotations", clientSide}).empty())
        return;
    JsonObject& metadata = objectAt(config, {"metadata"});
    metadata.erase("managedFields");
    if (Json* annotations = metadata.if_contains("annotations"); annotations != nullptr && annotations->is_object())
        annotations->get_object().erase(clientSide);
    objectAt(object, {"metadata", "annotations"})[clientSide] = printJson(config) + "\n";
}

/// An object nobody's writes were recorded of belongs to "before-first-apply".
Entries entriesBefore(const JsonObject& live, const MergeSchema& schema, const Writer& writer) {
    Entries entries = readEntries(live);
    if (!entries.empty() || live.empty())
        return entries;
    Comparison all = compare({}, live, schema);
    entries.push_back(
        {"before-first-apply", "Update", writer.apiVersion, "", writer.now, all.added.minus(serverFields())});
    return entries;
}

Status notOfSchema(const Resource& resource, const JsonObject& config, const std::vector<std::string>& problems) {
    Status status;
    status.code = 500;
    std::string list;
    if (problems.size() == 1) {
        list = problems.front();
    } else {
        list = "errors:";
        for (const std::string& problem : problems)
            list += "\n  " + problem;
    }
    status.message = std::format("failed to create typed patch object ({}/{}; {}, Kind={}): {}",
                                 stringAt(config, {"metadata", "namespace"}), stringAt(config, {"metadata", "name"}),
                                 stringAt(config, {"apiVersion"}), resource.kind, list);
    return status;
}

} // namespace

std::expected<Applied, Status> applyConfiguration(const Resource& resource, const JsonObject& live,
                                                  const JsonObject& config, const Writer& writer, bool force) {
    if (const Json* given = find(config, {"metadata", "managedFields"});
        given != nullptr && !given->is_null() && !(given->is_array() && given->get_array().empty()))
        return std::unexpected(badRequest("metadata.managedFields must be nil"));
    const MergeSchema schema = MergeSchema::of(resource);
    if (const auto problems = problemsOf(config, schema); !problems.empty())
        return std::unexpected(notOfSchema(resource, config, problems));
    Entries entries = entriesBefore(live, schema, writer);
    JsonObject base = live;
    if (Json* metadata = base.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        metadata->get_object().erase("managedFields");

    FieldSet wanted = fieldsOf(config, schema).minus(serverFields()).minusDeep(ignoredFields(resource, config, writer));
    FieldSet last;
    const auto own = std::ranges::find_if(entries, [&](const Entry& entry) { return entry.isOf(writer, "Apply"); });
    if (own == entries.end()) {
        entries.push_back({writer.manager, "Apply", writer.apiVersion, writer.subresource, writer.now, wanted});
    } else {
        last = std::exchange(own->fields, wanted);
        own->apiVersion = writer.apiVersion;
    }
    JsonObject object = prune(merge(base, config, schema), entries, last, schema);

    const Comparison changes = compare(base, object, schema);
    FieldSet written = changes.added;
    written.unite(changes.modified);
    if (const auto conflicts = conflictsOf(entries, written, writer);
        !conflicts.empty() && !force && !mayTakeOver(conflicts, live, schema, writer))
        return std::unexpected(conflictStatus(conflicts));
    written.unite(changes.removed);
    for (Entry& entry : entries)
        if (!entry.isOf(writer, "Apply"))
            entry.fields = entry.fields.minus(written);
    std::erase_if(entries, [](const Entry& entry) { return entry.fields.empty(); });
    refreshAnnotation(object, live, config, writer);
    return Applied{std::move(object), std::move(entries)};
}

} // namespace slipway::api::apply
