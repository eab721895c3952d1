#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Header blocks of SPDY/3: name-value pairs behind zlib with a dictionary of the protocol's, one compression state per
/// direction of a session (SPDY protocol draft 3, section 2.6.10).
namespace slipway::wire {

/// Names in lower case. Several values of a name are joined with a zero byte.
using SpdyHeaders = std::map<std::string, std::string, std::less<>>;

/// Compresses one session's blocks, in the order they are sent.
class SpdyHeaderCompressor {
public:
    SpdyHeaderCompressor();
    ~SpdyHeaderCompressor();
    std::string compress(const SpdyHeaders& headers);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads one session's blocks, in the order they come.
class SpdyHeaderDecompressor {
public:
    /// What a block may hold uncompressed.
    static constexpr std::size_t largestBlock = 64 * 1024;

    SpdyHeaderDecompressor();
    ~SpdyHeaderDecompressor();
    /// Nothing for a damaged or too large block: the session cannot go on then.
    std::optional<SpdyHeaders> decompress(std::string_view block);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace slipway::wire
