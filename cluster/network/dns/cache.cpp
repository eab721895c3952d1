#include "cluster/network/dns/cache.h"

#include <algorithm>
#include <format>

namespace slipway::network::dns {
namespace {

constexpr std::uint32_t longest = 30, longestDenial = 5;

/// What tells questions apart: name, type, class, and whether signatures and unchecked data are wanted.
std::string keyOf(const Query& query) {
    return std::format("{} {} {} {}{}", query.name, static_cast<int>(query.type), query.questionClass,
                       query.dnssec ? 'd' : '-', (query.header[3] & 0x10U) != 0 ? 'c' : '-');
}

bool mayBeKept(Bytes answer) {
    const auto code = static_cast<Code>(answer[3] & 15U);
    const bool cut = (answer[2] & 0x02U) != 0;
    return !cut && (code == Code::noError || code == Code::nameError);
}

} // namespace

std::optional<Packet> AnswerCache::find(Bytes packet, std::size_t limit, Time now) {
    Unreadable why;
    const auto query = readQuery(packet, why);
    if (!query)
        return std::nullopt;
    const auto found = entries_.find(keyOf(*query));
    if (found == entries_.end())
        return std::nullopt;
    Entry& entry = found->second;
    if (now >= entry.expires) {
        erase(found);
        return std::nullopt;
    }
    if (entry.answer.size() > limit)
        return std::nullopt;
    byUse_.splice(byUse_.begin(), byUse_, entry.used);
    Packet answer = entry.answer;
    std::copy_n(packet.begin(), 2, answer.begin());
    std::ranges::copy(query->question, answer.begin() + headerSize); // its letters as they were asked
    const auto age =
        static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(now - entry.stored).count());
    for (const std::size_t at : entry.ttls) {
        std::uint32_t left = 0;
        for (std::size_t i = 0; i < 4; ++i)
            left = left << 8U | answer[at + i];
        left = std::min(left > age ? left - age : 0, longest);
        for (std::size_t i = 0; i < 4; ++i)
            answer[at + i] = static_cast<std::uint8_t>(left >> (8 * (3 - i)));
    }
    return answer;
}

void AnswerCache::store(Bytes packet, Bytes answer, Time now) {
    Unreadable why;
    const auto query = readQuery(packet, why);
    if (!query || answer.size() < headerSize + query->question.size() || !mayBeKept(answer))
        return;
    Entry entry;
    std::uint32_t least = longest;
    int answers = 0;
    const bool whole = forEachRecord(answer, [&](const Record& record) {
        answers += record.section == 1 ? 1 : 0;
        if (record.type == Type::opt)
            return; // its place for a time holds flags
        entry.ttls.push_back(record.ttlAt);
        least = std::min(least, record.ttl);
    });
    if (answers == 0)
        least = std::min(least, longestDenial);
    if (!whole || least == 0 || entry.ttls.empty())
        return;
    const std::string key = keyOf(*query);
    if (const auto known = entries_.find(key); known != entries_.end())
        erase(known);
    entry.answer.assign(answer.begin(), answer.end());
    entry.stored = now;
    entry.expires = now + std::chrono::seconds(least);
    bytes_ += answer.size();
    byUse_.push_front(key);
    entry.used = byUse_.begin();
    entries_.emplace(key, std::move(entry));
    while (entries_.size() > mostAnswers_ || bytes_ > mostBytes_)
        erase(entries_.find(byUse_.back()));
}

void AnswerCache::erase(Entries::iterator entry) {
    bytes_ -= entry->second.answer.size();
    byUse_.erase(entry->second.used);
    entries_.erase(entry);
}

} // namespace slipway::network::dns
