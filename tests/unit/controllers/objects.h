#pragma once

#include "cluster/api/codec.h"
#include "cluster/api/types/core_v1.h"

#include <format>
#include <memory>
#include <string>

/// Short ways to say what a test is about.
namespace slipway::controllers::test {

template <class T> T fromText(const std::string& json) {
    return api::fromJson<T>(api::parseJson(json).value()).value();
}

struct PodShape {
    std::string name = "p", node = "n1", phase = "Running", created = "2026-01-01T00:00:00Z", ip = "10.244.0.5";
    bool ready = true, terminating = false;
    std::string readySince = "2026-01-01T00:00:10Z";
    std::string annotations = "{}", labels = R"({"app":"web"})", spec = R"("containers":[{"name":"c"}])";
};

inline std::shared_ptr<const api::core_v1::Pod> pod(const PodShape& s) {
    const std::string deletion = s.terminating ? R"(,"deletionTimestamp":"2026-01-01T01:00:00Z")" : "";
    return std::make_shared<const api::core_v1::Pod>(fromText<api::core_v1::Pod>(std::format(
        R"({{"metadata":{{"name":"{}","namespace":"default","uid":"{}-uid","creationTimestamp":"{}","annotations":{},"labels":{}{}}},)"
        R"("spec":{{"nodeName":"{}",{}}},"status":{{"phase":"{}","podIP":"{}",)"
        R"("conditions":[{{"type":"Ready","status":"{}","lastTransitionTime":"{}"}}]}}}})",
        s.name, s.name, s.created, s.annotations, s.labels, deletion, s.node, s.spec, s.phase, s.ip,
        s.ready ? "True" : "False", s.readySince)));
}

} // namespace slipway::controllers::test
