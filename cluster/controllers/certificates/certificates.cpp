#include "cluster/controllers/certificates/certificates.h"

#include "cluster/base/time.h"
#include "cluster/controllers/certificates/certificate_request.h"

#include <format>

namespace slipway::controllers {

using api::JsonArray;
using api::JsonObject;
using api::certificates_v1::CertificateSigningRequestCondition;

namespace {

using RequestPtr = std::shared_ptr<const CertificateSigningRequest>;

CertificateSigningRequestCondition makeCondition(const char* type, const char* reason, const std::string& message) {
    CertificateSigningRequestCondition condition;
    condition.type = type;
    condition.status = "True";
    condition.reason = reason;
    condition.message = message;
    condition.lastUpdateTime = condition.lastTransitionTime = base::nowRfc3339();
    return condition;
}

class CertificateSigner : public Reconciler {
public:
    explicit CertificateSigner(const Context& context) : Reconciler(context), signers_(context.options.signers) {
        watch<CertificateSigningRequest>();
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto request = caches_.of<CertificateSigningRequest>().getKey(key);
        if (!request || !isOurSigner(request->spec.signerName) || !signers_.certificate ||
            conditionOf(*request, "Approved") == nullptr || conditionOf(*request, "Failed") != nullptr ||
            (request->status && !request->status->certificate.data.empty()))
            return SyncResult{};
        CertificateSigningRequest next = *request;
        if (!next.status)
            next.status.emplace();
        if (const std::string error = sign(*request, *next.status); !error.empty())
            next.status->conditions.push_back(makeCondition("Failed", "SignerValidationFailure", error));
        const auto written = ignoreGone(client_->update(next, "status"));
        return written ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(written.error());
    }

    /// Why it cannot be signed; empty once it is.
    std::string sign(const CertificateSigningRequest& request,
                     api::certificates_v1::CertificateSigningRequestStatus& status) const {
        const auto names = signers_.names(request.spec.request.data);
        if (!names)
            return "unable to parse csr: " + names.error();
        if (std::string why = refusal(request, *names); !why.empty())
            return why;
        const auto signedPem =
            signers_.certificate(request.spec.request.data, request.spec.usages, lifetimeOf(request));
        if (!signedPem)
            return signedPem.error();
        status.certificate.data = *signedPem;
        return {};
    }

    const Signers signers_;
};

class CertificateApprover : public Reconciler {
public:
    explicit CertificateApprover(const Context& context) : Reconciler(context), signers_(context.options.signers) {
        watch<CertificateSigningRequest>();
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto request = caches_.of<CertificateSigningRequest>().getKey(key);
        if (!request || !signers_.names || conditionOf(*request, "Approved") != nullptr ||
            conditionOf(*request, "Denied") != nullptr ||
            (request->status && !request->status->certificate.data.empty()))
            return SyncResult{};
        const auto names = signers_.names(request->spec.request.data);
        if (!names)
            return SyncResult{};
        for (const bool self : {true, false}) {
            if (!isNodeClientRequest(*request, *names, self))
                continue;
            const auto allowed = mayHave(*request, self ? "selfnodeclient" : "nodeclient");
            if (!allowed)
                return std::unexpected(allowed.error());
            if (*allowed)
                return approve(*request, self);
        }
        return SyncResult{};
    }

    client::Result<bool> mayHave(const CertificateSigningRequest& request, const char* subresource) const {
        JsonArray groups;
        for (const std::string& group : request.spec.groups)
            groups.emplace_back(group);
        const JsonObject review{
            {"apiVersion", "authorization.k8s.io/v1"},
            {"kind", "SubjectAccessReview"},
            {"spec", JsonObject{{"user", request.spec.username},
                                {"uid", request.spec.uid},
                                {"groups", groups},
                                {"resourceAttributes", JsonObject{{"group", "certificates.k8s.io"},
                                                                  {"resource", "certificatesigningrequests"},
                                                                  {"subresource", subresource},
                                                                  {"verb", "create"},
                                                                  {"version", "*"}}}}}};
        const auto answer = client_->create(
            {"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false}, {}, review);
        if (!answer)
            return std::unexpected(answer.error());
        return api::boolAt(answer->get_object(), {"status", "allowed"});
    }

    client::Result<SyncResult> approve(const CertificateSigningRequest& request, bool self) {
        CertificateSigningRequest next = request;
        if (!next.status)
            next.status.emplace();
        next.status->conditions.push_back(
            makeCondition("Approved", "AutoApproved",
                          self ? "Auto approving self kubelet client certificate after SubjectAccessReview."
                               : "Auto approving kubelet client certificate after SubjectAccessReview."));
        const auto written = ignoreGone(client_->update(next, "approval"));
        return written ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(written.error());
    }

    const Signers signers_;
};

class CertificateCleaner : public Reconciler {
public:
    explicit CertificateCleaner(const Context& context) : Reconciler(context) { watch<CertificateSigningRequest>(); }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto request = caches_.of<CertificateSigningRequest>().getKey(key);
        if (!request)
            return SyncResult{};
        const auto left = keepFor(*request, std::chrono::system_clock::now());
        if (left.count() > 0)
            return SyncResult{left};
        client::DeleteOptions options;
        options.uid = request->metadata.uid;
        const auto gone =
            ignoreGone(client_->remove(client::resourceOf<CertificateSigningRequest>(), {}, key, options));
        return gone ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(gone.error());
    }
};

} // namespace

std::unique_ptr<Reconciler> makeCertificateSigner(const Context& context) {
    return std::make_unique<CertificateSigner>(context);
}
std::unique_ptr<Reconciler> makeCertificateApprover(const Context& context) {
    return std::make_unique<CertificateApprover>(context);
}
std::unique_ptr<Reconciler> makeCertificateCleaner(const Context& context) {
    return std::make_unique<CertificateCleaner>(context);
}

} // namespace slipway::controllers
