#include "cluster/apiserver/http/peer.h"

#include <openssl/x509.h>

namespace slipway::apiserver {
namespace {

std::string entryOf(X509_NAME* name, int nid, int& position) {
    position = X509_NAME_get_index_by_NID(name, nid, position);
    if (position < 0)
        return {};
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, position));
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

} // namespace

Peer peerOf(TlsSocket& stream) {
    Peer peer;
    error_code ignored;
    peer.address = stream.next_layer().remote_endpoint(ignored).address().to_string();
    SSL* connection = stream.native_handle();
    X509* certificate = SSL_get0_peer_certificate(connection);
    if (certificate == nullptr || SSL_get_verify_result(connection) != X509_V_OK)
        return peer;
    X509_NAME* subject = X509_get_subject_name(certificate);
    int position = -1;
    peer.certificateUser = entryOf(subject, NID_commonName, position);
    for (position = -1;;) {
        std::string group = entryOf(subject, NID_organizationName, position);
        if (position < 0)
            break;
        peer.certificateGroups.push_back(std::move(group));
    }
    return peer;
}

} // namespace slipway::apiserver
