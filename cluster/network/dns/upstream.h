#pragma once

#include "cluster/network/dns/message.h"

#include <boost/asio/io_context.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace slipway::network::dns {

/// Which name servers are asked: "ip" or "ip:port" ("[ip]:port").
struct Servers {
    std::vector<std::string> everything;                     ///< in order
    std::map<std::string, std::vector<std::string>> domains; ///< those of a domain and what is below it
    bool operator==(const Servers&) const = default;
};

/// The servers for a name: of the longest domain it is in, else those for everything.
const std::vector<std::string>& serversFor(const Servers& servers, const std::string& name);

/// Gets the answer, or a failure made for the query.
using Done = std::function<void(Packet)>;

/// Asks a server over UDP from a port of its own, then the next when it keeps silent. The answer has the query's id.
void askOverUdp(boost::asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done);
/// The same over TCP, the first server that can be reached.
void askOverTcp(boost::asio::io_context& context, const std::vector<std::string>& servers, Packet query, Done done);

} // namespace slipway::network::dns
