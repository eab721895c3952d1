#pragma once

#include "cluster/api/apply/field_set.h"
#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/schema.h"

#include <optional>
#include <string_view>

namespace slipway::api::apply {

/// How one value is merged: what of its schema server-side apply looks at. The schema of a built-in kind, of a custom
/// resource, or none, in which case the value itself says. A view, cheap to copy; what it looks at must outlive it.
class MergeSchema {
public:
    /// Of an object of a resource as a whole.
    static MergeSchema of(const Resource& resource);

    enum class Form { leaf, members, set, items };
    /// leaf: replaced whole; members: member by member; set: a list of distinct scalars; items: a list by keys.
    Form formOf(const Json& value) const;

    /// The schema of a member; nothing when there is no such member.
    std::optional<MergeSchema> member(std::string_view name) const;
    /// Of the items of a list.
    MergeSchema item() const;
    /// How the path names an item of a list.
    PathElement elementOf(const Json& item, std::size_t index, Form form) const;
    /// Whether members are fields of a type rather than keys of a map: only maps own their keys.
    bool isStruct(std::string_view member) const;
    /// Whether a member is there, as an empty value, in every object of its kind that Kubernetes' own code makes.
    bool alwaysPresent(std::string_view member) const;

    /// The JSON type expected, for messages; empty: any.
    std::string_view expected() const;

private:
    enum class Source { deduced, type, field, item, custom, root };
    Source source_ = Source::deduced;
    const Type* type_ = nullptr;
    const Field* field_ = nullptr;
    const custom::Schema* custom_ = nullptr;

    static MergeSchema deduced() { return {}; }
    static MergeSchema ofType(const Type& type);
    static MergeSchema ofField(const Field& field, Source source);
    static MergeSchema ofCustom(const custom::Schema& schema, Source source);
    Form formOfField(const Json& value) const;
    Form formOfCustom(const Json& value) const;
    std::vector<std::string_view> keys() const;
    const Json* keyDefault(std::string_view key) const;
};

} // namespace slipway::api::apply
