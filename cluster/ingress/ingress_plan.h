#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"
#include "cluster/api/types/networking_v1.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What Ingresses (networking.k8s.io/v1) mean for one HTTP proxy, as plain values.
namespace slipway::ingress {

using IngressPtr = std::shared_ptr<const api::networking_v1::Ingress>;
using IngressClassPtr = std::shared_ptr<const api::networking_v1::IngressClass>;
using ServicePtr = std::shared_ptr<const api::core_v1::Service>;
using SlicePtr = std::shared_ptr<const api::discovery_v1::EndpointSlice>;

/// spec.controller of the classes that are ours, and the name of the one made at the start.
constexpr char controllerName[] = "slipway.io/ingress", className[] = "slipway";

/// Whether an Ingress is ours: by its class, else by the older annotation, else by a default class of ours. "nginx" is
/// taken for ours as long as nobody defined that class.
bool isOurs(const api::networking_v1::Ingress& ingress, const std::vector<IngressClassPtr>& classes);

/// A service the proxy sends requests to.
struct Upstream {
    std::string key;                  ///< "namespace/service:port", unique
    std::vector<std::string> servers; ///< "address:port"; none: 503
    std::string externalName;         ///< of an ExternalName service: "name:port" to be looked up
    bool byService = false;           ///< the one server is the service's address, behind which are all endpoints
    bool operator==(const Upstream&) const = default;
};

enum class PathKind { exact, prefix, expression };

struct Location {
    std::string path; ///< a prefix without its last slash ("" is everything), or a regular expression
    PathKind kind = PathKind::prefix;
    std::string upstream; ///< key; empty: there is no such service
    std::string rewrite;  ///< what an expression's path becomes; empty: as it is
    std::string maxBody;  ///< of requests ("8m"); empty: the usual
    bool operator==(const Location&) const = default;
};

/// One host name of the proxy.
struct VirtualHost {
    std::string host;           ///< "www.example.org", "*.example.org", "" for all others
    std::string certificate;    ///< "namespace/secret", empty: none of its own
    bool redirectToTls = false; ///< asked for by annotation
    std::vector<Location> locations;
    bool operator==(const VirtualHost&) const = default;
};

struct IngressPlan {
    std::vector<VirtualHost> hosts; ///< sorted by host, each once
    std::vector<Upstream> upstreams;
    std::set<std::string> secrets; ///< "namespace/name" of all certificates
    bool operator==(const IngressPlan&) const = default;
};

/// Where services and their endpoints are looked up.
struct IngressSources {
    std::function<ServicePtr(const std::string& ns, const std::string& name)> service;
    std::function<std::vector<SlicePtr>(const std::string& ns, const std::string& service)> slices;
};

/// The plan of all Ingresses that are ours. Where two claim one path of a host, the older keeps it. What could not be
/// written safely into the proxy's configuration is left out.
IngressPlan planIngress(std::vector<IngressPtr> ingresses, const IngressSources& sources);

} // namespace slipway::ingress
