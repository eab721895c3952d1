#include "cluster/store/sqlite_store.h"
#include "tests/bench/store/churn.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

using namespace slipway::store;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t valueSize = 2000; ///< about a pod

double millisecondsOf(const std::function<void()>& work) {
    const auto begin = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

std::string keyOf(int number) {
    return "/registry/pods/default/pod-" + std::to_string(number);
}

/// Creates @p count keys from @p clients threads, one commit each.
double createsPerSecond(Store& store, int clients, int count) {
    std::atomic<int> next = 0;
    const double milliseconds = millisecondsOf([&] {
        std::vector<std::thread> threads;
        for (int client = 0; client < clients; ++client) {
            threads.emplace_back([&] {
                for (int number = next++; number < count; number = next++) {
                    const std::string key = std::to_string(clients) + keyOf(number);
                    if (!store.commit({{key, std::string(valueSize, 'x'), Operation::absent, Operation::noSplice}}))
                        std::puts("a commit failed");
                }
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    });
    return count / milliseconds * 1000;
}

void measure(const char* name, Store& store) {
    for (const int clients : {1, 8, 32, 128})
        std::printf("%-7s %4d clients: %9.0f durable creates/s\n", name, clients,
                    createsPerSecond(store, clients, clients == 1 ? 2000 : 10'000));
    const Revision past = store.revision() - 5000;
    std::size_t found = 0;
    const double get = millisecondsOf([&] {
        for (int number = 0; number < 10'000; ++number)
            found += store.get("32" + keyOf(number))->has_value();
    });
    const double list = millisecondsOf([&] { found += store.list("32/")->entries.size(); });
    const double old = millisecondsOf([&] { found += store.list("32/", past)->entries.size(); });
    std::printf("%-7s get: %.2f us, list of 10,000: %.1f ms, at an old revision: %.1f ms (%zu)\n", name, get / 10, list,
                old, found);
    std::size_t heard = 0;
    const double replay = millisecondsOf(
        [&] { (void)store.subscribe(2, [&](std::span<const Event> events) { heard += events.size(); }); });
    const Revision half = store.revision() / 2;
    const double compact = millisecondsOf([&] { (void)store.compact(half); });
    std::printf("%-7s replay of %zu events: %.0f ms, compaction of half: %.0f ms\n", name, heard, replay, compact);
}

} // namespace

// bench_store [FOLDER [WRITES]]: with a number of writes, churn over 5,000 objects instead of everything else.
int main(int count, char** arguments) {
    const std::filesystem::path folder = count > 1 ? arguments[1] : std::filesystem::temp_directory_path();
    const std::filesystem::path file = folder / "bench-store.db";
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(file.string() + suffix);
    std::unique_ptr<Store> store;
    const auto open = [&] {
        auto opened = openSqliteStore(file);
        if (!opened)
            std::printf("%s\n", opened.error().message.c_str());
        store = opened ? std::move(*opened) : nullptr;
    };
    std::printf("open empty: %.2f ms\n", millisecondsOf(open));
    if (!store)
        return 1;
    if (count > 2) {
        slipway::bench::Churn churn;
        churn.writes = std::atoll(arguments[2]);
        slipway::bench::runChurn(*store, file, churn);
        return 0;
    }
    std::printf("first commit: %.2f ms\n",
                millisecondsOf([&] { (void)store->commit({{"first", "1", Operation::any, Operation::noSplice}}); }));
    measure("sqlite", *store);
    store.reset();
    std::printf("file: %.0f MB, open again: ", static_cast<double>(std::filesystem::file_size(file)) / 1e6);
    std::printf("%.0f ms\n", millisecondsOf(open));
    store.reset();
    for (const char* suffix : {"", "-wal", "-shm", ".lock"})
        std::filesystem::remove(file.string() + suffix);
    measure("memory", *makeMemoryStore());
    return 0;
}
