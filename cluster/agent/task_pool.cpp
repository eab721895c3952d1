#include "cluster/agent/task_pool.h"

#include "cluster/base/log.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace slipway::agent {

using Clock = std::chrono::system_clock;

struct TaskPool::State {
    std::mutex mutex;
    std::condition_variable work, timerChanged, ended;
    std::deque<std::function<void()>> tasks;
    std::multimap<Clock::time_point, std::function<void()>> later;
    unsigned threads = 0, idle = 0, most;
    bool stopping = false;
    std::thread timer;

    void addTask(std::function<void()> task) {
        tasks.push_back(std::move(task));
        if (idle >= tasks.size())
            work.notify_one();
        else if (threads < most) {
            ++threads;
            std::thread([this] { workThread(); }).detach();
        }
    }

    void workThread() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            if (tasks.empty()) {
                ++idle;
                const bool woken =
                    work.wait_for(lock, std::chrono::seconds(5), [&] { return stopping || !tasks.empty(); });
                --idle;
                if (!woken)
                    break;
                continue;
            }
            auto task = std::move(tasks.front());
            tasks.pop_front();
            lock.unlock();
            guarded("a task", task);
            task = nullptr;
            lock.lock();
        }
        --threads;
        ended.notify_all();
    }

    void timerThread() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            if (later.empty()) {
                timerChanged.wait(lock);
                continue;
            }
            const auto next = later.begin()->first;
            if (next > Clock::now()) {
                timerChanged.wait_until(lock, next);
                continue;
            }
            auto task = std::move(later.begin()->second);
            later.erase(later.begin());
            addTask(std::move(task));
        }
    }
};

TaskPool::TaskPool(unsigned mostThreads) : state_(std::make_unique<State>()) {
    state_->most = mostThreads;
    state_->timer = std::thread([this] { state_->timerThread(); });
}

TaskPool::~TaskPool() {
    stop();
}

void TaskPool::stop() {
    std::deque<std::function<void()>> tasks;
    std::multimap<Clock::time_point, std::function<void()>> later;
    {
        std::unique_lock lock(state_->mutex);
        state_->stopping = true;
        state_->work.notify_all();
        state_->timerChanged.notify_all();
        state_->ended.wait(lock, [&] { return state_->threads == 0; });
        tasks.swap(state_->tasks); // dropped without the lock: what they hold may take it
        later.swap(state_->later);
    }
    if (state_->timer.joinable())
        state_->timer.join();
}

bool guarded(const char* what, const std::function<void()>& work) {
    try {
        work();
        return true;
    } catch (const std::exception& error) {
        base::error("agent", "{} failed: {}", what, error.what());
    } catch (...) {
        base::error("agent", "{} failed: an unknown exception", what);
    }
    return false;
}

void TaskPool::run(std::function<void()> task) {
    std::lock_guard lock(state_->mutex);
    if (!state_->stopping)
        state_->addTask(std::move(task));
}

void TaskPool::runAt(Clock::time_point time, std::function<void()> task) {
    std::lock_guard lock(state_->mutex);
    if (state_->stopping)
        return;
    state_->later.emplace(time, std::move(task));
    state_->timerChanged.notify_one();
}

} // namespace slipway::agent
