#pragma once

#include "cluster/api/status.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_stream.h"

#include <expected>
#include <string_view>

namespace slipway::apiserver {

enum class Encoding { json, yaml, protobuf };

/// How a client is answered: of what it accepts, the first the server can give.
struct Negotiation {
    Encoding encoding = Encoding::json;
    Representation form = Representation::object;
    bool pretty = false;
    bool betaMetadata = false; ///< tables and metadata are of meta.k8s.io/v1beta1, as older clients want them
};

/// What the resource asked for can be given as.
struct Offer {
    bool protobuf = true; ///< custom resources have no messages
    bool tables = true;   ///< reviews are answered as themselves alone
};

/// Reads an Accept header (RFC 9110, with the parameters as, g and v of Kubernetes' API concepts).
/// Errors: 406 with what could be accepted.
std::expected<Negotiation, api::Status> negotiate(std::string_view accept, const Offer& offer);

/// The answer in the encoding agreed on. Answers that are no JSON stay as they are.
Answer inEncoding(const Negotiation& negotiation, Answer answer);

/// JSON with line breaks, for people. @p json is printed by the server itself: it is not checked.
std::string prettyJson(std::string_view json);

} // namespace slipway::apiserver
