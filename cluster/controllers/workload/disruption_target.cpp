#include "cluster/controllers/workload/disruption_target.h"

#include "cluster/base/time.h"

namespace slipway::controllers {

client::Result<void> markDisruption(const client::Client& client, const api::core_v1::Pod& pod,
                                    const std::string& reason, const std::string& message, const std::string& phase) {
    const api::JsonObject condition{{"type", "DisruptionTarget"},
                                    {"status", "True"},
                                    {"reason", reason},
                                    {"message", message},
                                    {"lastTransitionTime", base::nowRfc3339()}};
    api::JsonObject status{{"conditions", api::JsonArray{condition}}};
    if (!phase.empty())
        status["phase"] = phase;
    client::PatchOptions options;
    options.subresource = "status";
    const auto done = client.patch(
        client::resourceOf<api::core_v1::Pod>(), pod.metadata.namespace_, pod.metadata.name,
        client::PatchKind::strategicMerge,
        api::JsonObject{{"metadata", api::JsonObject{{"uid", pod.metadata.uid}}}, {"status", std::move(status)}},
        options);
    if (!done && done.error().kind != client::Errc::notFound && done.error().kind != client::Errc::conflict)
        return std::unexpected(done.error());
    return {};
}

} // namespace slipway::controllers
