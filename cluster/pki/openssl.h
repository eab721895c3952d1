#pragma once

#include "cluster/pki/pki.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

/// Owning pointers and conversions over OpenSSL, private to this folder.
namespace slipway::pki {

template <auto Free> struct Deleter {
    template <class T> void operator()(T* object) const { Free(object); }
};

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

/// Clocks of a cluster's machines differ a little; a new certificate must be valid on all of them.
constexpr long backdateSeconds = 5 * 60;

/// An error with @p what and the reason OpenSSL queued; empties that queue.
std::unexpected<Error> failure(Errc kind, const char* what);

/// A new ECDSA P-256 key.
Result<Key> generateKey();
/// Reads a private key; with @p publicToo also a public one.
Result<Key> parseKey(std::string_view pem, bool publicToo = false);
Result<std::string> printKey(EVP_PKEY* key);
Result<Certificate> parseCertificate(std::string_view pem);
Result<std::string> printCertificate(X509* certificate);
/// Gives a certificate a random serial number.
Result<void> setSerial(X509* certificate);

} // namespace slipway::pki
