#include "cluster/apiserver/list_stream.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

constexpr std::size_t listPieceBytes = 64 << 10; // stays in the processor's cache until it is sent

} // namespace

StreamBody::Piece ListStream::drain() {
    Piece piece;
    piece.data.reserve(std::max(listPieceBytes, head_.size()) + 16);
    piece.data += head_;
    head_.clear();
    while (next_ < items_.size() &&
           (next_ == 0 || piece.data.size() + items_[next_]->size() < listPieceBytes || piece.data.empty())) {
        if (next_ > 0)
            piece.data += ',';
        piece.data += *items_[next_];
        items_[next_++].reset();
    }
    if (next_ == items_.size()) {
        piece.data += "]}\n";
        piece.end = true;
    }
    return piece;
}

} // namespace slipway::apiserver
