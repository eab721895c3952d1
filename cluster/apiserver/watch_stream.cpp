#include "cluster/apiserver/watch_stream.h"

#include "cluster/api/table.h"

#include <format>

namespace slipway::apiserver {

Representation representationOf(std::string_view accept) {
    // The first form that is understood wins, as the client listed them by preference.
    while (!accept.empty()) {
        const std::size_t comma = accept.find(',');
        const std::string_view part = accept.substr(0, comma);
        accept = comma == std::string_view::npos ? std::string_view() : accept.substr(comma + 1);
        if (part.find("json") == std::string_view::npos && part.find("*/*") == std::string_view::npos)
            continue;
        if (part.find("as=Table") != std::string_view::npos && part.find("v=v1beta1") == std::string_view::npos)
            return Representation::table;
        if (part.find("as=PartialObjectMetadata") != std::string_view::npos)
            return Representation::partialMetadata;
        if (part.find("as=") == std::string_view::npos)
            return Representation::object;
    }
    return Representation::object;
}

std::string WatchStream::frameOf(const WatchQueue::Item& item) {
    const CachedObject& object = item.event->object;
    if (form_ == Representation::object || (item.type == WatchEventType::bookmark && form_ != Representation::table))
        return WatchEvent::frame(item.type, *object.bytes);
    const auto parsed = api::parseJson(*object.bytes);
    if (!parsed || !parsed->is_object())
        return {};
    if (form_ == Representation::partialMetadata)
        return WatchEvent::frame(item.type, api::printJson(api::partialMetadata(parsed->get_object())));
    api::JsonObject table{
        {"kind", "Table"},
        {"apiVersion", "meta.k8s.io/v1"},
        {"metadata", api::JsonObject{{"resourceVersion", std::to_string(object.revision)}}},
        {"columnDefinitions", columnsSent_ ? api::Json(nullptr) : api::Json(api::tableColumns(resource_))},
        {"rows", api::JsonArray()}};
    if (item.type != WatchEventType::bookmark) {
        columnsSent_ = true;
        table["rows"].get_array().push_back(api::tableRow(
            resource_, parsed->get_object(), wholeRows_ ? api::RowObject::object : api::RowObject::metadata));
    }
    return WatchEvent::frame(item.type, api::printJson(table));
}

StreamBody::Piece WatchStream::drain() {
    Piece piece;
    bool overflowed = false;
    for (const WatchQueue::Item& item : queue_->take(overflowed))
        piece.data += frameOf(item);
    if (overflowed) {
        const api::Status tooSlow = api::expired("The watch was too slow to follow the changes; list again");
        piece.data += std::format(R"({{"type":"ERROR","object":{}}})", api::printJson(tooSlow.toJson())) + "\n";
        piece.end = true;
    }
    if (std::chrono::steady_clock::now() >= end_)
        piece.end = true;
    return piece;
}

} // namespace slipway::apiserver
