#include "cluster/apiserver/access_control.h"

#include <algorithm>
#include <array>

namespace slipway::apiserver {
namespace {

bool isPublic(const RequestInfo& info) {
    static constexpr std::array<std::string_view, 5> paths{"/readyz", "/livez", "/healthz", "/version", "/version/"};
    return !info.isResource && (std::ranges::find(paths, info.path) != paths.end() || info.path.starts_with("/readyz/") ||
                                info.path.starts_with("/livez/") || info.path.starts_with("/healthz/"));
}

} // namespace

class AccessControl::Rules {};

AccessControl::AccessControl(WatchCache&) : rules_(std::make_unique<Rules>()) {}
AccessControl::~AccessControl() = default;

std::optional<api::Status> AccessControl::refuse(const RequestInfo& info, const User& user) const {
    if (isPublic(info))
        return {};
    if (user.anonymous()) {
        api::Status status;
        status.code = 403;
        status.reason = "Forbidden";
        status.message = "forbidden: User \"system:anonymous\" cannot " + info.verb + " path \"" + info.path + "\"";
        return status;
    }
    return {};
}

Answer AccessControl::review(const RequestInfo&, const api::Resource&, api::JsonObject, const User&) const {
    return replyWith(api::unknownPath());
}

} // namespace slipway::apiserver
