#include "cluster/apiserver/authorization/authorizer.h"

#include <format>

namespace slipway::apiserver::authorization {

namespace {

/// In double quotes, with escapes where a message could otherwise be made to lie.
std::string inQuotes(std::string_view text) {
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result.append(1, '\\').append(1, letter);
        else if (letter == '\n')
            result += "\\n";
        else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f)
            result += std::format("\\x{:02x}", static_cast<unsigned char>(letter));
        else
            result += letter;
    }
    return result + "\"";
}

std::string cannot(const Attributes& attributes) {
    const std::string who = std::format("User {} cannot {}", inQuotes(attributes.user), attributes.verb);
    if (!attributes.isResourceRequest())
        return std::format("{} path {}", who, inQuotes(attributes.nonResourcePath));
    const std::string resource =
        attributes.subresource.empty() ? attributes.resource : attributes.resource + "/" + attributes.subresource;
    const std::string scope =
        attributes.ns.empty() ? "at the cluster scope" : "in the namespace " + inQuotes(attributes.ns);
    return std::format("{} resource {} in API group {} {}", who, inQuotes(resource), inQuotes(attributes.group), scope);
}

} // namespace

AuthorizerChain::AuthorizerChain(std::vector<std::shared_ptr<const Authorizer>> authorizers)
    : authorizers_(std::move(authorizers)) {}

Decision AuthorizerChain::authorize(const Attributes& attributes) const {
    Decision undecided;
    for (const auto& authorizer : authorizers_) {
        Decision decision = authorizer->authorize(attributes);
        if (decision.verdict != Verdict::noOpinion)
            return decision;
        if (!decision.reason.empty())
            undecided.reason += (undecided.reason.empty() ? "" : ", ") + decision.reason;
    }
    return undecided;
}

std::string forbiddenMessage(const Attributes& attributes, const std::string& reason) {
    const std::string because = reason.empty() ? "" : ": " + reason;
    if (!attributes.isResourceRequest())
        return "forbidden: " + cannot(attributes) + because;
    std::string what = attributes.resource;
    if (!attributes.group.empty())
        what += "." + attributes.group;
    if (!attributes.name.empty())
        what += " " + inQuotes(attributes.name);
    return what + " is forbidden: " + cannot(attributes) + because;
}

} // namespace slipway::apiserver::authorization
