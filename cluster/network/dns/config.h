#pragma once

#include "cluster/network/dns/upstream.h"

namespace slipway::network::dns {

/// The name servers of a resolv.conf(5), in order.
std::vector<std::string> nameServersOf(std::string_view resolvConf);

/// Who is asked: the node's own name servers, unless the ConfigMap kube-system/kube-dns says otherwise with
/// `upstreamNameservers` (a JSON list) and `stubDomains` (a JSON object from domains to lists). What is malformed is
/// left out.
Servers serversOf(std::vector<std::string> own, const std::map<std::string, std::string>& configMap);

} // namespace slipway::network::dns
