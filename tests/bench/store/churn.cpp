#include "tests/bench/store/churn.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>
#include <unistd.h>
#include <vector>

namespace slipway::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::size_t valueSize = 2000; // about a pod
constexpr int parts = 20;               // of the run, each with a line

double residentMebibytes() {
    std::ifstream file("/proc/self/statm");
    long long size = 0, resident = 0;
    file >> size >> resident;
    return double(resident) * double(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

double diskMebibytes(const std::filesystem::path& file) {
    double bytes = 0;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::error_code none;
        const auto size = std::filesystem::file_size(file.string() + suffix, none);
        bytes += none ? 0 : double(size);
    }
    return bytes / (1024 * 1024);
}

void write(store::Store& store, int object, long long round) {
    std::string value(valueSize, static_cast<char>('a' + round % 26));
    if (!store.commit({{"/registry/core/pods/default/pod-" + std::to_string(object), std::move(value)}}, {"churn", 1}))
        std::puts("a commit failed");
}

} // namespace

void runChurn(store::Store& store, const std::filesystem::path& file, const Churn& churn) {
    std::atomic<bool> over = false;
    std::jthread keeper([&] {
        while (!over) {
            if (const auto before = store.revision() - churn.kept; before > store.compactedBefore())
                if (!store.compact(before))
                    std::puts("a compaction failed");
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
    });
    std::printf("%12s%12s%12s%12s%12s%12s%12s\n", "writes", "per s", "p50 us", "p99.9 us", "longest ms", "memory MiB",
                "disk MiB");
    for (int part = 1; part <= parts; ++part) {
        const long long count = churn.writes / parts;
        std::atomic<long long> next = 0;
        std::vector<std::vector<float>> times(static_cast<std::size_t>(churn.clients));
        const auto begin = Clock::now();
        {
            std::vector<std::jthread> threads;
            for (auto& own : times)
                threads.emplace_back([&] {
                    for (long long number = next++; number < count; number = next++) {
                        const auto start = Clock::now();
                        write(store, static_cast<int>(number % churn.objects), number / churn.objects);
                        own.push_back(static_cast<float>(Microseconds(Clock::now() - start).count()));
                    }
                });
        }
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        std::vector<float> all;
        for (const auto& own : times)
            all.insert(all.end(), own.begin(), own.end());
        std::ranges::sort(all);
        std::printf("%12lld%12.0f%12.0f%12.0f%12.1f%12.0f%12.0f\n", count * part, double(count) / seconds,
                    all[all.size() / 2], all[all.size() * 999 / 1000], double(all.back()) / 1000, residentMebibytes(),
                    diskMebibytes(file));
        std::fflush(stdout);
    }
    over = true;
}

} // namespace slipway::bench
