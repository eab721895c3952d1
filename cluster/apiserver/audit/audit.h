#pragma once

#include "cluster/apiserver/audit/backend.h"
#include "cluster/apiserver/audit/policy.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::apiserver::audit {

class AuditedRequest;

/// The audit log of a server: what its policy says is to be noted of requests goes to its backends. Thread-safe.
class Audit {
public:
    Audit(Policy policy, std::vector<std::unique_ptr<Backend>> backends)
        : policy_(std::move(policy)), backends_(std::move(backends)) {}

    /// Begins to note a request, with the stage RequestReceived; null when nothing is to be noted of it.
    /// @p user: null when the sender was not recognized. The request and its info outlive their answering only.
    std::shared_ptr<AuditedRequest> begin(const Request& request, const RequestInfo& info, const User* user);

private:
    friend class AuditedRequest;
    void write(const api::JsonObject& event);

    const Policy policy_;
    const std::vector<std::unique_ptr<Backend>> backends_;
};

/// What is noted of one request. One thread at a time. A request whose answer goes on is complete when this goes.
class AuditedRequest {
public:
    AuditedRequest(Audit& audit, Verdict verdict, api::JsonObject event);
    ~AuditedRequest();
    AuditedRequest(const AuditedRequest&) = delete;
    AuditedRequest& operator=(const AuditedRequest&) = delete;

    void impersonated(const User& user);
    /// Whether, and why, the sender may.
    void judged(bool allowed, const std::string& reason);
    /// Remarks of admission.
    std::map<std::string, std::string>& annotations() { return annotations_; }
    /// The body of a request for a resource, as far as the policy wants it.
    void sent(const Request& request, const RequestInfo& info);

    /// Notes the answer and that it is complete; of one that goes on, that it began.
    void answered(const Answer& answer, const RequestInfo& info);
    /// The sender was not recognized, and told so.
    void refused(const api::Status& status);
    void panicked();
    /// The code that a forwarded request was answered with.
    void forwarded(int code);

private:
    void takeReply(const Reply& reply);
    void write(Stage stage);

    Audit& audit_;
    const Verdict verdict_;
    api::JsonObject event_;
    std::map<std::string, std::string> annotations_;
    std::atomic<int> forwardedCode_ = 0;
    bool goesOn_ = false, over_ = false;
};

/// Notes an answer, and that it is complete when it is.
Answer noted(std::shared_ptr<AuditedRequest> audited, Answer answer, const RequestInfo& info);

} // namespace slipway::apiserver::audit
