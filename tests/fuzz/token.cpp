#include "cluster/pki/pki.h"

#include <cstdint>
#include <cstdlib>

using namespace slipway;

/// No text is a token of a key that signed nothing; whatever stands in the three parts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string key = pki::makePrivateKey().value();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (pki::verifyToken(key, text))
        std::abort();
    // The same text as a certificate.
    (void)pki::identityOf(text);
    (void)pki::expiryOf(text);
    return 0;
}
