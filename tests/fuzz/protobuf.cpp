#include "cluster/api/protobuf.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// Any bytes as an object: refused, or the same object after writing and reading it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto decoded = api::decodeProtobuf({reinterpret_cast<const char*>(data), size});
    if (!decoded || !decoded->is_object())
        return 0;
    const auto encoded = api::encodeProtobuf(decoded->get_object());
    if (!encoded)
        return 0; // JSON in the envelope may be of any kind
    // The JSON in an envelope need not follow the schema, so only what was written by us is compared.
    const auto first = api::decodeProtobuf(*encoded);
    if (!first)
        return 0;
    const auto again = api::decodeProtobuf(api::encodeProtobuf(first->get_object()).value_or(""));
    if (!again || *again != *first)
        std::abort();
    return 0;
}
