#pragma once

#include "cluster/api/json.h"

#include <compare>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::api::apply {

/// One step from a value to a part of it: a member, the item of a list with certain keys, the item with a value, or the
/// item at a place. Source: structured-merge-diff's FieldsV1 (KEP-555).
struct PathElement {
    enum class Kind : std::uint8_t { member, keys, value, index };
    Kind kind = Kind::member;
    std::string text; ///< the member's name; the keys or the value as compact JSON; the place in decimal

    static PathElement member(std::string_view name) { return {Kind::member, std::string(name)}; }
    /// Reads `f:name`, `k:{"name":"a"}`, `v:"x"`, `i:0`; nothing for any other text.
    static std::optional<PathElement> parse(std::string_view text);
    std::string print() const;
    /// As messages name it: `.spec`, `[name="a"]`, `[="x"]`, `[0]`.
    std::string spelled() const;

    auto operator<=>(const PathElement&) const = default;
};

using Path = std::vector<PathElement>;
/// ".spec.containers[name=\"a\"].image"
std::string spelled(const Path& path);

/// A set of paths, as a tree. A plain value.
class FieldSet {
public:
    bool empty() const { return members_.empty() && children_.empty(); }
    bool has(const Path& path) const;
    void insert(const Path& path);
    FieldSet& child(const PathElement& element) { return children_[element]; }
    void insertMember(PathElement element) { members_.insert(std::move(element)); }
    bool hasMember(const PathElement& element) const { return members_.contains(element); }
    /// The set below an element, or null.
    const FieldSet* below(const PathElement& element) const;
    const std::set<PathElement>& members() const { return members_; }
    const std::map<PathElement, FieldSet>& children() const { return children_; }

    void unite(const FieldSet& other);
    /// Without the paths of @p other.
    FieldSet minus(const FieldSet& other) const;
    /// Without the paths of @p other and all below them.
    FieldSet minusDeep(const FieldSet& other) const;
    FieldSet intersect(const FieldSet& other) const;
    void eachPath(const std::function<void(const Path&)>& visit) const;
    /// Drops branches without a path.
    void tidy();

    /// The FieldsV1 form: {"f:spec":{".":{},"f:replicas":{}}}.
    JsonObject toJson() const;
    /// Members that are no path elements are passed over.
    static FieldSet fromJson(const JsonObject& json);

    bool operator==(const FieldSet&) const = default;

private:
    void walk(Path& path, const std::function<void(const Path&)>& visit) const;

    std::set<PathElement> members_;            ///< the paths that end here
    std::map<PathElement, FieldSet> children_; ///< and those that go on
};

} // namespace slipway::api::apply
