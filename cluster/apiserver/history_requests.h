#pragma once

#include "cluster/apiserver/resource_requests.h"

#include <functional>
#include <string_view>

/// The past, for who looks back: an extension that ordinary clients never notice, as no discovery names it.
///
///     GET /history.slipway.dev/v1/PATH              what was changed of the objects at PATH, by whom and when
///     GET /history.slipway.dev/v1/PATH?revision=N   the object, or the list, as it was at that revision
///
/// PATH is the path of an object or of a collection ("api/v1/namespaces/default/pods/web"); whoever may get or list
/// that may look at its past. `?contents=true` on the path of a namespace gives everything in it. `from` and `limit`
/// page through the changes, which reach back as far as the server keeps its history (--history-seconds,
/// --history-revisions).
namespace slipway::apiserver {

/// Where the extension lies.
inline constexpr std::string_view historyRoot = "/history.slipway.dev/v1";

/// Whether the user of the request may list a resource in a namespace.
using MayList = std::function<bool(std::string_view group, std::string_view resource, std::string_view ns)>;

/// Answers a get or list of the past.
Answer answerHistory(const ResourceRequest& r, const MayList& mayList);

} // namespace slipway::apiserver
