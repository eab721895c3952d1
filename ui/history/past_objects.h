#pragma once

#include "cluster/client/client.h"

#include <QString>
#include <vector>

namespace slipway::ui {

/// An object at a past revision beside the present one.
struct PastObject {
    enum class State { changed, gone, later, same } state = State::same; ///< gone: it was there and is not any more
    QString ns, name, then, now;                                         ///< YAML; empty: it is not there
};

/// Pairs two lists by namespace and name, the different ones first. Pure.
std::vector<PastObject> pairWithPast(const std::vector<api::Json>& then, const std::vector<api::Json>& now,
                                     const client::ResourceRef& resource);

struct PastList {
    std::vector<PastObject> objects;
    std::int64_t newest = 0; ///< the present revision
};
/// The objects of a resource as they were at a revision (0: now), beside the present ones. Blocks. Error gone: the
/// server does not remember that far back.
client::Result<PastList> readPast(const client::Client& client, const client::ResourceRef& resource,
                                  std::int64_t revision);

} // namespace slipway::ui
