#pragma once

#include "cluster/client/client.h"

#include <memory>
#include <optional>
#include <string>

namespace slipway::client {

struct Change;
class ReflectorSink;

/// The steps of following one resource, without a thread: list where nothing is known yet, open a watch from there,
/// read its events. One thread at a time.
class ListWatch {
public:
    ListWatch(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
              ReflectorSink& sink);

    /// Lists, unless a version is known to go on from.
    std::optional<Error> list();
    /// Opens a watch from the version that is known.
    Result<std::unique_ptr<Stream>> watch() const;
    /// Passes on the events of a piece of the watch's body; an incomplete last line waits for the next piece.
    std::optional<Error> take(std::string_view piece);
    /// A watch begins anew: what is left of the last one is dropped.
    void restart() { buffer_.clear(); }
    /// The next list() really lists.
    void forget() { version_.clear(); }

private:
    std::string target() const;
    std::optional<Error> readEvent(std::string_view line, std::vector<Change>& changes);

    const std::shared_ptr<const Client> client_;
    const ResourceRef resource_;
    const std::string ns_;
    const ListOptions selectors_;
    ReflectorSink& sink_;
    std::string version_, buffer_;
};

} // namespace slipway::client
