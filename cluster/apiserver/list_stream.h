#pragma once

#include "cluster/apiserver/request.h"

#include <memory>
#include <string>
#include <vector>

namespace slipway::apiserver {

/// The body of a long list, made while it is sent: the objects' cached bytes are held, and put together a piece at a
/// time, so that a list costs no memory of its own and no page of it is touched but once.
class ListStream : public StreamBody {
public:
    using Bytes = std::shared_ptr<const std::string>;

    /// @p head: the list up to its first item. @p items: what stands between the commas.
    ListStream(std::string head, std::vector<Bytes> items) : head_(std::move(head)), items_(std::move(items)) {}

    void setWake(std::function<void()>) override {} // it never waits
    Piece drain() override;

private:
    std::string head_;
    std::vector<Bytes> items_;
    std::size_t next_ = 0;
};

} // namespace slipway::apiserver
