#include "cluster/network/dns/answer.h"

#include <algorithm>
#include <ldns/ldns.h>
#include <memory>

namespace slipway::network {
namespace {

constexpr std::uint32_t ttl = 5;
constexpr std::size_t mostRecords = 64;

using PacketPtr = std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)>;

PacketPtr parse(std::span<const std::uint8_t> bytes) {
    ldns_pkt* packet = nullptr;
    if (ldns_wire2pkt(&packet, bytes.data(), bytes.size()) != LDNS_STATUS_OK)
        packet = nullptr;
    return {packet, &ldns_pkt_free};
}

/// An answer made of the query's header alone (and its question where that is whole).
Packet headerOnly(std::span<const std::uint8_t> query, int code) {
    if (query.size() < 12)
        return {};
    Packet answer(query.begin(), query.begin() + 12);
    answer[2] = static_cast<std::uint8_t>((query[2] & 0x79U) | 0x80U); // QR, keeping opcode and RD
    answer[3] = static_cast<std::uint8_t>(0x80 | code);                // RA
    std::fill(answer.begin() + 4, answer.end(), 0);
    return answer;
}

std::string nameOf(const ldns_rdf* name) {
    std::unique_ptr<char, decltype(&std::free)> text(ldns_rdf2str(name), &std::free);
    std::string result = text ? text.get() : "";
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    while (result.ends_with('.'))
        result.pop_back();
    return result;
}

/// Collects the answer to one question.
class Answer {
public:
    Answer(const ldns_pkt* query, const Zone& zone) : zone_(zone), packet_(ldns_pkt_new(), &ldns_pkt_free) {
        const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
        ldns_pkt_set_id(packet_.get(), ldns_pkt_id(query));
        ldns_pkt_set_qr(packet_.get(), true);
        ldns_pkt_set_aa(packet_.get(), true);
        ldns_pkt_set_rd(packet_.get(), ldns_pkt_rd(query));
        ldns_pkt_set_ra(packet_.get(), true);
        ldns_pkt_push_rr(packet_.get(), LDNS_SECTION_QUESTION, ldns_rr_clone(question));
        owner_ = ldns_rr_owner(question);
        type_ = ldns_rr_get_type(question);
        name_ = slipway::network::nameOf(owner_);
    }

    void build() {
        const std::string pod = podAddress(name_, zone_.domain);
        const NameRecords* records = zone_.find(name_);
        if (!pod.empty()) {
            if (wants(LDNS_RR_TYPE_A))
                push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_A, pod);
        } else if (records != nullptr)
            add(*records);
        else if (!zone_.hasBelow(name_))
            ldns_pkt_set_rcode(packet_.get(), LDNS_RCODE_NXDOMAIN);
        if (ldns_pkt_ancount(packet_.get()) == 0)
            addAuthority();
    }

    std::optional<Packet> wire() const {
        std::uint8_t* bytes = nullptr;
        std::size_t size = 0;
        if (ldns_pkt2wire(&bytes, packet_.get(), &size) != LDNS_STATUS_OK)
            return std::nullopt;
        Packet result(bytes, bytes + size);
        std::free(bytes);
        return result;
    }

private:
    bool wants(ldns_rr_type type) const { return type_ == type || type_ == LDNS_RR_TYPE_ANY; }

    void add(const NameRecords& records) {
        if (wants(LDNS_RR_TYPE_A))
            for (const auto& ip : records.a)
                push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_A, ip);
        if (wants(LDNS_RR_TYPE_AAAA))
            for (const auto& ip : records.aaaa)
                push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_AAAA, ip);
        if (wants(LDNS_RR_TYPE_PTR))
            for (const auto& target : records.ptr)
                push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_PTR, target + ".");
        if (wants(LDNS_RR_TYPE_TXT) && !records.txt.empty())
            push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_TXT, "\"" + records.txt + "\"");
        for (const auto& target : records.cname)
            addAlias(target);
        if (wants(LDNS_RR_TYPE_SRV))
            addServices(records);
    }

    void addAlias(const std::string& target) {
        push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_CNAME, target + ".");
        // Inside the cluster the target's addresses come along; elsewhere the client asks on.
        if (const NameRecords* records = zone_.find(target))
            addAddresses(LDNS_SECTION_ANSWER, target, *records);
    }

    void addServices(const NameRecords& records) {
        const std::size_t share = std::max<std::size_t>(1, 100 / std::max<std::size_t>(1, records.srv.size()));
        for (const SrvTarget& target : records.srv) {
            push(LDNS_SECTION_ANSWER, owner_, LDNS_RR_TYPE_SRV,
                 "0 " + std::to_string(share) + " " + std::to_string(target.port) + " " + target.host + ".");
            if (const NameRecords* addresses = zone_.find(target.host))
                addAddresses(LDNS_SECTION_ADDITIONAL, target.host, *addresses);
        }
    }

    void addAddresses(ldns_pkt_section section, const std::string& name, const NameRecords& records) {
        ldns_rdf* owner = ldns_dname_new_frm_str((name + ".").c_str());
        if (owner == nullptr)
            return;
        for (const auto& ip : records.a)
            push(section, owner, LDNS_RR_TYPE_A, ip);
        for (const auto& ip : records.aaaa)
            push(section, owner, LDNS_RR_TYPE_AAAA, ip);
        ldns_rdf_deep_free(owner);
    }

    /// The zone's start of authority, which tells how long "there is nothing" may be believed (RFC 2308).
    void addAuthority() {
        ldns_rdf* owner = ldns_dname_new_frm_str((zone_.domain + ".").c_str());
        if (owner == nullptr)
            return;
        push(LDNS_SECTION_AUTHORITY, owner, LDNS_RR_TYPE_SOA,
             "ns.dns." + zone_.domain + ". hostmaster." + zone_.domain + ". 1 7200 1800 86400 5");
        ldns_rdf_deep_free(owner);
    }

    /// One record from its data in text form.
    void push(ldns_pkt_section section, const ldns_rdf* owner, ldns_rr_type type, const std::string& data) {
        if (++records_ > mostRecords)
            return;
        std::unique_ptr<char, decltype(&std::free)> name(ldns_rdf2str(owner), &std::free);
        std::unique_ptr<char, decltype(&std::free)> typeName(ldns_rr_type2str(type), &std::free);
        if (!name || !typeName)
            return;
        const std::string text =
            std::string(name.get()) + " " + std::to_string(ttl) + " IN " + typeName.get() + " " + data;
        ldns_rr* record = nullptr;
        if (ldns_rr_new_frm_str(&record, text.c_str(), ttl, nullptr, nullptr) == LDNS_STATUS_OK)
            ldns_pkt_push_rr(packet_.get(), section, record);
    }

    const Zone& zone_;
    PacketPtr packet_;
    const ldns_rdf* owner_ = nullptr;
    ldns_rr_type type_ = LDNS_RR_TYPE_A;
    std::string name_;
    std::size_t records_ = 0;
};

} // namespace

DnsDecision decideDns(std::span<const std::uint8_t> query, const Zone& zone, std::size_t limit) {
    if (query.size() < 12 || (query[2] & 0x80U) != 0) // too short, or itself an answer
        return {};
    const PacketPtr packet = parse(query);
    if (!packet)
        return {headerOnly(query, LDNS_RCODE_FORMERR)};
    if (ldns_pkt_get_opcode(packet.get()) != LDNS_PACKET_QUERY)
        return {headerOnly(query, LDNS_RCODE_NOTIMPL)};
    if (ldns_rr_list_rr_count(ldns_pkt_question(packet.get())) != 1)
        return {headerOnly(query, LDNS_RCODE_FORMERR)};
    const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(packet.get()), 0);
    if (ldns_rr_get_class(question) != LDNS_RR_CLASS_IN || !zone.answersFor(nameOf(ldns_rr_owner(question))))
        return {{}, true};
    Answer answer(packet.get(), zone);
    answer.build();
    auto bytes = answer.wire();
    if (!bytes)
        return {headerOnly(query, LDNS_RCODE_SERVFAIL)};
    if (bytes->size() > limit) {
        Packet cut = headerOnly(query, LDNS_RCODE_NOERROR);
        cut[2] |= 0x02U; // TC: ask again over TCP
        return {std::move(cut)};
    }
    return {std::move(*bytes)};
}

std::size_t udpLimit(std::span<const std::uint8_t> query) {
    const PacketPtr packet = query.size() >= 12 ? parse(query) : PacketPtr(nullptr, &ldns_pkt_free);
    if (!packet || !ldns_pkt_edns(packet.get()))
        return 512;
    return std::clamp<std::size_t>(ldns_pkt_edns_udp_size(packet.get()), 512, 1232);
}

Packet serverFailure(std::span<const std::uint8_t> query) {
    return headerOnly(query, LDNS_RCODE_SERVFAIL);
}

} // namespace slipway::network
