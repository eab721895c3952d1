#include "app/node_init/supervisor.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::node_init {

using namespace std::chrono_literals;

namespace {

constexpr auto firstBackOff = 100ms;
constexpr auto longestBackOff = std::chrono::milliseconds(10s);
constexpr auto healthyLife = 10s;
constexpr auto endPatience = 5s;
constexpr auto lookInterval = 10ms; // for a file a service needs

/// In the child: output to the log, signals as a program expects them, then the program. Never returns.
[[noreturn]] void becomeService(const ServiceSpec& spec, const std::string& logPath) {
    setsid();
    const int log = open(logPath.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
    const int null = open("/dev/null", O_RDONLY);
    if (log >= 0) {
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
    }
    dup2(null, STDIN_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::vector<char*> arguments;
    for (const auto& word : spec.command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments.front(), arguments.data());
    std::fprintf(stderr, "slipway-node-init: cannot run %s: %s\n", arguments.front(), std::strerror(errno));
    _exit(127);
}

bool fileExists(const std::string& path) {
    return access(path.c_str(), F_OK) == 0;
}

void logExit(const std::string& name, int status) {
    if (WIFSIGNALED(status))
        std::fprintf(stderr, "slipway-node-init: %s was ended by signal %d\n", name.c_str(), WTERMSIG(status));
    else
        std::fprintf(stderr, "slipway-node-init: %s ended with code %d\n", name.c_str(), WEXITSTATUS(status));
}

} // namespace

Supervisor::Supervisor(std::vector<ServiceSpec> services, std::string logDir, std::function<void()> endPods)
    : logDir_(std::move(logDir)), endPods_(std::move(endPods)) {
    for (auto& spec : services)
        services_.push_back({.spec = std::move(spec)});
}

void Supervisor::startService(Service& service) {
    const pid_t child = fork();
    if (child == 0)
        becomeService(service.spec, logDir_ + "/" + service.spec.name + ".log");
    service.startedAt = Clock::now();
    if (child < 0) {
        service.restartAt = service.startedAt + longestBackOff;
        return;
    }
    service.pid = child;
}

void Supervisor::startDue() {
    for (auto& service : services_) {
        if (service.pid != 0 || service.restartAt > Clock::now())
            continue;
        if (std::ranges::all_of(service.spec.needs, fileExists))
            startService(service);
        else
            service.restartAt = Clock::now() + lookInterval;
    }
}

void Supervisor::reap() {
    int status = 0;
    while (const pid_t gone = waitpid(-1, &status, WNOHANG)) {
        if (gone < 0)
            return;
        const auto service = std::ranges::find(services_, gone, &Service::pid);
        if (service == services_.end())
            continue; // an orphan that came to process 1
        logExit(service->spec.name, status);
        service->pid = 0;
        if (Clock::now() - service->startedAt > healthyLife)
            service->backOff = firstBackOff;
        service->restartAt = Clock::now() + service->backOff;
        service->backOff = std::min(service->backOff * 2, longestBackOff);
    }
}

std::chrono::milliseconds Supervisor::untilNextStart() const {
    auto wait = std::chrono::milliseconds(1h);
    for (const auto& service : services_)
        if (service.pid == 0)
            wait = std::min(wait, std::chrono::ceil<std::chrono::milliseconds>(service.restartAt - Clock::now()));
    return std::max(wait, 0ms);
}

void Supervisor::endService(Service& service) {
    if (service.pid == 0)
        return;
    kill(service.pid, SIGTERM);
    const auto deadline = Clock::now() + endPatience;
    for (;;) {
        int status = 0;
        const pid_t gone = waitpid(service.pid, &status, WNOHANG);
        if (gone == service.pid || (gone < 0 && errno == ECHILD))
            break;
        if (Clock::now() > deadline)
            kill(-service.pid, SIGKILL);
        usleep(2000);
    }
    service.pid = 0;
}

void Supervisor::run() {
    sigset_t awaited;
    sigemptyset(&awaited);
    for (int signal : {SIGCHLD, SIGTERM, SIGINT})
        sigaddset(&awaited, signal);
    for (;;) {
        startDue();
        const auto wait = untilNextStart();
        const timespec timeout{static_cast<time_t>(wait.count() / 1000),
                               static_cast<long>(wait.count() % 1000) * 1000000};
        const int received = sigtimedwait(&awaited, nullptr, &timeout);
        if (received == SIGTERM || received == SIGINT)
            break;
        reap();
    }
    for (auto service = services_.rbegin(); service != services_.rend(); ++service) {
        endService(*service);
        if (endPods_ && service == services_.rbegin())
            endPods_();
    }
}

} // namespace slipway::node_init
