#pragma once

#include "cluster/apiserver/resource_requests.h"

#include <chrono>
#include <string>
#include <vector>

namespace slipway::apiserver {

/// A page of a list.
struct Page {
    std::vector<CachedObject> objects;
    store::Revision revision = 0; ///< of the list as a whole
    std::string lastKey;
    std::size_t remaining = 0;            ///< what comes after the page
    std::chrono::sys_seconds listBegan{}; ///< when the list's first page was given out
};

/// The page a list request asks for: its limit, continue token, resourceVersion and resourceVersionMatch.
/// Errors: 422 and 400 for options that do not go together, 410 for revisions no longer kept and for lists begun longer
/// ago than a list may take (with a token to go on inconsistently), 504 for revisions that have not come yet.
std::expected<Page, api::Status> readPage(const ResourceRequest& r, const Selection& selection);

/// metadata of a list. @p countRemaining: nothing was selected, so that what remains is known.
api::JsonObject listMetadata(const Page& page, bool countRemaining);

/// A list is the cached bytes of its objects, one after another.
std::expected<std::string, api::Status> listBytes(const ResourceRequest& r, const Page& page,
                                                  const api::JsonObject& metadata);

/// The same as an answer: a long one is put together while it is sent, where the client takes it as it is.
Answer answerList(const ResourceRequest& r, const Page& page, const api::JsonObject& metadata);

/// A list in the form the client wants.
Answer replyList(const ResourceRequest& r, const Page& page, const api::JsonObject& metadata);

/// The refusal of a resource version that has not come yet.
api::Status tooLargeVersion(store::Revision asked, store::Revision current);

/// The resource version of a request, 0 when it names none. Errors: 400.
std::expected<store::Revision, api::Status> askedVersion(const Query& query);

} // namespace slipway::apiserver
