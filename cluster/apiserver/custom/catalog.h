#pragma once

#include "cluster/api/custom/definition.h"
#include "cluster/api/schema.h"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace slipway::apiserver {

/// What is served at one moment: the built-in resources and those of the established definitions. Immutable;
/// thread-safe.
class Catalog {
public:
    using Definitions = std::map<std::string, std::shared_ptr<const api::custom::Definition>>;
    /// @p generation tells one catalog from another.
    Catalog(const Definitions& definitions, std::uint64_t generation);

    /// The resource of a group, version and plural name, or null. It stays valid as long as it is held.
    std::shared_ptr<const api::Resource> find(std::string_view group, std::string_view version,
                                              std::string_view name) const;
    /// Every resource in discovery order: the built-in ones first. They live as long as the catalog.
    const std::vector<const api::Resource*>& all() const { return all_; }
    /// Those of the definitions alone.
    const std::vector<const api::Resource*>& custom() const { return custom_; }
    std::uint64_t generation() const { return generation_; }
    /// Whether reading objects of a group may wait for a conversion webhook.
    bool asksConverters(std::string_view group) const { return converting_.contains(group); }

private:
    using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::map<Key, std::shared_ptr<const api::Resource>> byName_; ///< the custom ones
    std::vector<const api::Resource*> all_, custom_;
    std::set<std::string_view> converting_; ///< groups
    const std::uint64_t generation_;
};

} // namespace slipway::apiserver
