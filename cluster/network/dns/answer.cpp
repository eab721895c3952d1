#include "cluster/network/dns/answer.h"

#include <algorithm>

namespace slipway::network::dns {
namespace {

constexpr std::uint32_t ttl = 5;
constexpr int mostAliases = 8;

/// Answers a question from the zone.
class Answer {
public:
    Answer(const Query& query, const Zone& zone, std::size_t limit)
        : query_(query), zone_(zone), writer_(query, limit), turn_(query.header[0] ^ query.header[1]) {
        writer_.setAuthoritative();
    }

    /// Follows aliases inside the zone; a target outside is left to the caller.
    Decision run() {
        std::string name = query_.name;
        for (int i = 0; i < mostAliases; ++i) {
            const NameRecords* records = zone_.find(name);
            if (records == nullptr || records->alias.empty())
                return finish(name, records);
            if (!zone_.answersFor(records->alias))
                return i == 0 ? Decision{Decision::Action::resolve, {}, records->alias, query_.type, {}}
                              : finish(name, records);
            writer_.addName(1, name, Type::cname, ttl, records->alias);
            answered_ = true;
            if (query_.type == Type::cname)
                break;
            name = records->alias;
        }
        return {Decision::Action::send, writer_.take(), {}, query_.type, {}};
    }

private:
    bool wants(Type type) const { return query_.type == type || query_.type == Type::any; }

    Decision finish(const std::string& name, const NameRecords* records) {
        const std::vector<std::uint8_t> pod = podAddress(name, zone_.domain());
        if (!pod.empty())
            addPod(name, pod);
        else if (records != nullptr)
            add(name, *records);
        else if (!zone_.exists(name))
            writer_.setCode(Code::nameError);
        if (name == zone_.domain())
            addZone();
        if (!answered_)
            addStartOfAuthority(2);
        return {Decision::Action::send, writer_.take(), {}, query_.type, {}};
    }

    void put(std::string_view name, Type type, Bytes data) {
        writer_.add(1, name, type, ttl, data);
        answered_ = true;
    }

    void addPod(const std::string& name, const std::vector<std::uint8_t>& address) {
        const Type type = address.size() == 4 ? Type::a : Type::aaaa;
        if (wants(type))
            put(name, type, address);
    }

    /// Calls @p each for all of a list, beginning elsewhere for every query: clients take the first.
    template <class List, class Each> void inTurn(const List& list, Each each) const {
        for (std::size_t i = 0; i < list.size(); ++i)
            each(list[(i + turn_) % list.size()]);
    }

    void add(const std::string& name, const NameRecords& records) {
        if (wants(Type::a))
            inTurn(records.a, [&](const auto& ip) { put(name, Type::a, ip); });
        if (wants(Type::aaaa))
            inTurn(records.aaaa, [&](const auto& ip) { put(name, Type::aaaa, ip); });
        if (wants(Type::ptr))
            for (const std::string& target : records.ptr) {
                writer_.addName(1, name, Type::ptr, ttl, target);
                answered_ = true;
            }
        if (wants(Type::txt) && !records.txt.empty()) {
            Packet text{static_cast<std::uint8_t>(records.txt.size())};
            text.insert(text.end(), records.txt.begin(), records.txt.end());
            put(name, Type::txt, text);
        }
        if (wants(Type::srv))
            addServices(name, records);
    }

    void addServices(const std::string& name, const NameRecords& records) {
        const int share = std::max(1, 100 / std::max(1, static_cast<int>(records.srv.size())));
        for (const SrvTarget& target : records.srv) {
            writer_.addService(name, ttl, share, target.port, target.host);
            answered_ = true;
        }
        for (const SrvTarget& target : records.srv)
            if (const NameRecords* addresses = zone_.find(target.host)) {
                for (const auto& ip : addresses->a)
                    writer_.add(3, target.host, Type::a, ttl, ip);
                for (const auto& ip : addresses->aaaa)
                    writer_.add(3, target.host, Type::aaaa, ttl, ip);
            }
    }

    void addZone() {
        if (wants(Type::soa))
            addStartOfAuthority(1);
        if (wants(Type::ns)) {
            writer_.addName(1, zone_.domain(), Type::ns, ttl, "ns.dns." + zone_.domain());
            answered_ = true;
        }
    }

    /// Tells how long "there is nothing" may be believed (RFC 2308).
    void addStartOfAuthority(int section) {
        Packet data = wireName("ns.dns." + zone_.domain());
        const Packet mail = wireName("hostmaster." + zone_.domain());
        data.insert(data.end(), mail.begin(), mail.end());
        for (const std::uint32_t number : {1U, 7200U, 1800U, 86400U, ttl})
            for (int shift = 24; shift >= 0; shift -= 8)
                data.push_back(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
        writer_.add(section, zone_.domain(), Type::soa, ttl, data);
        answered_ = true;
    }

    const Query& query_;
    const Zone& zone_;
    AnswerWriter writer_;
    const std::size_t turn_;
    bool answered_ = false;
};

} // namespace

Decision decide(Bytes packet, const Zone& zone, std::size_t limit) {
    Unreadable why;
    const auto query = readQuery(packet, why);
    if (!query)
        return {Decision::Action::send, why.code ? bareAnswer(packet, *why.code) : Packet(), {}, Type::a, {}};
    if (!query->isInternet() || !zone.answersFor(query->name))
        return {Decision::Action::forward, {}, {}, query->type, query->name};
    return Answer(*query, zone, limit).run();
}

Packet aliasAnswer(Bytes packet, const std::string& target, Bytes found, std::size_t limit) {
    Unreadable why;
    const auto query = readQuery(packet, why);
    if (!query)
        return {};
    AnswerWriter writer(*query, limit);
    writer.setAuthoritative();
    writer.addName(1, query->name, Type::cname, ttl, target);
    if (found.size() < headerSize)
        return bareAnswer(packet, Code::serverFailure);
    if (const auto code = static_cast<Code>(found[3] & 15U); code != Code::noError)
        writer.setCode(code);
    const bool whole = forEachRecord(found, [&](const Record& record) {
        if (record.section != 1)
            return;
        const Bytes data = found.subspan(record.dataAt, record.dataSize);
        if (record.type == Type::cname) {
            if (const auto next = nameAt(found, record.dataAt)) // it may point elsewhere in that message
                writer.addName(1, record.owner, record.type, record.ttl, *next);
        } else if (record.type == Type::a || record.type == Type::aaaa || record.type == Type::txt)
            writer.add(1, record.owner, record.type, record.ttl, data);
    });
    return whole ? writer.take() : bareAnswer(packet, Code::serverFailure);
}

std::size_t udpLimit(Bytes query) {
    Unreadable why;
    const auto parsed = readQuery(query, why);
    return parsed ? parsed->udpSize : 512;
}

} // namespace slipway::network::dns
