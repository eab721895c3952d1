#include "cluster/network/dns/message.h"

#include <algorithm>
#include <cctype>

namespace slipway::network::dns {
namespace {

constexpr std::size_t longestName = 255, longestLabel = 63, ednsSize = 11, mostUdpBytes = 1232;
constexpr std::size_t mostPointers = 32, mostRememberedNames = 64;

std::uint16_t number16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

std::uint32_t number32(Bytes bytes, std::size_t at) {
    return static_cast<std::uint32_t>(number16(bytes, at)) << 16U | number16(bytes, at + 2);
}

void put16(Packet& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8U));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put32(Packet& out, std::uint32_t value) {
    put16(out, value >> 16U);
    put16(out, value & 0xFFFFU);
}

/// Where the name that begins at an offset ends; nothing when it is damaged.
std::optional<std::size_t> nameEnd(Bytes message, std::size_t at) {
    while (at < message.size()) {
        const std::uint8_t length = message[at];
        if (length == 0)
            return at + 1;
        if ((length & 0xC0U) == 0xC0U)
            return at + 2 <= message.size() ? std::optional(at + 2) : std::nullopt;
        if (length > longestLabel)
            return std::nullopt;
        at += 1 + length;
    }
    return std::nullopt;
}

/// Reads what a query adds to its question: only EDNS matters.
bool readAdditional(Bytes packet, Query& query) {
    return forEachRecord(packet, [&](const Record& record) {
        if (record.section != 3 || record.type != Type::opt)
            return;
        query.edns = true;
        query.udpSize = std::clamp<std::size_t>(number16(packet, record.ttlAt - 2), 512, mostUdpBytes);
        query.dnssec = (record.ttl & 0x8000U) != 0;
    });
}

} // namespace

std::optional<std::string> nameAt(Bytes message, std::size_t offset) {
    std::string name;
    for (std::size_t pointers = 0; offset < message.size();) {
        const std::uint8_t length = message[offset];
        if (length == 0)
            return name;
        if ((length & 0xC0U) == 0xC0U) {
            if (offset + 2 > message.size() || ++pointers > mostPointers)
                return std::nullopt;
            offset = number16(message, offset) & 0x3FFFU;
            continue;
        }
        if (length > longestLabel || offset + 1 + length > message.size() || name.size() + length + 1 > longestName)
            return std::nullopt;
        if (!name.empty())
            name += '.';
        for (std::size_t i = 1; i <= length; ++i)
            name += static_cast<char>(std::tolower(message[offset + i]));
        offset += 1 + length;
    }
    return std::nullopt;
}

bool forEachRecord(Bytes message, const std::function<void(const Record&)>& each) {
    if (message.size() < headerSize)
        return false;
    std::size_t at = headerSize;
    for (int i = number16(message, 4); i > 0; --i) {
        const auto end = nameEnd(message, at);
        if (!end || *end + 4 > message.size())
            return false;
        at = *end + 4;
    }
    for (int section = 1; section <= 3; ++section)
        for (int i = number16(message, 4 + 2 * static_cast<std::size_t>(section)); i > 0; --i) {
            const auto end = nameEnd(message, at);
            const auto owner = nameAt(message, at);
            if (!end || !owner || *end + 10 > message.size())
                return false;
            Record record{*owner,
                          static_cast<Type>(number16(message, *end)),
                          number32(message, *end + 4),
                          *end + 4,
                          *end + 10,
                          number16(message, *end + 8),
                          section};
            if (record.dataAt + record.dataSize > message.size())
                return false;
            at = record.dataAt + record.dataSize;
            each(record);
        }
    return true;
}

std::optional<Query> readQuery(Bytes packet, Unreadable& why) {
    why.code.reset();
    if (packet.size() < headerSize || (packet[2] & 0x80U) != 0) // too short, or itself an answer
        return std::nullopt;
    why.code = Code::notImplemented;
    if ((packet[2] & 0x78U) != 0) // something else than a query
        return std::nullopt;
    why.code = Code::formError;
    Query query;
    query.header = packet.first(headerSize);
    const auto end = nameEnd(packet, headerSize);
    auto name = nameAt(packet, headerSize);
    if (number16(packet, 4) != 1 || !end || !name || *end + 4 > packet.size() ||
        std::ranges::any_of(packet.subspan(headerSize, 1), [](std::uint8_t first) { return first > longestLabel; }))
        return std::nullopt;
    query.name = std::move(*name);
    query.type = static_cast<Type>(number16(packet, *end));
    query.questionClass = number16(packet, *end + 2);
    query.question = packet.subspan(headerSize, *end + 4 - headerSize);
    if (!readAdditional(packet, query))
        return std::nullopt;
    why.code.reset();
    return query;
}

Packet bareAnswer(Bytes query, Code code) {
    if (query.size() < headerSize)
        return {};
    Packet answer(query.begin(), query.begin() + headerSize);
    answer[2] = static_cast<std::uint8_t>((query[2] & 0x79U) | 0x80U); // an answer, keeping opcode and what was wanted
    answer[3] = static_cast<std::uint8_t>(0x80U | static_cast<unsigned>(code)); // recursion is to be had
    std::fill(answer.begin() + 4, answer.end(), 0);
    const auto end = nameEnd(query, headerSize);
    if (number16(query, 4) == 1 && end && *end + 4 <= query.size()) {
        answer[5] = 1;
        answer.insert(answer.end(), query.begin() + headerSize, query.begin() + static_cast<std::ptrdiff_t>(*end + 4));
    }
    return answer;
}

Packet wireName(std::string_view name) {
    Packet wire;
    while (!name.empty()) {
        const std::size_t dot = std::min(name.find('.'), name.size());
        if (dot == 0 || dot > longestLabel)
            return {};
        wire.push_back(static_cast<std::uint8_t>(dot));
        wire.insert(wire.end(), name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot));
        name.remove_prefix(std::min(dot + 1, name.size()));
    }
    wire.push_back(0);
    return wire.size() <= longestName ? wire : Packet();
}

Packet makeQuery(std::uint16_t id, std::string_view name, Type type) {
    Packet query;
    put16(query, id);
    put16(query, 0x0100); // recursion desired
    for (const int count : {1, 0, 0, 1})
        put16(query, static_cast<std::size_t>(count));
    const Packet wire = wireName(name);
    query.insert(query.end(), wire.begin(), wire.end());
    put16(query, static_cast<std::size_t>(type));
    put16(query, 1);
    const Packet edns{0, 0, 41, mostUdpBytes >> 8U, mostUdpBytes & 255U, 0, 0, 0, 0, 0, 0};
    query.insert(query.end(), edns.begin(), edns.end());
    return query;
}

AnswerWriter::AnswerWriter(const Query& query, std::size_t limit)
    : limit_(limit), reserved_(query.edns ? ednsSize : 0), edns_(query.edns) {
    bytes_.reserve(512);
    bytes_.assign(query.header.begin(), query.header.end());
    bytes_[2] = static_cast<std::uint8_t>((query.header[2] & 0x01U) | 0x80U);
    bytes_[3] = 0x80U;
    std::fill(bytes_.begin() + 4, bytes_.end(), 0);
    bytes_[5] = 1;
    bytes_.insert(bytes_.end(), query.question.begin(), query.question.end());
    written_.emplace_back(query.name, static_cast<std::uint16_t>(headerSize));
}

void AnswerWriter::setCode(Code code) {
    bytes_[3] = static_cast<std::uint8_t>((bytes_[3] & 0xF0U) | static_cast<unsigned>(code));
}

void AnswerWriter::setAuthoritative() {
    bytes_[2] |= 0x04U;
}

void AnswerWriter::putName(std::string_view name) {
    const auto known = std::ranges::find(written_, name, &std::pair<std::string, std::uint16_t>::first);
    if (known != written_.end())
        return put16(bytes_, 0xC000U | known->second);
    if (bytes_.size() < 0x3FFF && written_.size() < mostRememberedNames)
        written_.emplace_back(name, static_cast<std::uint16_t>(bytes_.size()));
    const Packet wire = wireName(name);
    bytes_.insert(bytes_.end(), wire.begin(), wire.end());
}

std::size_t AnswerWriter::begin(std::string_view owner, Type type, std::uint32_t ttl) {
    putName(owner);
    put16(bytes_, static_cast<std::size_t>(type));
    put16(bytes_, 1);
    put32(bytes_, ttl);
    put16(bytes_, 0); // the data's length, known at the end
    return bytes_.size();
}

void AnswerWriter::count(int section) {
    const std::size_t at = 4 + 2 * static_cast<std::size_t>(section);
    if (++bytes_[at + 1] == 0)
        ++bytes_[at];
}

void AnswerWriter::end(int section, std::size_t start, std::size_t before) {
    if (bytes_.size() + reserved_ > limit_) {
        bytes_.resize(before);
        std::erase_if(written_, [&](const auto& name) { return name.second >= before; });
        full_ = true;
        if (section < 3)
            bytes_[2] |= 0x02U; // there is more: ask again over TCP
        return;
    }
    const std::size_t size = bytes_.size() - start;
    bytes_[start - 2] = static_cast<std::uint8_t>(size >> 8U);
    bytes_[start - 1] = static_cast<std::uint8_t>(size);
    count(section);
}

void AnswerWriter::add(int section, std::string_view owner, Type type, std::uint32_t ttl, Bytes data) {
    if (full_)
        return;
    const std::size_t before = bytes_.size(), start = begin(owner, type, ttl);
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    end(section, start, before);
}

void AnswerWriter::addName(int section, std::string_view owner, Type type, std::uint32_t ttl, std::string_view target) {
    if (full_)
        return;
    const std::size_t before = bytes_.size(), start = begin(owner, type, ttl);
    putName(target);
    end(section, start, before);
}

void AnswerWriter::addService(std::string_view owner, std::uint32_t ttl, int weight, int port,
                              std::string_view target) {
    if (full_)
        return;
    const std::size_t before = bytes_.size(), start = begin(owner, Type::srv, ttl);
    put16(bytes_, 0); // priority
    put16(bytes_, static_cast<std::size_t>(weight));
    put16(bytes_, static_cast<std::size_t>(port));
    // RFC 2782: the target is not pointed elsewhere; but its own address record may point here.
    if (bytes_.size() < 0x3FFF && written_.size() < mostRememberedNames)
        written_.emplace_back(target, static_cast<std::uint16_t>(bytes_.size()));
    const Packet wire = wireName(target);
    bytes_.insert(bytes_.end(), wire.begin(), wire.end());
    end(1, start, before);
}

Packet AnswerWriter::take() {
    if (edns_) {
        const Packet edns{0, 0, 41, mostUdpBytes >> 8U, mostUdpBytes & 255U, 0, 0, 0, 0, 0, 0};
        bytes_.insert(bytes_.end(), edns.begin(), edns.end());
        count(3);
    }
    return std::move(bytes_);
}

} // namespace slipway::network::dns
