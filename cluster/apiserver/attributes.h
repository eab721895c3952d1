#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/selectors.h"
#include "cluster/api/status.h"

#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::apiserver {

/// What selectors and paths need of an object, taken out once when it is written.
struct Attributes {
    std::string ns, name;
    std::map<std::string, std::string> labels;
    std::vector<std::pair<std::string_view, std::string>> fields; ///< selectable; not what an absent one says too
    std::shared_ptr<const void> owner; ///< of the fields' names, when the resource is not a built-in one

    static Attributes of(const api::Resource& resource, const api::JsonObject& object);
};

/// The dotted paths a resource can be selected by, beside metadata.name and metadata.namespace.
std::vector<std::string_view> selectableFields(const api::Resource& resource);

/// A request's selection: namespace, name, labels and fields.
struct Selection {
    std::string ns, name;
    api::LabelMatcher labels;
    api::FieldMatcher fields;

    bool matches(const Attributes& attributes) const;

    /// Errors: 400 with Kubernetes' wording for selectors that cannot be read or fields that cannot be selected.
    static std::expected<Selection, api::Status> parse(const api::Resource& resource, std::string ns, std::string name,
                                                       std::string_view labelSelector, std::string_view fieldSelector);
};

} // namespace slipway::apiserver
