#include "cluster/apiserver/bootstrap.h"

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/server.h"
#include "cluster/base/log.h"

namespace slipway::apiserver {
namespace {

using api::JsonObject;

const User& serverUser() {
    static const User user{"system:apiserver", {"system:masters"}, {}, {}};
    return user;
}

} // namespace

void ApiServer::bootstrap() {
    constexpr int attempts = 10; // when several servers make the first objects at once
    for (int attempt = 0; attempt < attempts && !bootstrapOnce(); ++attempt)
        (void)store_.catchUp();
    bootstrapped_ = true;
}

/// What is missing is written in one commit; what a former start left is brought up to date.
bool ApiServer::bootstrapOnce() {
    WriteContext context{serverUser(), false, api::FieldValidation::ignore, {}};
    std::vector<Registry::Fresh> missing;
    for (Seed& seed : bootstrapSeeds(options_)) {
        const std::string name(api::stringAt(seed.object, {"metadata", "name"}));
        const auto present = cache_.of(seed.resource).get(WatchCache::key(seed.resource, seed.ns, name));
        if (!present) {
            missing.push_back({seed.resource, std::move(seed.ns), std::move(seed.object)});
            continue;
        }
        const bool address = seed.resource.name == "endpoints" || seed.resource.name == "endpointslices";
        if ((address && store_.isShared()) || !reconciled(seed, admission::parsed(*present)))
            continue; // the addresses of several servers are kept while they run
        const auto done = registry_.update(
            seed.resource, seed.ns, name, {},
            [&](const JsonObject& current) -> Outcome<JsonObject> {
                auto next = reconciled(seed, current);
                return next ? std::move(*next) : current;
            },
            context);
        if (!done)
            base::error("bootstrap", "{} {}: {}", seed.resource.name, name, done.error().message);
    }
    const auto made = registry_.createFresh(std::move(missing), context);
    if (!made && made.error().reason == "Conflict" && store_.isShared())
        return false;
    if (!made)
        base::error("bootstrap", "{}", made.error().message);
    return true;
}

} // namespace slipway::apiserver
