#pragma once

#include "cluster/agent/pod/pod_environment.h"
#include "cluster/base/log.h"

/// What an agent without an API server uses: static pods run, nothing else is known.
namespace slipway::agent {

class NoObjects : public ObjectSource {
public:
    ObjectResult<core::ConfigMap> configMap(const std::string&, const std::string& name) override {
        return std::unexpected(ObjectError{true, "configmap \"" + name + "\" not found"});
    }
    ObjectResult<core::Secret> secret(const std::string&, const std::string& name) override {
        return std::unexpected(ObjectError{true, "secret \"" + name + "\" not found"});
    }
    ObjectResult<std::string> token(const core::Pod&, const std::string&, std::int64_t) override {
        return std::unexpected(ObjectError{false, "there is no API server to ask for a token"});
    }
    ObjectResult<core::PersistentVolumeClaim> claim(const std::string&, const std::string& name) override {
        return std::unexpected(ObjectError{true, "persistentvolumeclaim \"" + name + "\" not found"});
    }
    ObjectResult<core::PersistentVolume> persistentVolume(const std::string& name) override {
        return std::unexpected(ObjectError{false, "there is no API server to ask for volume " + name});
    }
    ObjectResult<std::vector<std::shared_ptr<const core::Service>>> services() override {
        return std::vector<std::shared_ptr<const core::Service>>();
    }
};

class NoWriter : public PodWriter {
public:
    Outcome writeStatus(const core::Pod&, const core::PodStatus&) override { return Outcome::written; }
    Outcome removePod(const core::Pod&) override { return Outcome::gone; }
};

class LoggedEvents : public EventSink {
public:
    void record(const core::ObjectReference& about, const std::string& type, const std::string& reason,
                const std::string& message) override {
        base::info("agent", "{} {}/{}: {} {}", type, about.namespace_, about.name, reason, message);
    }
};

} // namespace slipway::agent
