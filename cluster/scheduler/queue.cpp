#include "cluster/scheduler/queue.h"

#include <algorithm>

namespace slipway::scheduler {

using namespace std::chrono_literals;
constexpr auto longestWait = 5min;
constexpr std::size_t keptEvents = 1024;

/// Takes an entry out of the order it waits in; its place is to be set next.
void SchedulingQueue::unplace(Entry& entry) {
    if (entry.place == Place::active)
        active_.erase(activeKey(entry));
    else if (entry.place != Place::taken)
        timed_.erase({entry.due, entry.pod.key});
    if (entry.place == Place::unschedulable)
        unschedulable_.erase(entry.pod.key);
}

void SchedulingQueue::waitUntil(Entry& entry, Place place, Clock::time_point due) {
    unplace(entry);
    entry.place = place;
    entry.due = due;
    timed_.insert({due, entry.pod.key});
    if (place == Place::unschedulable)
        unschedulable_.insert(entry.pod.key);
    changed_.notify_one();
}

void SchedulingQueue::activate(Entry& entry) {
    unplace(entry);
    entry.place = Place::active;
    active_.insert(activeKey(entry));
    changed_.notify_one();
}

void SchedulingQueue::toBackoff(Entry& entry) {
    const auto delay = std::min(times_.first * (1 << std::clamp(entry.attempts - 1, 0, 16)), times_.most);
    const auto due = entry.lastTry + delay;
    if (due <= Clock::now())
        return activate(entry);
    waitUntil(entry, Place::backoff, due);
}

void SchedulingQueue::drop(std::map<std::string, Entry>::iterator entry) {
    unplace(entry->second);
    entries_.erase(entry);
}

void SchedulingQueue::put(PodInfo pod) {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(pod.key);
    if (found != entries_.end() && found->second.pod.uid != pod.uid) {
        drop(found);
        found = entries_.end();
    }
    if (found == entries_.end()) {
        Entry entry;
        entry.order = nextOrder_++;
        const std::string key = pod.key;
        entry.pod = std::move(pod);
        activate(entries_.emplace(key, std::move(entry)).first->second);
        return;
    }
    Entry& entry = found->second;
    const bool changed =
        entry.pod.pod->spec != pod.pod->spec || entry.pod.pod->metadata.labels != pod.pod->metadata.labels;
    if (entry.place == Place::active)
        active_.erase(activeKey(entry));
    entry.pod = std::move(pod);
    if (entry.place == Place::active || (changed && entry.place != Place::taken))
        activate(entry);
    else if (changed)
        note(events::all); // while it is being tried: to be tried again
}

void SchedulingQueue::remove(const std::string& key) {
    std::lock_guard lock(mutex_);
    if (const auto found = entries_.find(key); found != entries_.end())
        drop(found);
}

void SchedulingQueue::keepOnly(const std::set<std::string>& known) {
    std::lock_guard lock(mutex_);
    for (auto entry = entries_.begin(); entry != entries_.end();) {
        const auto next = std::next(entry);
        if (!known.contains(entry->first))
            drop(entry);
        entry = next;
    }
}

void SchedulingQueue::releaseDue() {
    const auto now = Clock::now();
    while (!timed_.empty() && timed_.begin()->first <= now)
        activate(entries_.at(timed_.begin()->second));
}

std::optional<SchedulingQueue::Taken> SchedulingQueue::take() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (closed_)
            return {};
        releaseDue(); // also while others are active: an endless stream of new pods must not starve these
        if (!active_.empty()) {
            Entry& entry = entries_.at(std::get<2>(*active_.begin()));
            active_.erase(active_.begin());
            entry.place = Place::taken;
            ++entry.attempts;
            entry.lastTry = Clock::now();
            return Taken{entry.pod, moves_, entry.attempts};
        }
        if (timed_.empty()) {
            changed_.wait(lock);
        } else {
            const auto next = timed_.begin()->first;
            changed_.wait_until(lock, next);
        }
    }
}

void SchedulingQueue::note(std::uint32_t events) {
    ++moves_;
    recent_.push_back(events);
    if (recent_.size() > keptEvents)
        recent_.pop_front();
}

/// Whether something that would have helped happened while the pod was being tried.
bool SchedulingQueue::missed(std::uint64_t since, std::uint32_t waitsFor) const {
    const std::uint64_t count = moves_ - since;
    if (count > recent_.size())
        return true;
    return std::any_of(recent_.end() - static_cast<std::ptrdiff_t>(count), recent_.end(),
                       [&](std::uint32_t event) { return (event & waitsFor) != 0; });
}

void SchedulingQueue::giveBack(const Taken& taken, bool retry, std::uint32_t waitsFor) {
    std::lock_guard lock(mutex_);
    const auto found = entries_.find(taken.pod.key);
    if (found == entries_.end() || found->second.place != Place::taken)
        return; // removed, or made anew, meanwhile
    Entry& entry = found->second;
    entry.waitsFor = waitsFor;
    if (retry || missed(taken.moves, waitsFor))
        return toBackoff(entry);
    waitUntil(entry, Place::unschedulable, Clock::now() + longestWait);
}

void SchedulingQueue::move(std::uint32_t events,
                           const std::function<bool(const PodInfo&, std::uint32_t waitsFor)>& helps) {
    std::lock_guard lock(mutex_);
    note(events);
    for (auto key = unschedulable_.begin(); key != unschedulable_.end();) {
        Entry& entry = entries_.at(*key++);
        if ((entry.waitsFor & events) != 0 && (!helps || helps(entry.pod, entry.waitsFor)))
            toBackoff(entry);
    }
}

void SchedulingQueue::close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
}

std::size_t SchedulingQueue::size() const {
    std::lock_guard lock(mutex_);
    return entries_.size();
}

} // namespace slipway::scheduler
