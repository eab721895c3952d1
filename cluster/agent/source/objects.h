#pragma once

#include "cluster/api/types/core_v1.h"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace slipway::agent {

namespace core = api::core_v1;

struct ObjectError {
    bool notFound = false;
    std::string message; ///< worded as Kubernetes words it: "configmap \"web\" not found"
};

template <class T> using ObjectResult = std::expected<T, ObjectError>;

/// The API objects that pods refer to. Thread-safe; calls may block.
class ObjectSource {
public:
    virtual ~ObjectSource() = default;
    virtual ObjectResult<core::ConfigMap> configMap(const std::string& ns, const std::string& name) = 0;
    virtual ObjectResult<core::Secret> secret(const std::string& ns, const std::string& name) = 0;
    /// A new token of the pod's service account, bound to the pod.
    virtual ObjectResult<std::string> token(const core::Pod& pod, const std::string& audience,
                                            std::int64_t expirationSeconds) = 0;
    virtual ObjectResult<core::PersistentVolumeClaim> claim(const std::string& ns, const std::string& name) = 0;
    virtual ObjectResult<core::PersistentVolume> persistentVolume(const std::string& name) = 0;
    /// The handler that a RuntimeClass names.
    virtual ObjectResult<std::string> runtimeHandler(const std::string& runtimeClass) {
        return std::unexpected(ObjectError{true, "RuntimeClass \"" + runtimeClass + "\" not found"});
    }
    /// The error says that services have not been read yet.
    virtual ObjectResult<std::vector<std::shared_ptr<const core::Service>>> services() = 0;
};

} // namespace slipway::agent
