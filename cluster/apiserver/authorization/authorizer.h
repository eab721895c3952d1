#pragma once

#include <memory>
#include <string>
#include <vector>

/// Who may do what. Authorizers are asked in turn; what none allows is forbidden.
namespace slipway::apiserver::authorization {

/// What a request wants to do, and who asks.
struct Attributes {
    std::string user;
    std::vector<std::string> groups;
    std::string verb; ///< "get", "list", "create", ...; of a path: the HTTP method in lower case
    std::string group, version, resource, subresource;
    std::string name;            ///< empty where the request names none (list, create)
    std::string ns;              ///< empty: cluster scope
    std::string nonResourcePath; ///< set: the request is for this path, and for no resource

    bool isResourceRequest() const { return nonResourcePath.empty(); }
};

enum class Verdict {
    allowed,
    denied,   ///< whatever others say
    noOpinion ///< others may allow it
};

struct Decision {
    Verdict verdict = Verdict::noOpinion;
    std::string reason; ///< why it is allowed or denied, for audit, access reviews and the message of a refusal
};

/// Thread-safe.
class Authorizer {
public:
    virtual ~Authorizer() = default;
    virtual Decision authorize(const Attributes& attributes) const = 0;
};

/// The first authorizer with an opinion decides; what those without one have to say is kept.
class AuthorizerChain final : public Authorizer {
public:
    explicit AuthorizerChain(std::vector<std::shared_ptr<const Authorizer>> authorizers);
    Decision authorize(const Attributes& attributes) const override;

private:
    std::vector<std::shared_ptr<const Authorizer>> authorizers_;
};

/// The whole message of the Status a refused request gets (code 403, reason Forbidden).
std::string forbiddenMessage(const Attributes& attributes, const std::string& reason = {});

} // namespace slipway::apiserver::authorization
