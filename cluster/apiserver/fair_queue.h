#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace slipway::apiserver {

/// How much of the server one kind of requests may use while others wait (after PriorityLevelConfiguration).
struct PriorityLevel {
    std::string name, uid;
    bool exempt = false; ///< never waits
    bool queues = true;  ///< waits when the server is busy; otherwise it is refused then
    double shares = 1;
    std::size_t queueLength = 50; ///< of one flow
};

/// Where a request stands in line.
struct FlowPlace {
    std::string level; ///< name of a priority level
    std::string flow;  ///< requests of one flow wait behind each other, flows take turns
};

/// Requests that wait for a turn, so that no flow and no level starves another: the level that uses least of its shares
/// comes first, and in it the flow that was served longest ago. Not thread-safe; a decision only.
class FairQueue {
public:
    using Ticket = std::uint64_t;
    /// More than this wait nowhere, whoever they are.
    static constexpr std::size_t mostWaiting = 20'000;

    /// @p turns: how many requests may be worked on at once.
    explicit FairQueue(std::size_t turns) : turns_(turns) {}

    void setLevels(const std::vector<PriorityLevel>& levels);
    /// Whether a request can begin at once without overtaking another.
    bool idle() const { return running_ < turns_ && waiting_ == 0; }
    bool isExempt(const std::string& level) const;
    /// Waits; nothing when the request is to be refused (429).
    std::optional<Ticket> enqueue(const FlowPlace& place);
    /// Takes a waiting request away whose sender is gone.
    void abandon(Ticket ticket);

    /// Begins one of level @p level (empty: nobody looked which) without waiting.
    void begin(const std::string& level) { ++running_, ++levels_[level].running; }
    /// Ends one.
    void end(const std::string& level);
    /// The next request to begin, if there is a turn: it is begun.
    std::optional<std::pair<Ticket, std::string>> next();

    std::size_t waiting() const { return waiting_; }
    std::size_t running() const { return running_; }

private:
    struct Flow {
        std::deque<Ticket> tickets;
        std::uint64_t servedAt = 0;
    };
    struct Level {
        PriorityLevel settings;
        std::size_t running = 0;
        std::map<std::string, Flow> flows; ///< those that wait
        std::map<std::string, std::uint64_t> served;
    };

    const std::size_t turns_;
    std::map<std::string, Level> levels_;
    std::size_t running_ = 0, waiting_ = 0;
    Ticket lastTicket_ = 0;
    std::uint64_t clock_ = 0;
};

} // namespace slipway::apiserver
