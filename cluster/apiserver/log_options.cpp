#include "cluster/apiserver/log_options.h"

#include "cluster/api/schema.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

bool isNumber(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+'))
        text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::optional<api::Status> refuseLogOptions(const Query& query) {
    for (const char* name : {"tailLines", "limitBytes", "sinceSeconds"}) {
        const std::string_view text = query.get(name);
        if (!text.empty() && !query.number(name))
            return api::badRequest(std::format("strconv.ParseInt: parsing \"{}\": {}", text,
                                               isNumber(text) ? "value out of range" : "invalid syntax"));
    }
    const std::string_view time = query.get("sinceTime");
    if (!time.empty() && !base::parseTime(time))
        return api::badRequest(std::format(
            "parsing time \"{}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{}\" as \"2006\"", time, time));

    std::vector<api::StatusCause> causes;
    if (const auto lines = query.number("tailLines"); lines && *lines < 0)
        causes.push_back(api::invalidValue("tailLines", *lines, "must be greater than or equal to 0"));
    if (const auto bytes = query.number("limitBytes"); bytes && *bytes < 1)
        causes.push_back(api::invalidValue("limitBytes", *bytes, "must be greater than 0"));
    const auto seconds = query.number("sinceSeconds");
    if (seconds && !time.empty())
        causes.push_back(api::forbiddenField("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
    else if (seconds && *seconds < 1)
        causes.push_back(api::invalidValue("sinceSeconds", *seconds, "must be greater than 0"));
    if (const std::string_view stream = query.get("stream"); !stream.empty()) {
        static constexpr std::array<std::string_view, 3> known{"All", "Stderr", "Stdout"};
        if (std::ranges::find(known, stream) == known.end())
            causes.push_back(api::notSupported("stream", api::Json(stream), {known.begin(), known.end()}));
        else if (stream != "All" && query.has("tailLines"))
            causes.push_back(
                api::forbiddenField("", "`tailLines` and specific `stream` are mutually exclusive for now"));
    }
    if (causes.empty())
        return std::nullopt;
    api::Resource options = *api::findResource("", "v1", "pods");
    options.kind = "PodLogOptions";
    return api::invalid(options, query.get("name"), std::move(causes));
}

} // namespace slipway::apiserver
