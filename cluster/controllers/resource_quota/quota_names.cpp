#include "cluster/controllers/resource_quota/quota_names.h"

#include <algorithm>
#include <array>

namespace slipway::controllers {

namespace {

constexpr std::array<std::string_view, 7> namedAlike{
    "pods", "services", "persistentvolumeclaims", "configmaps", "secrets", "replicationcontrollers", "resourcequotas"};

/// "deployments.apps" or "pods", as quotas name what they count.
std::string_view pluralOf(const std::string& name) {
    const std::string_view text = name;
    if (text.starts_with("count/"))
        return text.substr(6);
    if (std::ranges::find(namedAlike, text) != namedAlike.end())
        return text;
    if (text.starts_with("services."))
        return "services";
    if (text == "requests.storage" || text.find(".storageclass.storage.k8s.io/") != std::string_view::npos)
        return "persistentvolumeclaims";
    const bool compute = text == "cpu" || text == "memory" || text == "ephemeral-storage" ||
                         text.starts_with("requests.") || text.starts_with("limits.") || text.starts_with("hugepages-");
    return compute ? "pods" : "";
}

} // namespace

std::vector<client::ResourceRef> countedBy(const std::string& name, const std::vector<client::ResourceRef>& served) {
    const std::string_view plural = pluralOf(name);
    std::vector<client::ResourceRef> counted;
    std::ranges::copy_if(served, std::back_inserter(counted), [&](const client::ResourceRef& resource) {
        return resource.namespaced && (resource.group.empty() ? resource.resource == plural
                                                              : resource.resource + "." + resource.group == plural);
    });
    return counted;
}

} // namespace slipway::controllers
