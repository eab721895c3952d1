#pragma once

#include "cluster/api/conversion.h"
#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/custom/json_path.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::api::custom {

/// Where a custom resource keeps what its scale subresource shows.
struct ScalePaths {
    std::vector<std::string> specReplicas, statusReplicas, labelSelector; ///< members on the way; the last may be empty
};

/// One version of a custom resource: what api::Resource cannot say.
struct Version {
    Schema schema;
    JsonObject openApi; ///< the schema as it was written, for publishing
    std::optional<ScalePaths> scale;
    std::vector<std::pair<std::string, JsonPath>> columns; ///< type and path, without the name's column
    std::vector<std::string> selectable;                   ///< "spec.color"
    std::string storageVersion, listKind;
    std::shared_ptr<const Converter> converter; ///< null: versions differ in their apiVersion alone
    std::string deprecationWarning;             ///< empty: the version is not deprecated
    bool terminating = false;                   ///< the definition is being deleted: nothing new may be made
};

/// A CustomResourceDefinition, read once into what the engine works with. Immutable; thread-safe.
class Definition {
public:
    /// @p crd: an accepted definition. Its names are those of status.acceptedNames where they are set.
    /// @p converter: of its objects, null where there is none.
    explicit Definition(JsonObject crd, std::shared_ptr<const Converter> converter = nullptr);
    Definition(const Definition&) = delete;
    Definition& operator=(const Definition&) = delete;

    std::string_view name() const;
    std::string_view uid() const;
    bool established() const { return established_; }
    bool terminating() const { return terminating_; }
    const JsonObject& object() const { return crd_; }

    /// The resources served, one a version, in the order of Kubernetes' version priority (v2, v1, v1beta1).
    /// They live as long as the definition.
    std::vector<const Resource*> served() const;
    /// The resource of the version objects are stored in; null for a definition without one.
    const Resource* stored() const { return stored_; }

private:
    /// One version with all its Resource points into.
    struct Part {
        std::string fullName;
        Version version;
        Type type;
        std::vector<Subresource> subresources;
        std::vector<std::string_view> shortNames, categories;
        std::vector<Column> columns;
        Resource resource;
        bool served = false;
    };
    void readVersion(const JsonObject& names, const JsonObject& version);
    static void readColumns(const JsonObject& version, Part& part);
    static void readSubresources(const JsonObject& version, Part& part);

    const JsonObject crd_; ///< the views of the resources point into it
    bool established_ = false, terminating_ = false;
    std::string storageVersion_;
    std::shared_ptr<const Converter> converter_;
    std::vector<std::unique_ptr<Part>> parts_;
    const Resource* stored_ = nullptr;
};

/// Whether version @p a comes before @p b: general ones before beta, beta before alpha, higher numbers first.
bool versionBefore(std::string_view a, std::string_view b);

/// Reads an object a client sent as one of a custom resource: metadata as everywhere, members that are not in the
/// schema pruned, defaults filled in. Errors: 400 as for built-in kinds.
/// @p unknownPaths, when not null, is given the members dropped.
std::expected<JsonObject, Status> acceptObject(const Resource& resource, JsonObject object,
                                               std::vector<std::string>* unknownPaths);

/// The findings on a custom object: metadata, the schema, and its rules. @p before: the object it was, null for a new
/// one. @p warnings (when not null) are given what rules say of values that did not change.
std::vector<StatusCause> validateObject(const Resource& resource, const JsonObject& object, const JsonObject* before,
                                        std::vector<std::string>* warnings);

/// Prunes and fills in defaults, as is done when an object is read that was stored under another schema.
/// Returns whether anything was changed.
bool normalise(const Resource& resource, JsonObject& object);

/// The cells of the server-side table.
JsonArray cells(const Resource& resource, const JsonObject& object);

} // namespace slipway::api::custom
