#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// DNS messages on the wire (RFC 1035, RFC 6891): what the server reads and writes, no more.
namespace slipway::network::dns {

using Packet = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>;

enum class Type : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    txt = 16,
    aaaa = 28,
    srv = 33,
    opt = 41,
    any = 255
};
enum class Code : std::uint8_t {
    noError = 0,
    formError = 1,
    serverFailure = 2,
    nameError = 3,
    notImplemented = 4,
    refused = 5
};

constexpr std::size_t headerSize = 12, mostBytes = 65535;

/// A query as far as an answer depends on it. Views refer to the packet.
struct Query {
    Bytes header;     ///< 12 bytes
    Bytes question;   ///< as asked, name and all
    std::string name; ///< lower case, without the last dot; "" is the root
    Type type = Type::a;
    std::uint16_t questionClass = 1;
    bool edns = false, dnssec = false;
    std::size_t udpSize = 512; ///< the most bytes a UDP answer may have

    bool isInternet() const { return questionClass == 1; }
};

/// Reads a query; the error is the code to answer with, and nothing when it deserves no answer.
struct Unreadable {
    std::optional<Code> code;
};
std::optional<Query> readQuery(Bytes packet, Unreadable& why);

/// An answer with the header alone (and the question where it is whole).
Packet bareAnswer(Bytes query, Code code);

/// One record of a message.
struct Record {
    std::string owner; ///< lower case, without the last dot
    Type type = Type::a;
    std::uint32_t ttl = 0;
    std::size_t ttlAt = 0; ///< where its time to live stands in the message
    std::size_t dataAt = 0, dataSize = 0;
    int section = 0; ///< 1 answer, 2 authority, 3 additional
};

/// Calls @p each for every record; false when the message is damaged.
bool forEachRecord(Bytes message, const std::function<void(const Record&)>& each);

/// The name at a place in a message, following pointers; nothing when it is damaged.
std::optional<std::string> nameAt(Bytes message, std::size_t offset);

/// A name in wire form; empty when it is none.
Packet wireName(std::string_view name);

/// A query for a name, with recursion wanted.
Packet makeQuery(std::uint16_t id, std::string_view name, Type type);

/// Builds the answer to a query. Names that were written already are pointed to.
class AnswerWriter {
public:
    /// @p limit is the most bytes it may have.
    AnswerWriter(const Query& query, std::size_t limit);

    void setCode(Code code);
    void setAuthoritative();
    /// Adds a record to a section (1 to 3, in rising order). What does not fit is left out, and the answer says so
    /// unless it was only additional.
    void add(int section, std::string_view owner, Type type, std::uint32_t ttl, Bytes data);
    void addName(int section, std::string_view owner, Type type, std::uint32_t ttl, std::string_view target);
    void addService(std::string_view owner, std::uint32_t ttl, int weight, int port, std::string_view target);

    /// The finished message.
    Packet take();

private:
    void putName(std::string_view name);
    void count(int section);
    /// Begins a record; data and its length follow.
    std::size_t begin(std::string_view owner, Type type, std::uint32_t ttl);
    void end(int section, std::size_t start, std::size_t before);

    Packet bytes_;
    std::size_t limit_, reserved_ = 0;
    bool edns_ = false, full_ = false;
    std::vector<std::pair<std::string, std::uint16_t>> written_;
};

} // namespace slipway::network::dns
