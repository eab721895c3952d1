#include "cluster/pki/signing_requests.h"

#include "cluster/pki/openssl.h"

#include <algorithm>
#include <openssl/pem.h>

namespace slipway::pki {

namespace {

using SigningRequest = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;

struct ExtensionsDeleter {
    void operator()(STACK_OF(X509_EXTENSION) * list) const { sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free); }
};
using Extensions = std::unique_ptr<STACK_OF(X509_EXTENSION), ExtensionsDeleter>;

/// A use as Kubernetes names it, and as OpenSSL does; extended ones say what the key is for, others how.
struct Usage {
    const char *name, *text;
    bool extended;
};
constexpr Usage knownUsages[] = {{"digital signature", "digitalSignature", false},
                                 {"content commitment", "nonRepudiation", false},
                                 {"key encipherment", "keyEncipherment", false},
                                 {"data encipherment", "dataEncipherment", false},
                                 {"key agreement", "keyAgreement", false},
                                 {"signing", "digitalSignature", false},
                                 {"server auth", "serverAuth", true},
                                 {"client auth", "clientAuth", true},
                                 {"code signing", "codeSigning", true},
                                 {"email protection", "emailProtection", true},
                                 {"s/mime", "emailProtection", true},
                                 {"timestamping", "timeStamping", true},
                                 {"ocsp signing", "OCSPSigning", true}};

Result<SigningRequest> parse(std::string_view pem) {
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    SigningRequest request(bio ? PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    if (!request)
        return failure(Errc::badCertificate, "cannot read the certificate request");
    EVP_PKEY* key = X509_REQ_get0_pubkey(request.get());
    if (key == nullptr || X509_REQ_verify(request.get(), key) != 1)
        return failure(Errc::badCertificate, "the certificate request is not signed with its key");
    return request;
}

std::string textOf(const ASN1_STRING* string) {
    unsigned char* text = nullptr;
    const int size = ASN1_STRING_to_UTF8(&text, string);
    std::string result = size > 0 ? std::string(reinterpret_cast<char*>(text), static_cast<std::size_t>(size)) : "";
    OPENSSL_free(text);
    return result;
}

/// "192.0.2.1" or the groups of an IPv6 address.
std::string addressText(const ASN1_OCTET_STRING* octets) {
    const unsigned char* data = ASN1_STRING_get0_data(octets);
    const int size = ASN1_STRING_length(octets);
    std::string text;
    for (int i = 0; i < size; i += size == 16 ? 2 : 1) {
        char part[8];
        if (size == 16)
            std::snprintf(part, sizeof part, "%x", data[i] << 8 | data[i + 1]);
        else
            std::snprintf(part, sizeof part, "%d", data[i]);
        text += (i == 0 ? "" : size == 16 ? ":" : ".") + std::string(part);
    }
    return text;
}

GeneralNames alternativeNames(X509_REQ* request) {
    const Extensions extensions(X509_REQ_get_extensions(request));
    return GeneralNames(extensions ? static_cast<GENERAL_NAMES*>(
                                         X509V3_get_d2i(extensions.get(), NID_subject_alt_name, nullptr, nullptr))
                                   : nullptr);
}

Result<void> add(X509* certificate, X509* issuer, int field, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, field, value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1)
        return failure(Errc::crypto, "cannot add an extension");
    return {};
}

Result<void> addUsages(X509* certificate, X509* issuer, const std::vector<std::string>& usages) {
    std::string uses = "critical", purposes;
    for (const std::string& usage : usages) {
        const auto known = std::ranges::find_if(knownUsages, [&](const Usage& row) { return usage == row.name; });
        if (known == std::end(knownUsages))
            return std::unexpected(Error{Errc::badCertificate, "unrecognized usage value: " + usage});
        if (known->extended)
            purposes += (purposes.empty() ? "" : ",") + std::string(known->text);
        else if (uses.find(known->text) == std::string::npos)
            uses += "," + std::string(known->text);
    }
    if (uses != "critical")
        if (auto done = add(certificate, issuer, NID_key_usage, uses); !done)
            return done;
    return purposes.empty() ? Result<void>() : add(certificate, issuer, NID_ext_key_usage, purposes);
}

Result<void> setValidity(X509* certificate, const X509* issuer, std::chrono::seconds lifetime) {
    if (!X509_gmtime_adj(X509_getm_notBefore(certificate), -backdateSeconds) ||
        !X509_gmtime_adj(X509_getm_notAfter(certificate), static_cast<long>(lifetime.count())) ||
        (ASN1_TIME_compare(X509_get0_notAfter(issuer), X509_get0_notAfter(certificate)) < 0 &&
         X509_set1_notAfter(certificate, X509_get0_notAfter(issuer)) != 1))
        return failure(Errc::crypto, "cannot set the validity");
    return {};
}

Result<void> fill(X509* certificate, X509* issuer, X509_REQ* request, const std::vector<std::string>& usages,
                  std::chrono::seconds lifetime) {
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        X509_set_pubkey(certificate, X509_REQ_get0_pubkey(request)) != 1 ||
        X509_set_subject_name(certificate, X509_REQ_get_subject_name(request)) != 1 ||
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1)
        return failure(Errc::crypto, "cannot make a certificate");
    const GeneralNames names = alternativeNames(request);
    if (names && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT) != 1)
        return failure(Errc::crypto, "cannot add the alternative names");
    return setSerial(certificate)
        .and_then([&] { return setValidity(certificate, issuer, lifetime); })
        .and_then([&] { return add(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"); })
        .and_then([&] { return addUsages(certificate, issuer, usages); })
        .and_then([&] { return add(certificate, issuer, NID_authority_key_identifier, "keyid:always"); });
}

} // namespace

Result<RequestedNames> namesOfRequest(std::string_view requestPem) {
    const auto request = parse(requestPem);
    if (!request)
        return std::unexpected(request.error());
    RequestedNames names;
    const X509_NAME* subject = X509_REQ_get_subject_name(request->get());
    for (int i = 0; i < X509_NAME_entry_count(subject); ++i) {
        const X509_NAME_ENTRY* entry = X509_NAME_get_entry(subject, i);
        const int field = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
        if (field == NID_commonName)
            names.commonName = textOf(X509_NAME_ENTRY_get_data(entry));
        else if (field == NID_organizationName)
            names.organizations.push_back(textOf(X509_NAME_ENTRY_get_data(entry)));
    }
    const GeneralNames alternatives = alternativeNames(request->get());
    for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
        if (name->type == GEN_DNS)
            names.dnsNames.push_back(textOf(name->d.dNSName));
        else if (name->type == GEN_IPADD)
            names.ipAddresses.push_back(addressText(name->d.iPAddress));
        else
            names.otherNames = true;
    }
    return names;
}

Result<std::string> signRequest(const KeyPair& authority, std::string_view requestPem,
                                const std::vector<std::string>& usages, std::chrono::seconds lifetime) {
    const auto request = parse(requestPem);
    if (!request)
        return std::unexpected(request.error());
    const auto issuer = parseCertificate(authority.certificatePem);
    if (!issuer)
        return std::unexpected(issuer.error());
    const auto signer = parseKey(authority.keyPem);
    if (!signer)
        return std::unexpected(signer.error());
    const Certificate certificate(X509_new());
    if (!certificate)
        return failure(Errc::crypto, "out of memory");
    if (auto done = fill(certificate.get(), issuer->get(), request->get(), usages, lifetime); !done)
        return std::unexpected(done.error());
    if (X509_sign(certificate.get(), signer->get(), EVP_sha256()) == 0)
        return failure(Errc::crypto, "cannot sign the certificate");
    return printCertificate(certificate.get());
}

} // namespace slipway::pki
