#include "cluster/apiserver/http/compress.h"

#include <zlib.h>

namespace slipway::apiserver {

bool worthCompressing(std::string_view acceptEncoding, std::size_t size) {
    constexpr std::size_t smallest = 128 * 1024;
    if (size < smallest)
        return false;
    while (!acceptEncoding.empty()) {
        const std::size_t comma = acceptEncoding.find(',');
        std::string_view one = acceptEncoding.substr(0, comma);
        acceptEncoding = comma == std::string_view::npos ? std::string_view() : acceptEncoding.substr(comma + 1);
        const std::string_view parameters = one.find(';') == std::string_view::npos ? "" : one.substr(one.find(';'));
        one = one.substr(0, one.find(';'));
        while (one.starts_with(' '))
            one.remove_prefix(1);
        while (one.ends_with(' '))
            one.remove_suffix(1);
        if (one == "gzip")
            return parameters.find("q=0") == std::string_view::npos ||
                   parameters.find("q=0.") != std::string_view::npos;
    }
    return false;
}

std::string gzip(std::string_view text) {
    z_stream stream{};
    constexpr int gzipWindow = 15 + 16;
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

} // namespace slipway::apiserver
