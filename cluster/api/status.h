#pragma once

#include "cluster/api/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

struct Resource;

/// One finding of a validation: metav1.StatusCause.
struct StatusCause {
    std::string reason;  ///< "FieldValueRequired", "FieldValueInvalid", ...
    std::string message; ///< "Required value: name or generateName is required"
    std::string field;   ///< "metadata.name"
};

/// A refused request in the form every Kubernetes client understands: metav1.Status.
struct Status {
    int code = 500;
    std::string reason;
    std::string message;
    std::string name, group, kind, uid;
    std::vector<StatusCause> causes;
    int retryAfterSeconds = 0;
    std::string continueToken; ///< with which an expired list may be gone on with

    JsonObject toJson() const;
};

/// The statuses the API machinery uses, with its reasons and wording.
Status badRequest(std::string message);
Status unauthorized();
Status forbidden(const Resource& resource, std::string_view name, std::string_view why);
Status notFound(const Resource& resource, std::string_view name);
/// A path nothing is served under.
Status unknownPath();
Status alreadyExists(const Resource& resource, std::string_view name);
Status conflict(const Resource& resource, std::string_view name, std::string_view why);
/// The optimistic lock failed: the object changed since it was read.
Status modifiedConflict(const Resource& resource, std::string_view name);
Status invalid(const Resource& resource, std::string_view name, std::vector<StatusCause> causes);
Status methodNotAllowed(std::string_view verb);
Status unsupportedMediaType(std::string_view accepted);
Status notAcceptable(std::string_view accepted);
/// The resource version asked for is no longer kept.
Status expired(std::string message);
Status internalError(std::string_view message);
Status unavailable(std::string_view message);

/// Causes, worded as Kubernetes words them. @p value is printed as Go's %v of JSON would: strings quoted.
StatusCause requiredValue(std::string field, std::string_view detail);
StatusCause invalidValue(std::string field, const Json& value, std::string_view detail);
StatusCause notSupported(std::string field, const Json& value, std::vector<std::string> allowed);
StatusCause duplicateValue(std::string field, const Json& value);
StatusCause forbiddenField(std::string field, std::string_view detail);

} // namespace slipway::api
