#include "cluster/client/list_watch.h"

#include "cluster/client/reflector.h"

#include <format>
#include <random>

namespace slipway::client {

using api::Json;

ListWatch::ListWatch(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
                     ReflectorSink& sink)
    : client_(std::move(client))
    , resource_(std::move(resource))
    , ns_(std::move(ns))
    , selectors_(std::move(selectors))
    , sink_(sink) {}

std::optional<Error> ListWatch::list() {
    if (!version_.empty())
        return {};
    auto listed = client_->listAll(resource_, ns_, selectors_);
    if (!listed)
        return std::move(listed.error());
    std::vector<std::shared_ptr<const Json>> objects;
    objects.reserve(listed->items.size());
    for (Json& item : listed->items)
        objects.push_back(std::make_shared<const Json>(std::move(item)));
    version_ = listed->resourceVersion;
    sink_.replace(std::move(objects));
    sink_.freshness(Freshness::live, "");
    return {};
}

std::string ListWatch::target() const {
    static thread_local std::minstd_rand generator{std::random_device{}()};
    std::string target =
        resource_.path(ns_) + std::format("?watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds={}",
                                          percentEncode(version_), 300 + generator() % 300);
    if (!selectors_.labelSelector.empty())
        target += "&labelSelector=" + percentEncode(selectors_.labelSelector);
    if (!selectors_.fieldSelector.empty())
        target += "&fieldSelector=" + percentEncode(selectors_.fieldSelector);
    return target;
}

Result<std::unique_ptr<Stream>> ListWatch::watch() const {
    Request request;
    request.target = target();
    if (selectors_.metadataOnly)
        request.accept = partialMetadata;
    return client_->transport().open(request);
}

std::optional<Error> ListWatch::take(std::string_view piece) {
    buffer_ += piece;
    std::vector<Change> changes;
    std::optional<Error> failure;
    std::size_t begin = 0;
    for (std::size_t end; !failure && (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1)
        failure = readEvent(std::string_view(buffer_).substr(begin, end - begin), changes);
    buffer_.erase(0, begin);
    if (!changes.empty())
        sink_.apply(std::move(changes));
    if (failure && failure->kind == Errc::gone)
        forget();
    return failure;
}

std::optional<Error> ListWatch::readEvent(std::string_view line, std::vector<Change>& changes) {
    if (line.empty())
        return {};
    auto parsed = api::parseJson(line);
    if (!parsed || !parsed->is_object())
        return Error{Errc::decode, 0, "", "a watch event is not JSON", {}};
    const std::string type(api::stringAt(*parsed, {"type"}));
    Json* object = parsed->get_object().if_contains("object");
    if (object == nullptr || !object->is_object())
        return Error{Errc::decode, 0, "", "a watch event has no object", {}};
    if (type == "ERROR") {
        const int code = int(api::intAt(object->get_object(), {"code"}).value_or(500));
        return errorFromResponse({code, "application/json", api::printJson(*object)});
    }
    if (const std::string_view version = api::stringAt(*object, {"metadata", "resourceVersion"}); !version.empty())
        version_ = version;
    if (type == "BOOKMARK")
        return {};
    const ChangeKind kind = type == "ADDED"     ? ChangeKind::added
                            : type == "DELETED" ? ChangeKind::deleted
                                                : ChangeKind::modified;
    changes.push_back({kind, std::make_shared<const Json>(std::move(*object))});
    return {};
}

} // namespace slipway::client
