#include "cluster/api/base64.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (api::decodeBase64(api::encodeBase64(text)) != text || api::decodeBase64Url(api::encodeBase64Url(text)) != text)
        std::abort();
    for (const auto& decoded : {api::decodeBase64(text), api::decodeBase64Url(text)}) {
        if (decoded && decoded->size() > size)
            std::abort();
    }
    return 0;
}
