#pragma once

#include "cluster/network/dns/message.h"
#include "cluster/network/dns/zone.h"

namespace slipway::network::dns {

/// What to do with a query.
struct Decision {
    enum class Action {
        send,    ///< answer is to be sent back; empty: the query deserves none
        forward, ///< not of the cluster: ask the name servers for it
        resolve  ///< an ExternalName service: look `target` up, and answer as it with the alias before
    };
    Action action = Action::send;
    Packet answer;
    std::string target;
    Type type = Type::a; ///< of the question, for forward and resolve
    std::string name;    ///< the name asked for, for forward
};

/// Answers a query from the zone. Never throws; a damaged packet gets FORMERR, or nothing when not even its header is
/// there. @p limit is the most bytes an answer may have: a longer one is cut, and says so.
Decision decide(Bytes query, const Zone& zone, std::size_t limit);

/// The answer to a query for an ExternalName service: the alias, and what the lookup of its target gave (@p found; what
/// does not fit is left out). A failed lookup is handed on.
Packet aliasAnswer(Bytes query, const std::string& target, Bytes found, std::size_t limit);

/// The most bytes a UDP answer to this query may have.
std::size_t udpLimit(Bytes query);

} // namespace slipway::network::dns
