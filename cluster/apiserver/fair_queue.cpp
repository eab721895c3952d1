#include "cluster/apiserver/fair_queue.h"

#include <algorithm>

namespace slipway::apiserver {

void FairQueue::setLevels(const std::vector<PriorityLevel>& levels) {
    for (const PriorityLevel& level : levels)
        levels_[level.name].settings = level;
}

bool FairQueue::isExempt(const std::string& level) const {
    const auto found = levels_.find(level);
    return found != levels_.end() && found->second.settings.exempt;
}

std::optional<FairQueue::Ticket> FairQueue::enqueue(const FlowPlace& place) {
    Level& level = levels_[place.level];
    if (!level.settings.queues || waiting_ >= mostWaiting)
        return std::nullopt;
    const auto found = level.flows.find(place.flow);
    if (found != level.flows.end() && found->second.tickets.size() >= level.settings.queueLength)
        return std::nullopt;
    Flow& flow = level.flows[place.flow];
    if (const auto served = level.served.find(place.flow); served != level.served.end())
        flow.servedAt = served->second;
    flow.tickets.push_back(++lastTicket_);
    ++waiting_;
    return lastTicket_;
}

void FairQueue::abandon(Ticket ticket) {
    for (auto& [name, level] : levels_)
        for (auto flow = level.flows.begin(); flow != level.flows.end(); ++flow) {
            auto& tickets = flow->second.tickets;
            const auto found = std::ranges::lower_bound(tickets, ticket);
            if (found == tickets.end() || *found != ticket)
                continue;
            tickets.erase(found);
            --waiting_;
            if (tickets.empty())
                level.flows.erase(flow);
            return;
        }
}

void FairQueue::end(const std::string& name) {
    --running_;
    Level& level = levels_[name];
    --level.running;
    if (waiting_ == 0)
        level.served.clear(); // nobody waits: who was served when is forgotten
}

std::optional<std::pair<FairQueue::Ticket, std::string>> FairQueue::next() {
    if (running_ >= turns_ || waiting_ == 0)
        return std::nullopt;
    Level* best = nullptr;
    std::string name;
    for (auto& [levelName, level] : levels_) {
        if (level.flows.empty())
            continue;
        const auto use = [](const Level& one) {
            return static_cast<double>(one.running + 1) / std::max(one.settings.shares, 0.1);
        };
        if (best == nullptr || use(level) < use(*best)) {
            best = &level;
            name = levelName;
        }
    }
    const auto flow = std::ranges::min_element(best->flows, {}, [](const auto& one) { return one.second.servedAt; });
    const Ticket ticket = flow->second.tickets.front();
    flow->second.tickets.pop_front();
    flow->second.servedAt = best->served[flow->first] = ++clock_;
    if (flow->second.tickets.empty())
        best->flows.erase(flow);
    if (constexpr std::size_t mostRemembered = 4096; best->served.size() > mostRemembered)
        best->served.clear();
    --waiting_;
    begin(name);
    return std::pair(ticket, name);
}

} // namespace slipway::apiserver
