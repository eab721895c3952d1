#include "cluster/pki/openssl.h"

#include <openssl/pem.h>

namespace slipway::pki {

namespace {

using CertificateSigningRequest = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;

Result<void> setValidity(X509* certificate, std::chrono::hours lifetime, const X509* issuer) {
    const int days = static_cast<int>(lifetime.count() / 24);
    const long seconds = static_cast<long>(lifetime.count() % 24) * 3600;
    if (!X509_gmtime_adj(X509_getm_notBefore(certificate), -backdateSeconds) ||
        !X509_time_adj_ex(X509_getm_notAfter(certificate), days, seconds, nullptr))
        return failure(Errc::crypto, "cannot set the validity");
    // A certificate that outlives its authority fails to verify anyway: say so in it.
    if (issuer && ASN1_TIME_compare(X509_get0_notAfter(issuer), X509_get0_notAfter(certificate)) < 0 &&
        X509_set1_notAfter(certificate, X509_get0_notAfter(issuer)) != 1)
        return failure(Errc::crypto, "cannot set the validity");
    return {};
}

bool addName(X509_NAME* name, int field, const std::string& text) {
    return X509_NAME_add_entry_by_NID(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()),
                                      static_cast<int>(text.size()), -1, 0) == 1;
}

Result<void> setSubject(X509* certificate, const std::string& commonName,
                        const std::vector<std::string>& organizations) {
    X509_NAME* name = X509_get_subject_name(certificate);
    for (const std::string& organization : organizations) {
        if (!addName(name, NID_organizationName, organization))
            return failure(Errc::crypto, "cannot use the organization");
    }
    if (!addName(name, NID_commonName, commonName))
        return failure(Errc::crypto, "cannot use the common name");
    return {};
}

Result<void> addExtension(X509* certificate, X509* issuer, int field, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, field, value));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
        return failure(Errc::crypto, "cannot add an extension");
    return {};
}

bool addGeneralName(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
    GENERAL_NAME* name = value ? GENERAL_NAME_new() : nullptr;
    if (!name) {
        ASN1_STRING_free(value);
        return false;
    }
    GENERAL_NAME_set0_value(name, type, value);
    if (sk_GENERAL_NAME_push(names, name) > 0)
        return true;
    GENERAL_NAME_free(name);
    return false;
}

ASN1_STRING* dnsString(const std::string& text) {
    ASN1_STRING* value = ASN1_IA5STRING_new();
    if (value && ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1)
        return value;
    ASN1_STRING_free(value);
    return nullptr;
}

// Built by hand: OpenSSL's textual form would let a comma in a name add another name.
Result<void> addAlternativeNames(X509* certificate, const CertificateRequest& request) {
    if (request.dnsNames.empty() && request.ipAddresses.empty())
        return {};
    const GeneralNames names(sk_GENERAL_NAME_new_null());
    if (!names)
        return failure(Errc::crypto, "out of memory");
    for (const std::string& dns : request.dnsNames) {
        if (!addGeneralName(names.get(), GEN_DNS, dnsString(dns)))
            return failure(Errc::crypto, "cannot use a DNS name");
    }
    for (const std::string& ip : request.ipAddresses) {
        if (!addGeneralName(names.get(), GEN_IPADD, a2i_IPADDRESS(ip.c_str())))
            return failure(Errc::crypto, "cannot use an IP address");
    }
    if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) != 1)
        return failure(Errc::crypto, "cannot add the alternative names");
    return {};
}

Result<void> addIdentifiers(X509* certificate, X509* issuer) {
    return addExtension(certificate, issuer, NID_subject_key_identifier, "hash").and_then([&] {
        return addExtension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
    });
}

Result<void> addAuthorityExtensions(X509* certificate) {
    return addExtension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE")
        .and_then([&] {
            return addExtension(certificate, certificate, NID_key_usage,
                                "critical,digitalSignature,keyCertSign,cRLSign");
        })
        .and_then([&] { return addIdentifiers(certificate, certificate); });
}

Result<void> addLeafExtensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
    std::string purposes = request.server ? "serverAuth" : "";
    if (request.client)
        purposes += purposes.empty() ? "clientAuth" : ",clientAuth";
    return addExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE")
        .and_then([&] { return addExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature"); })
        .and_then([&]() -> Result<void> {
            if (purposes.empty())
                return {};
            return addExtension(certificate, issuer, NID_ext_key_usage, purposes.c_str());
        })
        .and_then([&] { return addIdentifiers(certificate, issuer); })
        .and_then([&] { return addAlternativeNames(certificate, request); });
}

/// A certificate with version, serial, validity, subject and key, not yet signed.
Result<Certificate> beginCertificate(EVP_PKEY* key, const std::string& commonName,
                                     const std::vector<std::string>& organizations, std::chrono::hours lifetime,
                                     const X509* issuer) {
    Certificate certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
        X509_set_pubkey(certificate.get(), key) != 1)
        return failure(Errc::crypto, "cannot make a certificate");
    auto done = setSerial(certificate.get())
                    .and_then([&] { return setValidity(certificate.get(), lifetime, issuer); })
                    .and_then([&] { return setSubject(certificate.get(), commonName, organizations); });
    if (!done)
        return std::unexpected(std::move(done.error()));
    return certificate;
}

Result<KeyPair> signAndPrint(X509* certificate, EVP_PKEY* key, EVP_PKEY* signer) {
    if (X509_sign(certificate, signer, EVP_sha256()) == 0)
        return failure(Errc::crypto, "cannot sign the certificate");
    auto certificatePem = printCertificate(certificate);
    if (!certificatePem)
        return std::unexpected(std::move(certificatePem.error()));
    auto keyPem = printKey(key);
    if (!keyPem)
        return std::unexpected(std::move(keyPem.error()));
    return KeyPair{std::move(*certificatePem), std::move(*keyPem)};
}

std::string textOf(const X509_NAME_ENTRY* entry) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
    std::string result = size > 0 ? std::string(reinterpret_cast<char*>(text), static_cast<std::size_t>(size)) : "";
    OPENSSL_free(text);
    return result;
}

} // namespace

Result<std::string> makePrivateKey() {
    return generateKey().and_then([](const Key& key) { return printKey(key.get()); });
}

Result<KeyPair> makeAuthority(const std::string& commonName, std::chrono::hours lifetime) {
    auto key = generateKey();
    if (!key)
        return std::unexpected(std::move(key.error()));
    auto certificate = beginCertificate(key->get(), commonName, {}, lifetime, nullptr);
    if (!certificate)
        return std::unexpected(std::move(certificate.error()));
    X509* authority = certificate->get();
    if (X509_set_issuer_name(authority, X509_get_subject_name(authority)) != 1)
        return failure(Errc::crypto, "cannot name the issuer");
    return addAuthorityExtensions(authority).and_then([&] { return signAndPrint(authority, key->get(), key->get()); });
}

Result<KeyPair> issueCertificate(const KeyPair& authority, const CertificateRequest& request) {
    auto issuer = parseCertificate(authority.certificatePem);
    if (!issuer)
        return std::unexpected(std::move(issuer.error()));
    auto signer = parseKey(authority.keyPem);
    if (!signer)
        return std::unexpected(std::move(signer.error()));
    if (X509_check_private_key(issuer->get(), signer->get()) != 1)
        return failure(Errc::badKey, "the authority's key does not belong to its certificate");
    auto key = generateKey();
    if (!key)
        return std::unexpected(std::move(key.error()));
    auto certificate =
        beginCertificate(key->get(), request.commonName, request.organizations, request.lifetime, issuer->get());
    if (!certificate)
        return std::unexpected(std::move(certificate.error()));
    if (X509_set_issuer_name(certificate->get(), X509_get_subject_name(issuer->get())) != 1)
        return failure(Errc::crypto, "cannot name the issuer");
    return addLeafExtensions(certificate->get(), issuer->get(), request).and_then([&] {
        return signAndPrint(certificate->get(), key->get(), signer->get());
    });
}

namespace {

Identity identityIn(const X509_NAME* subject) {
    Identity identity;
    for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
        const int field = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (field == NID_commonName)
            identity.user = textOf(entry);
        else if (field == NID_organizationName)
            identity.groups.push_back(textOf(entry));
    }
    return identity;
}

} // namespace

Result<Identity> identityOf(std::string_view certificatePem) {
    const auto certificate = parseCertificate(certificatePem);
    if (!certificate)
        return std::unexpected(certificate.error());
    return identityIn(X509_get_subject_name(certificate->get()));
}

Result<Identity> identityOfRequest(std::string_view requestPem) {
    const Bio bio(BIO_new_mem_buf(requestPem.data(), static_cast<int>(requestPem.size())));
    const CertificateSigningRequest request(bio ? PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr)
                                                : nullptr);
    if (!request)
        return failure(Errc::badCertificate, "not a certificate signing request");
    if (X509_REQ_verify(request.get(), X509_REQ_get0_pubkey(request.get())) != 1)
        return failure(Errc::badCertificate, "the request's signature does not fit");
    return identityIn(X509_REQ_get_subject_name(request.get()));
}

Result<std::chrono::system_clock::time_point> expiryOf(std::string_view certificatePem) {
    const auto certificate = parseCertificate(certificatePem);
    if (!certificate)
        return std::unexpected(certificate.error());
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate->get()), &end) != 1)
        return failure(Errc::badCertificate, "cannot read the certificate's end");
    return std::chrono::system_clock::from_time_t(timegm(&end));
}

} // namespace slipway::pki
