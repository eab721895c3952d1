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

/// What is missing is written in one commit; what a former start left is brought up to date.
void ApiServer::bootstrap() {
    WriteContext context{serverUser(), false, api::FieldValidation::ignore, {}};
    std::vector<Registry::Fresh> missing;
    for (Seed& seed : bootstrapSeeds(options_)) {
        const std::string name(api::stringAt(seed.object, {"metadata", "name"}));
        const auto present = cache_.of(seed.resource).get(WatchCache::key(seed.resource, seed.ns, name));
        if (!present) {
            missing.push_back({seed.resource, std::move(seed.ns), std::move(seed.object)});
            continue;
        }
        if (!reconciled(seed, admission::parsed(*present)))
            continue;
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
    if (const auto made = registry_.createFresh(std::move(missing), context); !made)
        base::error("bootstrap", "{}", made.error().message);
    bootstrapped_ = true;
}

} // namespace slipway::apiserver
