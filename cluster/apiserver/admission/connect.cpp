#include "cluster/apiserver/admission/connect.h"

#include <array>

namespace slipway::apiserver {
namespace {

using api::JsonArray;
using api::JsonObject;

/// The options of a connection (PodExecOptions and its like), which stand in the query.
JsonObject optionsOf(const ResourceRequest& r, std::string_view kind) {
    JsonObject options{{"kind", kind}, {"apiVersion", "v1"}};
    for (std::string_view flag : {"stdin", "stdout", "stderr", "tty"})
        if (r.info.query.has(flag))
            options[flag] = r.info.query.flag(flag);
    if (const std::string_view container = r.info.query.get("container"); !container.empty())
        options["container"] = container;
    JsonArray command;
    for (const std::string& word : r.info.query.all("command"))
        command.emplace_back(word);
    if (!command.empty())
        options["command"] = std::move(command);
    if (!r.info.rest.empty())
        options["path"] = r.info.rest;
    return options;
}

} // namespace

std::optional<api::Status> judgeConnection(const ResourceRequest& r, const Admission& admission) {
    const std::string& sub = r.info.subresource;
    const api::Subresource* known = r.resource.subresource(sub);
    if (known == nullptr || (sub != "exec" && sub != "attach" && sub != "portforward" && sub != "proxy"))
        return {};
    JsonObject options = optionsOf(r, known->kind);
    std::vector<std::string> warnings;
    admission::Request request{
        admission::Operation::connect, r.resource, sub, r.user, false, nullptr, options, warnings};
    request.annotations = r.annotations;
    request.connectedName = r.info.name;
    request.connectedNs = r.info.ns;
    return admission.connect(request);
}

} // namespace slipway::apiserver
