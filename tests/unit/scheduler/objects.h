#pragma once

#include "cluster/api/codec.h"
#include "cluster/scheduler/snapshot.h"

#include <memory>
#include <string>

/// Short ways to say what a test is about.
namespace slipway::scheduler::test {

template <class T> T fromText(const std::string& json) {
    return api::fromJson<T>(*api::parseJson(json)).value();
}

/// A pod of the namespace default; @p spec are the members of its spec, as JSON.
inline PodInfo pod(const std::string& name, const std::string& spec = R"("containers":[{"name":"c"}])",
                   const std::string& owner = {}) {
    auto object =
        fromText<api::core_v1::Pod>("{\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"default\",\"uid\":\"" +
                                    name + "-uid\"},\"spec\":{" + spec + "}}");
    if (!owner.empty()) {
        api::meta_v1::OwnerReference reference;
        reference.uid = owner;
        reference.controller = true;
        object.metadata.ownerReferences.push_back(reference);
    }
    return describePod(std::make_shared<const api::core_v1::Pod>(std::move(object)));
}

/// A pod of one container with those requests.
inline PodInfo podAsking(const std::string& name, const std::string& cpu, const std::string& memory = "0") {
    return pod(name, R"("containers":[{"name":"c","resources":{"requests":{"cpu":")" + cpu + R"(","memory":")" +
                         memory + "\"}}}]");
}

struct NodeShape {
    std::string cpu = "2", memory = "4Gi", pods = "110", spec = "{}", labels = "{}";
};

inline api::core_v1::Node node(const std::string& name, const NodeShape& shape = {}) {
    return fromText<api::core_v1::Node>("{\"metadata\":{\"name\":\"" + name + "\",\"labels\":" + shape.labels +
                                        "},\"spec\":" + shape.spec + ",\"status\":{\"allocatable\":{\"cpu\":\"" +
                                        shape.cpu + "\",\"memory\":\"" + shape.memory + "\",\"pods\":\"" + shape.pods +
                                        "\",\"ephemeral-storage\":\"10Gi\"}}}");
}

} // namespace slipway::scheduler::test
