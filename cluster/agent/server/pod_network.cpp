#include "cluster/agent/server/pod_network.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <sched.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace slipway::agent {

std::expected<int, std::string> openSocketIn(const std::string& path, int family) {
    std::expected<int, std::string> result = -1;
    const auto make = [&] {
        const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        result = fd >= 0 ? std::expected<int, std::string>(fd)
                         : std::unexpected(std::format("socket: {}", std::strerror(errno)));
    };
    if (path.empty()) {
        make();
        return result;
    }
    // A socket stays where it was made, so only a thread of its own has to go there; it never comes back.
    std::thread([&] {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 || ::setns(fd, CLONE_NEWNET) != 0)
            result = std::unexpected(std::format("network namespace {}: {}", path, std::strerror(errno)));
        else
            make();
        if (fd >= 0)
            ::close(fd);
    }).join();
    return result;
}

} // namespace slipway::agent
