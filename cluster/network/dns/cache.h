#pragma once

#include "cluster/network/dns/message.h"

#include <chrono>
#include <list>
#include <unordered_map>

namespace slipway::network::dns {

/// Answers of other name servers, for as long as they may be kept (at most half a minute). Bounded in number and bytes;
/// what was not asked for longest goes first. One thread.
class AnswerCache {
public:
    using Time = std::chrono::steady_clock::time_point;

    explicit AnswerCache(std::size_t mostAnswers = 10000, std::size_t mostBytes = std::size_t{4} << 20U)
        : mostAnswers_(mostAnswers), mostBytes_(mostBytes) {}

    /// The answer to a query, with its id and question as asked and what is left of its times; nothing when it is not
    /// known or longer than @p limit.
    std::optional<Packet> find(Bytes query, std::size_t limit, Time now);
    /// Keeps an answer to a query, when it may be kept: no failures, nothing cut short.
    void store(Bytes query, Bytes answer, Time now);

    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Packet answer;
        std::vector<std::size_t> ttls; ///< places of times to live
        Time stored, expires;
        std::list<std::string>::iterator used;
    };
    using Entries = std::unordered_map<std::string, Entry>;
    void erase(Entries::iterator entry);

    const std::size_t mostAnswers_, mostBytes_;
    Entries entries_;
    std::list<std::string> byUse_; ///< last used first
    std::size_t bytes_ = 0;
};

} // namespace slipway::network::dns
