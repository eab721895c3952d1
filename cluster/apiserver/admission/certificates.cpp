#include "cluster/api/base64.h"
#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/admission/plugins.h"
#include "cluster/pki/pki.h"

#include <algorithm>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::stringAt;

bool isRequest(const Request& request, Operation operation, std::string_view subresource) {
    return request.resource.group == "certificates.k8s.io" && request.resource.name == "certificatesigningrequests" &&
           request.operation == operation && request.subresource == subresource;
}

/// May be allowed for the signer itself, or for all of its domain.
bool mayOnSigner(const Request& request, const ClusterState& cluster, std::string_view verb, std::string_view signer) {
    if (cluster.access() == nullptr)
        return false;
    authorization::Attributes attributes;
    attributes.user = request.user.name;
    attributes.groups = request.user.groups;
    attributes.verb = verb;
    attributes.group = "certificates.k8s.io";
    attributes.version = "*";
    attributes.resource = "signers";
    for (const std::string& name : {std::string(signer), std::string(signer.substr(0, signer.find('/'))) + "/*"}) {
        attributes.name = name;
        if (cluster.access()->decide(attributes).verdict == authorization::Verdict::allowed)
            return true;
    }
    return false;
}

bool sameAt(const Request& request, std::initializer_list<std::string_view> path) {
    const Json *old = api::find(*request.before, path), *now = api::find(request.object, path);
    return (old == nullptr ? Json() : *old) == (now == nullptr ? Json() : *now);
}

} // namespace

Refusal certificateApproval(Request& request, const ClusterState& cluster) {
    if (!isRequest(request, Operation::update, "approval"))
        return {};
    const std::string_view signer = stringAt(*request.before, {"spec", "signerName"});
    if (mayOnSigner(request, cluster, "approve", signer))
        return {};
    return refuse(request, "user not permitted to approve requests with signerName {}", quotedText(signer));
}

Refusal certificateSigning(Request& request, const ClusterState& cluster) {
    if (!isRequest(request, Operation::update, "status") ||
        (sameAt(request, {"status", "certificate"}) && sameAt(request, {"status", "conditions"})))
        return {};
    const std::string_view signer = stringAt(*request.before, {"spec", "signerName"});
    if (mayOnSigner(request, cluster, "sign", signer))
        return {};
    return refuse(request, "user not permitted to sign requests with signerName {}", quotedText(signer));
}

Refusal certificateSubjectRestriction(Request& request, const ClusterState&) {
    if (!isRequest(request, Operation::create, "") ||
        stringAt(request.object, {"spec", "signerName"}) != "kubernetes.io/kube-apiserver-client")
        return {};
    const auto pem = api::decodeBase64(stringAt(request.object, {"spec", "request"}));
    const auto subject = pem ? pki::identityOfRequest(*pem) : std::unexpected(pki::Error());
    if (!subject)
        return {}; // validation says what is wrong with it
    if (std::ranges::find(subject->groups, "system:masters") == subject->groups.end())
        return {};
    return refuse(request,
                  "use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed");
}

} // namespace slipway::apiserver::admission
