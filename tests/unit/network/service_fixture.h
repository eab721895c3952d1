#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"

#include <QTest>
#include <memory>

namespace slipway::network::test {

namespace core = api::core_v1;
namespace discovery = api::discovery_v1;
using Services = std::vector<std::shared_ptr<const core::Service>>;
using Slices = std::vector<std::shared_ptr<const discovery::EndpointSlice>>;

inline core::Service service(const std::string& name, const std::string& ip, int port = 80) {
    core::Service result;
    result.metadata.name = name;
    result.metadata.namespace_ = "default";
    result.spec.emplace();
    result.spec->clusterIP = ip;
    result.spec->type = "ClusterIP";
    core::ServicePort one;
    one.port = port;
    one.name = "http";
    one.protocol = "TCP";
    result.spec->ports = {one};
    return result;
}

inline discovery::Endpoint endpoint(const std::string& ip, bool ready = true, const std::string& node = "n1") {
    discovery::Endpoint result;
    result.addresses = {ip};
    result.conditions.emplace();
    result.conditions->ready = ready;
    result.conditions->serving = ready;
    result.nodeName = node;
    return result;
}

inline discovery::EndpointSlice slice(const std::string& name, std::vector<discovery::Endpoint> endpoints,
                                      int port = 8080) {
    discovery::EndpointSlice result;
    result.metadata.namespace_ = "default";
    result.metadata.labels["kubernetes.io/service-name"] = name;
    result.addressType = "IPv4";
    result.endpoints = std::move(endpoints);
    discovery::EndpointPort one;
    one.name = "http";
    one.port = port;
    one.protocol = "TCP";
    result.ports = {one};
    return result;
}

template <class T> std::shared_ptr<const T> shared(T value) {
    return std::make_shared<const T>(std::move(value));
}

} // namespace slipway::network::test
