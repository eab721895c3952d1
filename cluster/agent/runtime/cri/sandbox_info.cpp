#include "cluster/agent/runtime/cri/sandbox_info.h"

#include "cluster/api/json.h"

#include <format>

namespace slipway::agent {

RuntimeResult<std::string> networkNamespaceIn(const std::string& info) {
    const auto parsed = api::parseJson(info);
    if (!parsed)
        return std::unexpected(RuntimeError{RuntimeError::Kind::other, "the runtime tells nothing about the sandbox"});
    const api::Json* namespaces = api::find(*parsed, {"runtimeSpec", "linux", "namespaces"});
    if (namespaces == nullptr || !namespaces->is_array())
        return std::unexpected(RuntimeError{RuntimeError::Kind::other, "the runtime does not tell the namespaces"});
    for (const api::Json& one : namespaces->get_array()) {
        if (api::stringAt(one, {"type"}) != "network")
            continue;
        if (const std::string_view path = api::stringAt(one, {"path"}); !path.empty())
            return std::string(path);
        if (const auto pid = api::intAt(parsed->get_object(), {"pid"}); pid && *pid > 0)
            return std::format("/proc/{}/ns/net", *pid);
    }
    return std::string(); // it shares the node's
}

} // namespace slipway::agent
