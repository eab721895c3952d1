#pragma once

#include "cluster/store/etcd/etcd_client.h"
#include "cluster/store/journal.h"

#include <condition_variable>
#include <thread>

namespace slipway::store::etcd {

/// Reads a response of a watch as commits, in order. Keys lose @p prefix.
std::vector<std::vector<Event>> commitsOf(const pb::WatchResponse& response, const std::string& prefix);

/// Follows what etcd has below a prefix with one thread, over connections that break and come again.
class Follower {
public:
    struct Callbacks {                                   // all called on the thread
        std::function<void(std::vector<Event>&)> commit; ///< the events of one revision
        std::function<void(Revision)> reached;           ///< nothing up to this revision is held back
        /// What comes next is no longer kept: reads the present anew and returns its revision (nothing: try again).
        std::function<std::optional<Revision>()> lost;
    };
    Follower(Client& client, std::string prefix, Revision from, Callbacks callbacks);
    ~Follower();

    /// Asks etcd to say how far it has come; may be lost with the connection.
    void askProgress();

private:
    void run();
    void readStream(WatchStream& stream);
    bool pause(std::chrono::milliseconds time);

    Client& client_;
    const std::string prefix_;
    const Callbacks callbacks_;
    Revision next_; ///< of the thread
    bool compacted_ = false;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::shared_ptr<WatchStream> stream_;
    bool stopping_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

} // namespace slipway::store::etcd
