#include "cluster/apiserver/watch_stream.h"

#include "cluster/api/conversion.h"
#include "cluster/api/table.h"
#include "cluster/apiserver/representation.h"

#include <format>

namespace slipway::apiserver {

namespace {

constexpr std::size_t pieceBytes = 256 << 10; // of a stream, sent before the next is made

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

void WatchStream::appendFrame(std::string& to, const WatchQueue::Item& item) {
    const CachedObject& object = item.event->object;
    const api::Resource& resource = *resource_;
    if (item.type == WatchEventType::bookmark && form_ != Representation::table)
        return WatchEvent::appendFrame(to, item.type, bookmarkBytes(resource, *item.event, form_));
    if (form_ == Representation::object) {
        if (const auto bytes = bytesIn(resource, object))
            WatchEvent::appendFrame(to, item.type, **bytes);
        else
            to += failed(bytes.error());
        return;
    }
    if (form_ == Representation::partialMetadata)
        return WatchEvent::appendFrame(to, item.type, api::printJson(api::partialMetadata(storedObject(object))));
    api::JsonObject shown;
    if (item.type != WatchEventType::bookmark) {
        auto converted = objectIn(resource, object);
        if (!converted) {
            to += failed(converted.error());
            return;
        }
        shown = std::move(*converted);
        if (shown.empty())
            return;
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
    WatchEvent::appendFrame(to, item.type, api::printJson(table));
}

StreamBody::Piece WatchStream::drain() {
    Piece piece;
    bool overflowed = false;
    const auto items = queue_->take(overflowed, pieceBytes);
    std::size_t size = 0;
    for (const WatchQueue::Item& item : items)
        size += item.event->object.bytes->size() + 64;
    piece.data.reserve(size);
    for (const WatchQueue::Item& item : items)
        if (!failed_)
            appendFrame(piece.data, item);
    piece.end = failed_;
    if (overflowed && !failed_) {
        const api::Status tooSlow = api::expired("The watch was too slow to follow the changes; list again");
        piece.data += errorFrame(tooSlow);
        piece.end = true;
    }
    if (std::chrono::steady_clock::now() >= end_ || (queue_->ended() && items.empty()))
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
