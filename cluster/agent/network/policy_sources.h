#pragma once

#include "cluster/api/types/networking_v1.h"
#include "cluster/client/informer.h"
#include "cluster/network/policy/policy_writer.h"

namespace slipway::agent {

/// What network policies are made of, handed to the writer of their rules. Pods and namespaces of the whole cluster are
/// followed once there is a policy, not before.
class PolicySources {
public:
    PolicySources(const std::shared_ptr<const client::Client>& client, std::string nodeName);

    void start();
    /// Nothing is written any more; rules stay.
    void stop() const;

private:
    std::optional<network::PolicyInputs> read();
    void followPods();

    client::Informer<api::networking_v1::NetworkPolicy> policies_;
    client::Informer<api::core_v1::Pod> pods_;
    client::Informer<api::core_v1::Namespace> namespaces_;
    const std::string nodeName_;
    std::shared_ptr<network::PolicyWriter> writer_; ///< shared with the informers' handlers, which may end later
    std::once_flag first_;
};

} // namespace slipway::agent
