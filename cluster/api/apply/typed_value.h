#pragma once

#include "cluster/api/apply/field_set.h"
#include "cluster/api/apply/merge_schema.h"

#include <string>
#include <vector>

/// What structured-merge-diff does with a value and its schema. Pure functions.
namespace slipway::api::apply {

/// The paths of everything a value has.
FieldSet fieldsOf(const JsonObject& value, const MergeSchema& schema);

/// What differs between two values.
struct Comparison {
    FieldSet added, modified, removed;

    bool same() const { return added.empty() && modified.empty() && removed.empty(); }
};
Comparison compare(const JsonObject& before, const JsonObject& after, const MergeSchema& schema);
/// The FieldsV1 of what compare() finds added when there was nothing before, without the paths of @p unowned and
/// without the member @p passedOver and all below it.
JsonObject newFields(const JsonObject& made, const MergeSchema& schema, const FieldSet& unowned,
                     std::string_view passedOver);

/// A live value with what a configuration says of it. Items of lists come in the configuration's order; those only the
/// live value has keep their places between them.
JsonObject merge(const JsonObject& live, const JsonObject& config, const MergeSchema& schema);

/// Without the parts in a set; maps and lists that become empty go too.
JsonObject without(const JsonObject& value, const FieldSet& set, const MergeSchema& schema);

/// A set with the structs that its paths go through, as if they were owned.
FieldSet withStructs(const FieldSet& set, const MergeSchema& schema);

/// What is wrong with a configuration: members no schema has, values of the wrong type, items that come twice.
/// (".spec.foo: field not declared in schema")
std::vector<std::string> problemsOf(const JsonObject& config, const MergeSchema& schema);

} // namespace slipway::api::apply
