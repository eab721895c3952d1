#include "cluster/agent/server/tls.h"

#include "cluster/agent/server/server.h"
#include "cluster/base/log.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace slipway::agent {

namespace ssl = boost::asio::ssl;

namespace {

/// For a node without a certificate of the cluster: encrypted all the same.
void useSelfSigned(ssl::context& context, const std::string& name, const std::string& ip) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 365L * 24 * 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                               -1, 0);
    X509_set_issuer_name(certificate, subject);
    const std::string names = "DNS:" + name + (ip.empty() ? "" : ",IP:" + ip);
    if (X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str())) {
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(certificate, key, EVP_sha256());
    SSL_CTX_use_certificate(context.native_handle(), certificate);
    SSL_CTX_use_PrivateKey(context.native_handle(), key);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

std::string entry(X509_NAME* name, int nid, int& index) {
    index = X509_NAME_get_index_by_NID(name, nid, index);
    if (index < 0)
        return {};
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

} // namespace

std::shared_ptr<ssl::context> makeTlsContext(const NodeServerSettings& settings) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    if (std::filesystem::exists(settings.certificate) && std::filesystem::exists(settings.key)) {
        context->use_certificate_chain_file(settings.certificate.string());
        context->use_private_key_file(settings.key.string(), ssl::context::pem);
    } else {
        base::info("agent", "{} is not there: serving with a self-signed certificate", settings.certificate.string());
        useSelfSigned(*context, settings.nodeName, settings.nodeIp);
    }
    if (!settings.clientCaPem.empty()) {
        context->add_certificate_authority(boost::asio::buffer(settings.clientCaPem));
        context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
    return context;
}

bool mayUseNode(SSL* connection) {
    X509* certificate = SSL_get1_peer_certificate(connection);
    if (certificate == nullptr)
        return false;
    X509_NAME* subject = X509_get_subject_name(certificate);
    bool allowed = false;
    for (int index = -1;;) {
        const std::string group = entry(subject, NID_organizationName, index);
        if (index < 0)
            break;
        allowed = allowed || group == "system:masters" || group == "kubeadm:cluster-admins";
    }
    int index = -1;
    const std::string user = entry(subject, NID_commonName, index);
    allowed = allowed || user == "kube-apiserver" || user == "kube-apiserver-kubelet-client";
    X509_free(certificate);
    return allowed;
}

} // namespace slipway::agent
