#pragma once

#include "cluster/client/client.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace slipway::client {

enum class ChangeKind { added, modified, deleted };

struct Change {
    ChangeKind kind;
    std::shared_ptr<const api::Json> object; ///< for deleted: its last state
};

/// How fresh what a reflector delivered is.
enum class Freshness {
    starting,     ///< the first list has not arrived
    live,         ///< the watch is open
    disconnected, ///< the connection is broken, being tried again; what was delivered may be old
    denied        ///< the server refuses the list (forbidden, or the resource does not exist)
};

/// What a reflector tells. All calls come from its own thread, one at a time.
class ReflectorSink {
public:
    virtual ~ReflectorSink() = default;
    /// The complete state: after the first list and after each relist (410, lost connection).
    virtual void replace(std::vector<std::shared_ptr<const api::Json>> objects) = 0;
    /// Changes since, in order; a batch holds what had arrived together.
    virtual void apply(std::vector<Change> changes) = 0;
    virtual void freshness(Freshness state, const std::string& message) = 0;
};

/// Lists a resource and then watches it, for as long as it lives: pages, bookmarks, relist on 410, reconnect with
/// back-off (0.1 s doubling to 10 s, with jitter; 30 s silence without a bookmark closes the watch and resumes it).
/// Owns one thread. The destructor cancels the watch and joins it; no sink call comes after it returned.
class Reflector {
public:
    /// @p ns empty: all namespaces. The sink must outlive the reflector.
    Reflector(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
              ReflectorSink& sink);
    ~Reflector();
    Reflector(const Reflector&) = delete;
    Reflector& operator=(const Reflector&) = delete;

    /// Begins. To be called once.
    void start();
    /// Breaks the current connection and lists anew at once (after sleep or a network change).
    void reconnect();

private:
    class Worker;
    std::unique_ptr<Worker> worker_;
};

} // namespace slipway::client
