#include "cluster/apiserver/watch_stream.h"

#include "cluster/api/conversion.h"
#include "cluster/api/table.h"
#include "cluster/apiserver/representation.h"

#include <format>

namespace slipway::apiserver {

namespace {

std::string errorFrame(const api::Status& status) {
    return std::format(R"({{"type":"ERROR","object":{}}})", api::printJson(status.toJson())) + "\n";
}

/// A bookmark is an object of the kind watched with nothing but its version; of metadata, one of their kind.
std::string bookmarkBytes(const api::Resource& resource, const WatchEvent& event, Representation form) {
    const bool partial = form == Representation::partialMetadata;
    const std::string annotation = event.endOfInitial ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "";
    return std::format(
        R"({{"kind":"{}","apiVersion":"{}","metadata":{{"resourceVersion":"{}","creationTimestamp":null{}}}}})",
        partial ? "PartialObjectMetadata" : resource.kind, partial ? "meta.k8s.io/v1" : api::apiVersionOf(resource),
        event.object.revision, annotation);
}

} // namespace

bool WatchStream::mayBlock() const {
    return form_ != Representation::partialMetadata && api::mayAskConverter(*resource_);
}

/// Who watches cannot be told of this object, nor of what comes after.
std::string WatchStream::failed(const api::Status& status) {
    failed_ = true;
    return errorFrame(status);
}

std::string WatchStream::frameOf(const WatchQueue::Item& item) {
    const CachedObject& object = item.event->object;
    const api::Resource& resource = *resource_;
    if (item.type == WatchEventType::bookmark && form_ != Representation::table)
        return WatchEvent::frame(item.type, bookmarkBytes(resource, *item.event, form_));
    if (form_ == Representation::object) {
        const auto bytes = bytesIn(resource, object);
        return bytes ? WatchEvent::frame(item.type, **bytes) : failed(bytes.error());
    }
    if (form_ == Representation::partialMetadata)
        return WatchEvent::frame(item.type, api::printJson(api::partialMetadata(storedObject(object))));
    api::JsonObject shown;
    if (item.type != WatchEventType::bookmark) {
        auto converted = objectIn(resource, object);
        if (!converted)
            return failed(converted.error());
        shown = std::move(*converted);
        if (shown.empty())
            return {};
    }
    api::JsonObject table{
        {"kind", "Table"},
        {"apiVersion", "meta.k8s.io/v1"},
        {"metadata", api::JsonObject{{"resourceVersion", std::to_string(object.revision)}}},
        {"columnDefinitions", columnsSent_ ? api::Json(nullptr) : api::Json(api::tableColumns(resource))},
        {"rows", api::JsonArray()}};
    if (item.type != WatchEventType::bookmark) {
        columnsSent_ = true;
        table["rows"].get_array().push_back(
            api::tableRow(resource, shown, wholeRows_ ? api::RowObject::object : api::RowObject::metadata));
    }
    return WatchEvent::frame(item.type, api::printJson(table));
}

StreamBody::Piece WatchStream::drain() {
    Piece piece;
    bool overflowed = false;
    for (const WatchQueue::Item& item : queue_->take(overflowed))
        if (!failed_)
            piece.data += frameOf(item);
    piece.end = failed_;
    if (overflowed && !failed_) {
        const api::Status tooSlow = api::expired("The watch was too slow to follow the changes; list again");
        piece.data += errorFrame(tooSlow);
        piece.end = true;
    }
    if (std::chrono::steady_clock::now() >= end_ || queue_->ended())
        piece.end = true;
    return piece;
}

void FailedWatch::setWake(std::function<void()> wake) {
    if (wake)
        wake();
}

StreamBody::Piece FailedWatch::drain() {
    return {errorFrame(status_), true};
}

} // namespace slipway::apiserver
