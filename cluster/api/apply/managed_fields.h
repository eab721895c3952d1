#pragma once

#include "cluster/api/apply/field_set.h"
#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// Who wrote what of an object: metadata.managedFields, and server-side apply, which lives by it (KEP-555).
namespace slipway::api::apply {

/// Who writes, in whose name and where.
struct Writer {
    std::string manager;     ///< the fieldManager, or the first part of the client's user agent
    std::string apiVersion;  ///< of the request: "apps/v1"
    std::string subresource; ///< "" or "status", "scale", ...
    std::string now;         ///< RFC 3339, to the second
};

/// One entry: what a manager owns by one way of writing.
struct Entry {
    std::string manager, operation, apiVersion, subresource, time;
    FieldSet fields;

    bool applied() const { return operation == "Apply"; }
    /// Whether an entry of that writer is kept in this one.
    bool isOf(const Writer& writer, std::string_view operation) const;
};
using Entries = std::vector<Entry>;

/// What nobody owns: the server writes it, or it names the object.
const FieldSet& serverFields();

/// Reads metadata.managedFields; entries that cannot be read are passed over.
Entries readEntries(const JsonObject& object);
/// Writes it, in the order Kubernetes gives: applied entries first, then by time.
void writeEntries(JsonObject& object, Entries entries);

/// Why managedFields a client sent cannot be taken, at "metadata.managedFields".
std::vector<StatusCause> validateEntries(const JsonObject& object);

/// Keeps managedFields when an object is made or changed other than by apply. @p before: empty when it is made.
/// @p after: the object as it will be stored, with the managedFields the client sent (which count, except with
/// subresources: a client may correct or reset them).
void recordUpdate(const Resource& resource, const JsonObject& before, JsonObject& after, const Writer& writer);

/// The object that comes of applying a configuration.
struct Applied {
    JsonObject object;
    Entries entries;
};

/// Applies @p config to @p live (empty: the object is to be made). @p kubectl's client-side annotation is taken over as
/// Kubernetes does. Errors: 409 with the conflicts; 500 for a configuration that is not of the schema.
std::expected<Applied, Status> applyConfiguration(const Resource& resource, const JsonObject& live,
                                                  const JsonObject& config, const Writer& writer, bool force);

/// Sets the entries of an applied object that has gone through defaults and admission: what those changed belongs to
/// nobody; times of entries that are as before stay.
void recordApply(const JsonObject& before, JsonObject& after, Entries entries, const Writer& writer);

} // namespace slipway::api::apply
