// addon list|enable|disable
#include "app/desktop/commands.h"

#include <algorithm>
#include <boost/json.hpp>
#include <format>
#include <iostream>
#include <optional>

#include "app/desktop/command_line_texts.h"
#include "vmdriver/addons.h"
#include "vmdriver/cluster_access.h"

namespace slipway::desktop {

namespace json = boost::json;

namespace {

vmdriver::Result<vmdriver::ClusterAccess> accessTo(const ClusterLifecycle& lifecycle, const std::string& cluster) {
    const auto kubeconfig = lifecycle.kubeconfig(cluster);
    if (!kubeconfig)
        return std::unexpected(kubeconfig.error());
    auto access = vmdriver::ClusterAccess::open(*kubeconfig);
    if (access && !access->apiReady())
        return vmdriver::failure(vmdriver::DriverErrc::notRunning, "cluster \"" + cluster + "\" does not answer");
    return access;
}

/// Images that are not on the nodes yet have to come from their registry; offline they cannot.
void tellMissingImages(const ClusterLifecycle& lifecycle, const Options& options, const vmdriver::Addon& addon) {
    const auto present = lifecycle.images(options.cluster);
    for (const auto& image : addon.images)
        if (!present || std::ranges::find(*present, image) == present->end())
            std::cerr
                << "slipway: " << image
                << " will be pulled from its registry; without a network, load it first with: slipway image load\n";
}

} // namespace

int listAddons(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto access = accessTo(lifecycle, options.cluster);
    json::array list;
    for (const auto& addon : vmdriver::listAddons(lifecycle.paths().addons)) {
        const bool enabled = access && access->hasFirstOf(addon.manifest);
        if (options.json)
            list.push_back(json::object{{"name", addon.name},
                                        {"enabled", enabled},
                                        {"summary", addon.summary},
                                        {"images", json::array(addon.images.begin(), addon.images.end())}});
        else
            std::cout << std::format("{:<16} {:<9} {}\n", addon.name, enabled ? "enabled" : "-", addon.summary);
    }
    if (options.json)
        std::cout << json::serialize(list) << '\n';
    return 0;
}

int enableAddon(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto addon = vmdriver::findAddon(lifecycle.paths().addons, options.name);
    if (!addon)
        return complain(addon.error());
    const auto access = accessTo(lifecycle, options.cluster);
    if (!access)
        return complain(access.error());
    tellMissingImages(lifecycle, options, *addon);
    const auto created = access->createFrom(addon->manifest);
    return created ? 0 : complain(created.error());
}

int disableAddon(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto addon = vmdriver::findAddon(lifecycle.paths().addons, options.name);
    if (!addon)
        return complain(addon.error());
    const auto access = accessTo(lifecycle, options.cluster);
    if (!access)
        return complain(access.error());
    const auto removed = access->deleteFrom(addon->manifest);
    return removed ? 0 : complain(removed.error());
}

int printServiceUrl(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto slash = options.name.find('/');
    const std::string ns = slash == std::string::npos ? "default" : options.name.substr(0, slash);
    const std::string name = slash == std::string::npos ? options.name : options.name.substr(slash + 1);
    const auto access = accessTo(lifecycle, options.cluster);
    if (!access)
        return complain(access.error());
    const auto service = access->service(ns, name);
    if (!service)
        return complain(service.error());
    bool any = false;
    for (const auto& port : service->ports) {
        const char* scheme = port.name == "https" || port.port == 443 ? "https" : "http";
        std::optional<vmdriver::Endpoint> place;
        if (!service->address.empty())
            place = {service->address, port.port};
        else if (port.nodePort != 0)
            if (const auto found = lifecycle.endpoint(options.cluster, {}, port.nodePort))
                place = *found;
        if (!place)
            continue;
        any = true;
        std::cout << std::format("{}://{}:{}\n", scheme, place->address, place->port);
    }
    return any ? 0
               : complain({vmdriver::DriverErrc::network,
                           CommandLine::tr("service %1 has neither a node port nor a load balancer")
                               .arg(QString::fromStdString(ns + "/" + name))
                               .toStdString()});
}

} // namespace slipway::desktop
