#include "tests/bench/api/processes.h"

#include <format>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace slipway::bench {

std::vector<ProcessUse> readUse(const std::vector<int>& pids) {
    std::vector<ProcessUse> result;
    for (const int pid : pids) {
        std::ifstream file(std::format("/proc/{}/stat", pid));
        std::string line;
        if (!std::getline(file, line))
            continue;
        const auto open = line.find('('), close = line.rfind(')');
        ProcessUse use{pid, line.substr(open + 1, close - open - 1), 0, 0};
        // After the name: state is field 3; user and system time are 14 and 15, resident pages 24 (proc(5)).
        std::istringstream rest(line.substr(close + 2));
        std::string word;
        for (int field = 3; field <= 24 && rest >> word; ++field) {
            if (field == 14 || field == 15)
                use.cpuSeconds += double(std::stoll(word)) / double(sysconf(_SC_CLK_TCK));
            if (field == 24)
                use.residentMiB = double(std::stoll(word)) * double(sysconf(_SC_PAGESIZE)) / (1024 * 1024);
        }
        result.push_back(std::move(use));
    }
    return result;
}

ProcessUse totalUse(const std::vector<int>& pids) {
    ProcessUse total;
    for (const ProcessUse& use : readUse(pids)) {
        total.cpuSeconds += use.cpuSeconds;
        total.residentMiB += use.residentMiB;
    }
    return total;
}

} // namespace slipway::bench
