#include "cluster/api/apply/managed_fields.h"

#include "cluster/api/apply/typed_value.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::api::apply {
namespace {

constexpr std::size_t mostUpdateEntries = 10; // older ones are put together
constexpr std::string_view ancient = "ancient-changes";

const FieldSet& statusField() {
    static const FieldSet set = [] {
        FieldSet made;
        made.insert({PathElement::member("status")});
        return made;
    }();
    return set;
}

/// A single empty entry, or an empty list, asks for everything to be forgotten.
bool isReset(const JsonObject& object) {
    const Json* list = find(object, {"metadata", "managedFields"});
    if (list == nullptr || !list->is_array())
        return false;
    const JsonArray& entries = list->get_array();
    return entries.size() == 1 && entries[0].is_object() && entries[0].get_object().empty();
}

/// Joins the oldest entries of plain writes when there are too many.
void cap(Entries& entries) {
    const auto updates = [&] { return std::ranges::count_if(entries, [](const Entry& e) { return !e.applied(); }); };
    while (static_cast<std::size_t>(updates()) > mostUpdateEntries) {
        std::ranges::stable_sort(entries, {}, &Entry::time);
        const auto oldest =
            std::ranges::find_if(entries, [](const Entry& e) { return !e.applied() && e.manager != ancient; });
        if (oldest == entries.end())
            return;
        Entry joined = std::move(*oldest);
        entries.erase(oldest);
        joined.manager = ancient;
        const auto bucket = std::ranges::find_if(
            entries, [&](const Entry& e) { return e.manager == ancient && e.apiVersion == joined.apiVersion; });
        if (bucket == entries.end()) {
            joined.subresource.clear();
            entries.insert(entries.begin(), std::move(joined));
        } else {
            bucket->fields.unite(joined.fields);
            bucket->time = joined.time;
        }
    }
}

JsonObject entryObject(const Entry& entry, JsonObject fields) {
    JsonObject item{{"manager", entry.manager}, {"operation", entry.operation}, {"apiVersion", entry.apiVersion}};
    if (!entry.time.empty())
        item["time"] = entry.time;
    item["fieldsType"] = "FieldsV1";
    item["fieldsV1"] = std::move(fields);
    if (!entry.subresource.empty())
        item["subresource"] = entry.subresource;
    return item;
}

void dropEmpty(Entries& entries) {
    std::erase_if(entries, [](const Entry& entry) { return entry.fields.empty(); });
}

} // namespace

const FieldSet& serverFields() {
    static const FieldSet set = [] {
        FieldSet made;
        for (const char* name : {"apiVersion", "kind", "metadata"})
            made.insert({PathElement::member(name)});
        for (const char* name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName",
                                 "generation", "managedFields", "resourceVersion"})
            made.insert({PathElement::member("metadata"), PathElement::member(name)});
        return made;
    }();
    return set;
}

bool Entry::isOf(const Writer& writer, std::string_view how) const {
    return manager == writer.manager && operation == how && subresource == writer.subresource &&
           (applied() || apiVersion == writer.apiVersion);
}

Entries readEntries(const JsonObject& object) {
    Entries entries;
    const Json* list = find(object, {"metadata", "managedFields"});
    if (list == nullptr || !list->is_array())
        return entries;
    for (const Json& item : list->get_array()) {
        const Json* fields = api::find(item, {"fieldsV1"});
        if (stringAt(item, {"fieldsType"}) != "FieldsV1" || fields == nullptr || !fields->is_object())
            continue;
        entries.push_back({std::string(stringAt(item, {"manager"})), std::string(stringAt(item, {"operation"})),
                           std::string(stringAt(item, {"apiVersion"})), std::string(stringAt(item, {"subresource"})),
                           std::string(stringAt(item, {"time"})), FieldSet::fromJson(fields->get_object())});
    }
    return entries;
}

void writeEntries(JsonObject& object, Entries entries) {
    dropEmpty(entries);
    JsonObject& metadata = objectAt(object, {"metadata"});
    if (entries.empty()) {
        metadata.erase("managedFields");
        return;
    }
    std::ranges::stable_sort(entries, [](const Entry& a, const Entry& b) {
        if (a.applied() != b.applied())
            return a.applied();
        if (a.time != b.time)
            return a.time < b.time;
        if (a.manager != b.manager)
            return a.manager < b.manager;
        return a.subresource < b.subresource;
    });
    JsonArray list;
    for (const Entry& entry : entries)
        list.push_back(entryObject(entry, entry.fields.toJson()));
    metadata["managedFields"] = std::move(list);
}

std::vector<StatusCause> validateEntries(const JsonObject& object) {
    std::vector<StatusCause> causes;
    const Json* list = find(object, {"metadata", "managedFields"});
    if (list == nullptr || !list->is_array() || isReset(object))
        return causes;
    for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        const Json& item = list->get_array()[i];
        const std::string path = std::format("metadata.managedFields[{}]", i);
        const std::string_view operation = stringAt(item, {"operation"}), type = stringAt(item, {"fieldsType"});
        if (operation != "Apply" && operation != "Update")
            causes.push_back(invalidValue(path + ".operation", Json(operation), "must be `Apply` or `Update`"));
        if (!type.empty() && type != "FieldsV1")
            causes.push_back(invalidValue(path + ".fieldsType", Json(type), "must be `FieldsV1`"));
        if (stringAt(item, {"manager"}).size() > 128)
            causes.push_back({"FieldValueTooLong", "Too long: may not be more than 128 bytes", path + ".manager"});
    }
    return causes;
}

/// An object that is made by one writer, who owns all of it.
static void recordCreation(const Resource& resource, JsonObject& after, const Writer& writer) {
    const bool ownStatus = !writer.subresource.empty() || resource.subresource("status") == nullptr;
    JsonObject fields = newFields(after, MergeSchema::of(resource), serverFields(), ownStatus ? "" : "status");
    if (fields.empty())
        return;
    const Entry own{writer.manager, "Update", writer.apiVersion, writer.subresource, writer.now, {}};
    objectAt(after, {"metadata"})["managedFields"] = JsonArray{entryObject(own, std::move(fields))};
}

void recordUpdate(const Resource& resource, const JsonObject& before, JsonObject& after, const Writer& writer) {
    const bool made = before.empty();
    if (made && find(after, {"metadata", "managedFields"}) == nullptr) {
        recordCreation(resource, after, writer);
        return;
    }
    const bool reset = writer.subresource.empty() && isReset(after);
    Entries entries;
    if (writer.subresource.empty() && !reset)
        entries = readEntries(after);
    if (entries.empty() && !reset)
        entries = readEntries(before);
    if (entries.empty() && !made) {
        // Nobody's writes were recorded so far, or all were to be forgotten: only applying begins to.
        objectAt(after, {"metadata"}).erase("managedFields");
        return;
    }
    // That managedFields themselves differ shows as one field, which nobody owns.
    Comparison changes = compare(before, after, MergeSchema::of(resource));
    if (!changes.same()) {
        FieldSet written = std::move(changes.added);
        written.unite(changes.modified);
        written = written.minus(serverFields());
        if (writer.subresource.empty() && resource.subresource("status") != nullptr)
            written = written.minusDeep(statusField()); // which only its subresource writes
        FieldSet lost;                                  // by those who had written before
        if (!entries.empty()) {
            lost = written;
            lost.unite(changes.removed);
        }
        Entry own{writer.manager, "Update", writer.apiVersion, writer.subresource, writer.now, std::move(written)};
        bool present = false;
        for (Entry& entry : entries) {
            if (entry.isOf(writer, "Update")) {
                entry.fields = entry.fields.minus(changes.removed);
                if (!own.fields.empty()) {
                    entry.fields.unite(own.fields);
                    entry.time = writer.now;
                }
                present = true;
            } else {
                entry.fields = entry.fields.minus(lost);
            }
        }
        if (!present && !own.fields.empty())
            entries.push_back(std::move(own));
        dropEmpty(entries);
        cap(entries);
    }
    writeEntries(after, std::move(entries));
}

void recordApply(const JsonObject& before, JsonObject& after, Entries entries, const Writer& writer) {
    const Entries old = readEntries(before);
    for (Entry& entry : entries) {
        const auto same = std::ranges::find_if(old, [&](const Entry& other) {
            return other.manager == entry.manager && other.operation == entry.operation &&
                   other.subresource == entry.subresource && other.apiVersion == entry.apiVersion;
        });
        const bool own = entry.isOf(writer, "Apply");
        if (same != old.end() && (!own || same->fields == entry.fields))
            entry.time = same->time;
        else if (own || entry.time.empty())
            entry.time = writer.now;
    }
    cap(entries);
    writeEntries(after, std::move(entries));
}

} // namespace slipway::api::apply
