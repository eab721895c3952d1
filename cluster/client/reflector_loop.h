#pragma once

#include "cluster/client/list_watch.h"
#include "cluster/client/reflector.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

namespace slipway::client {

/// One thread that follows any number of resources over a transport whose streams need no thread (in memory, inside the
/// server process). The calls to the sinks come from this thread. Thread-safe.
class ReflectorLoop {
public:
    ReflectorLoop();
    ~ReflectorLoop();
    ReflectorLoop(const ReflectorLoop&) = delete;
    ReflectorLoop& operator=(const ReflectorLoop&) = delete;

    class Member;
    /// Begins to follow a resource; the sink must outlive the member.
    Member* add(std::shared_ptr<const Client> client, ResourceRef resource, std::string ns, ListOptions selectors,
                ReflectorSink& sink);
    /// Ends it; no call to its sink comes after this returned. Not from within a sink.
    void remove(Member* member);

private:
    void run();
    void step(Member& member);
    std::optional<Error> follow(Member& member);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::unique_ptr<Member>> members_;
    Member* current_ = nullptr; ///< the one the thread is at work on
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace slipway::client
