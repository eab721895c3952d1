#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

/// TLS of the node's server. Included by server/*.cpp only.
namespace slipway::agent {

struct NodeServerSettings;

/// The context with the serving certificate (a self-signed one where the files do not exist) and, when there is a CA,
/// client certificates required. Throws boost::system::system_error.
std::shared_ptr<boost::asio::ssl::context> makeTlsContext(const NodeServerSettings& settings);

/// Whether a verified client may use the node's API: the API server and cluster administrators, told by their
/// certificate (the API server asks on others' behalf only after it has authorized them).
bool mayUseNode(SSL* connection);

} // namespace slipway::agent
