#pragma once

#include "cluster/api/types/core_v1.h"

#include <string>

namespace slipway::agent {

namespace core = api::core_v1;

/// Where the agent tells what happens to pods and the node. Thread-safe; never blocks.
class EventSink {
public:
    virtual ~EventSink() = default;
    /// @p type is "Normal" or "Warning".
    virtual void record(const core::ObjectReference& about, const std::string& type, const std::string& reason,
                        const std::string& message) = 0;
};

/// The reference of a pod, or of one of its containers (fieldPath "spec.containers{web}").
core::ObjectReference referenceTo(const core::Pod& pod, const std::string& container = {});

} // namespace slipway::agent
