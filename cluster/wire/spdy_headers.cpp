#include "cluster/wire/spdy_headers.h"

#include <array>
#include <cstdint>
#include <zlib.h>

namespace slipway::wire {
namespace {

void appendLength(std::string& out, std::size_t value) {
    for (int i = 3; i >= 0; --i)
        out += static_cast<char>(value >> (8 * i));
}

/// The words that both sides presuppose: each with its length in front, then a text without lengths.
std::string makeDictionary() {
    static constexpr std::array<std::string_view, 65> words{"options",
                                                            "head",
                                                            "post",
                                                            "put",
                                                            "delete",
                                                            "trace",
                                                            "accept",
                                                            "accept-charset",
                                                            "accept-encoding",
                                                            "accept-language",
                                                            "accept-ranges",
                                                            "age",
                                                            "allow",
                                                            "authorization",
                                                            "cache-control",
                                                            "connection",
                                                            "content-base",
                                                            "content-encoding",
                                                            "content-language",
                                                            "content-length",
                                                            "content-location",
                                                            "content-md5",
                                                            "content-range",
                                                            "content-type",
                                                            "date",
                                                            "etag",
                                                            "expect",
                                                            "expires",
                                                            "from",
                                                            "host",
                                                            "if-match",
                                                            "if-modified-since",
                                                            "if-none-match",
                                                            "if-range",
                                                            "if-unmodified-since",
                                                            "last-modified",
                                                            "location",
                                                            "max-forwards",
                                                            "pragma",
                                                            "proxy-authenticate",
                                                            "proxy-authorization",
                                                            "range",
                                                            "referer",
                                                            "retry-after",
                                                            "server",
                                                            "te",
                                                            "trailer",
                                                            "transfer-encoding",
                                                            "upgrade",
                                                            "user-agent",
                                                            "vary",
                                                            "via",
                                                            "warning",
                                                            "www-authenticate",
                                                            "method",
                                                            "get",
                                                            "status",
                                                            "200 OK",
                                                            "version",
                                                            "HTTP/1.1",
                                                            "url",
                                                            "public",
                                                            "set-cookie",
                                                            "keep-alive",
                                                            "origin"};
    static constexpr std::string_view rest =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
        "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
        "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
        "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
        "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";
    std::string dictionary;
    for (std::string_view word : words) {
        appendLength(dictionary, word.size());
        dictionary += word;
    }
    return dictionary += rest;
}

const std::string& dictionary() {
    static const std::string text = makeDictionary();
    return text;
}

Bytef* bytesOf(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

std::optional<std::uint32_t> takeNumber(std::string_view& from) {
    if (from.size() < 4)
        return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | static_cast<std::uint8_t>(from[static_cast<std::size_t>(i)]);
    from.remove_prefix(4);
    return value;
}

std::optional<std::string_view> takeText(std::string_view& from) {
    const auto size = takeNumber(from);
    if (!size || *size > from.size())
        return std::nullopt;
    const std::string_view text = from.substr(0, *size);
    from.remove_prefix(*size);
    return text;
}

std::optional<SpdyHeaders> parse(std::string_view block) {
    const auto count = takeNumber(block);
    if (!count)
        return std::nullopt;
    SpdyHeaders headers;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto name = takeText(block);
        const auto value = name ? takeText(block) : std::nullopt;
        if (!value || name->empty())
            return std::nullopt;
        std::string key(*name);
        for (char& c : key)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        headers.insert_or_assign(std::move(key), std::string(*value));
    }
    return headers;
}

} // namespace

struct SpdyHeaderCompressor::State {
    z_stream stream{};
    State() {
        deflateInit(&stream, Z_BEST_SPEED);
        deflateSetDictionary(&stream, bytesOf(dictionary()), static_cast<uInt>(dictionary().size()));
    }
    ~State() { deflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

SpdyHeaderCompressor::SpdyHeaderCompressor() : state_(std::make_unique<State>()) {}
SpdyHeaderCompressor::~SpdyHeaderCompressor() = default;

std::string SpdyHeaderCompressor::compress(const SpdyHeaders& headers) {
    std::string plain;
    appendLength(plain, headers.size());
    for (const auto& [name, value] : headers) {
        appendLength(plain, name.size());
        plain += name;
        appendLength(plain, value.size());
        plain += value;
    }
    z_stream& stream = state_->stream;
    stream.next_in = bytesOf(plain);
    stream.avail_in = static_cast<uInt>(plain.size());
    std::string out;
    std::array<char, 1024> piece{};
    do {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = piece.size();
        deflate(&stream, Z_SYNC_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    return out;
}

struct SpdyHeaderDecompressor::State {
    z_stream stream{};
    State() { inflateInit(&stream); }
    ~State() { inflateEnd(&stream); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

SpdyHeaderDecompressor::SpdyHeaderDecompressor() : state_(std::make_unique<State>()) {}
SpdyHeaderDecompressor::~SpdyHeaderDecompressor() = default;

std::optional<SpdyHeaders> SpdyHeaderDecompressor::decompress(std::string_view block) {
    z_stream& stream = state_->stream;
    stream.next_in = bytesOf(block);
    stream.avail_in = static_cast<uInt>(block.size());
    std::string plain;
    std::array<char, 4096> piece{};
    for (;;) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = piece.size();
        const int result = inflate(&stream, Z_SYNC_FLUSH);
        plain.append(piece.data(), piece.size() - stream.avail_out);
        if (plain.size() > largestBlock)
            return std::nullopt;
        if (result == Z_NEED_DICT) {
            if (inflateSetDictionary(&stream, bytesOf(dictionary()), static_cast<uInt>(dictionary().size())) != Z_OK)
                return std::nullopt;
            continue;
        }
        if (result == Z_BUF_ERROR || (result == Z_OK && stream.avail_in == 0 && stream.avail_out != 0))
            break;
        if (result != Z_OK)
            return std::nullopt;
    }
    return parse(plain);
}

} // namespace slipway::wire
