#include "cluster/agent/network/policy_sources.h"

namespace slipway::agent {
namespace {

constexpr std::chrono::milliseconds sourcePatience{200};

} // namespace

PolicySources::PolicySources(const std::shared_ptr<const client::Client>& client, std::string nodeName)
    : policies_(client), pods_(client), namespaces_(client), nodeName_(std::move(nodeName)) {}

void PolicySources::start() {
    writer_ = std::make_shared<network::PolicyWriter>([this] { return read(); });
    const auto touched = [to = writer_](const auto&, const auto&) { to->changed(); };
    policies_.onChange([this, to = writer_](const auto&, const auto&) {
        std::call_once(first_, [this] { followPods(); });
        to->changed();
    });
    pods_.onChange(touched);
    namespaces_.onChange(touched);
    policies_.start();
    writer_->changed(); // what an earlier agent left may not be wanted any more
}

void PolicySources::stop() const {
    if (writer_)
        writer_->stop();
}

void PolicySources::followPods() {
    pods_.start();
    namespaces_.start();
}

std::optional<network::PolicyInputs> PolicySources::read() {
    network::PolicyInputs inputs;
    inputs.nodeName = nodeName_;
    if (!policies_.waitForSync(sourcePatience))
        return std::nullopt;
    inputs.policies = policies_.list();
    if (inputs.policies.empty())
        return inputs;
    // Half of the pods would be half of the rules.
    if (!pods_.waitForSync(sourcePatience) || !namespaces_.waitForSync(sourcePatience))
        return std::nullopt;
    inputs.pods = pods_.list();
    for (const auto& ns : namespaces_.list())
        inputs.namespaces[ns->metadata.name] = ns->metadata.labels;
    return inputs;
}

} // namespace slipway::agent
