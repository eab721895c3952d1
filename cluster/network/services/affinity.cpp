#include "cluster/network/services/affinity.h"

#include "cluster/base/log.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::network {
namespace {

bool lostAny(const std::vector<Backend>& before, const std::vector<Backend>& after) {
    return std::ranges::any_of(
        before, [&](const Backend& backend) { return std::ranges::find(after, backend) == after.end(); });
}

std::string trimmed(std::string_view text) {
    const auto isSpace = [](char c) { return c == ' ' || c == '\t' || c == '\n'; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

} // namespace

std::vector<std::string> lostClients(std::string_view listing, const std::vector<Backend>& backends) {
    std::set<std::string> live;
    for (const Backend& backend : backends)
        live.insert(std::format("{} . {}", backend.address, backend.port));
    std::vector<std::string> lost;
    // elements = { 10.1.0.2 expires 1m39s988ms : 10.2.0.3 . 8080, ... }
    const std::size_t start = listing.find("elements = {");
    if (start == std::string_view::npos)
        return lost;
    listing.remove_prefix(start + 12);
    listing = listing.substr(0, listing.find('}'));
    while (!listing.empty()) {
        const std::size_t comma = std::min(listing.find(','), listing.size());
        const std::string_view element = listing.substr(0, comma);
        listing.remove_prefix(std::min(comma + 1, listing.size()));
        const std::size_t colon = element.find(" : ");
        if (colon == std::string_view::npos)
            continue;
        const std::string client = trimmed(element.substr(0, colon));
        if (!live.contains(trimmed(element.substr(colon + 3))))
            lost.push_back(client.substr(0, client.find(' ')));
    }
    return lost;
}

void freeLostClients(KernelRules& kernel, const Table& table, const ServicePlan& before, const ServicePlan& after) {
    const std::vector<AffinityMap> old = affinityMaps(before);
    for (const AffinityMap& map : affinityMaps(after)) {
        const auto same = std::ranges::find(old, map.name, &AffinityMap::name);
        if (same == old.end() || !lostAny(same->backends, map.backends))
            continue;
        const auto listing = kernel.read(std::format("list map {} {}", table.path(), map.name));
        if (!listing)
            continue;
        for (const std::string& client : lostClients(*listing, map.backends))
            // One that expired meanwhile is as good.
            std::ignore = kernel.apply(std::format("delete element {} {} {{ {} }}", table.path(), map.name, client));
    }
}

} // namespace slipway::network
