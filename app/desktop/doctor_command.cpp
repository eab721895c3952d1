// doctor: what works on this machine, what does not, and why.
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <format>
#include <fstream>
#include <iostream>
#include <sys/utsname.h>
#include <unistd.h>

#include "vmdriver/command.h"
#include "vmdriver/driver_registry.h"

namespace slipway::desktop {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

struct Finding {
    std::string subject;
    bool good = true;
    std::string detail;
};

std::string memoryText() {
    std::ifstream file("/proc/meminfo");
    std::string key;
    for (long long kib = 0; file >> key >> kib; file.ignore(64, '\n'))
        if (key == "MemAvailable:")
            return std::format("{} MiB available", kib / 1024);
    return "unknown";
}

std::vector<Finding> examine(const vmdriver::LifecyclePaths& paths) {
    std::vector<Finding> findings;
    utsname system{};
    uname(&system);
    std::error_code error;
    findings.push_back({"kernel", true, std::string(system.release) + " " + system.machine});
    const bool v2 = fs::exists("/sys/fs/cgroup/cgroup.controllers", error);
    findings.push_back({"cgroups", v2 || fs::exists("/sys/fs/cgroup/memory", error), v2 ? "version 2" : "version 1"});
    findings.push_back({"memory", true, memoryText()});
    const auto space = fs::space(paths.stateDir.parent_path(), error);
    findings.push_back(
        {"disk", error || space.available > (2ull << 30),
         error ? "unknown" : std::format("{} MiB free for {}", space.available >> 20, paths.stateDir.string())});
    const bool image = fs::exists(paths.nodeImage / "complete", error);
    findings.push_back({"node image", image, image ? paths.nodeImage.string() : "not in " + paths.nodeImage.string()});
    const auto kubectl = vmdriver::findProgram("kubectl");
    findings.push_back({"kubectl", kubectl.has_value(),
                        kubectl ? kubectl->string() : "not installed (Debian package: kubernetes-client)"});
    for (const auto& check : vmdriver::checkDrivers(paths))
        findings.push_back({"driver " + check.driver, check.usable.has_value(),
                            check.usable ? "works here" : check.usable.error().message});
    return findings;
}

} // namespace

int examineMachine(const ClusterLifecycle& lifecycle, const Options& options) {
    bool anyDriver = false;
    json::array list;
    for (const auto& [subject, good, detail] : examine(lifecycle.paths())) {
        anyDriver = anyDriver || (good && subject.starts_with("driver "));
        if (options.json)
            list.push_back(json::object{{"subject", subject}, {"good", good}, {"detail", detail}});
        else
            std::cout << std::format("{:<4} {:<15} {}\n", good ? "ok" : "no", subject, detail);
    }
    if (options.json)
        std::cout << json::serialize(list) << '\n';
    return anyDriver ? 0 : 1;
}

} // namespace slipway::desktop
