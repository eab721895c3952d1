#include "tests/support/net_space.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

namespace slipway::tests {
namespace {

/// An address of either family.
struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    SocketAddress(const std::string& text, int port) {
        if (text.find(':') == std::string::npos) {
            auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
            v4->sin_family = AF_INET;
            v4->sin_port = htons(static_cast<std::uint16_t>(port));
            ::inet_pton(AF_INET, text.c_str(), &v4->sin_addr);
            size = sizeof *v4;
        } else {
            auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(static_cast<std::uint16_t>(port));
            ::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr);
            size = sizeof *v6;
        }
    }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::string textOf(const sockaddr_storage& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address.ss_family == AF_INET)
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text, sizeof text);
    else
        ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr, text, sizeof text);
    return text;
}

std::string errorWord(int error) {
    return error == ECONNREFUSED                                           ? "refused"
           : error == ETIMEDOUT || error == EAGAIN || error == EINPROGRESS ? "timeout"
                                                                           : std::strerror(error);
}

/// Waits until a socket can be used as asked; false when time is up.
bool ready(int socket, short events, int timeoutMs) {
    pollfd entry{socket, events, 0};
    return ::poll(&entry, 1, timeoutMs) == 1;
}

std::string readAnswer(int socket, int timeoutMs) {
    if (!ready(socket, POLLIN, timeoutMs))
        return "timeout";
    char buffer[512];
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
    return size < 0 ? errorWord(errno) : std::string(buffer, static_cast<std::size_t>(size));
}

std::string tcpExchange(const std::string& address, int port, int timeoutMs, const std::string& from) {
    const SocketAddress to(address, port);
    const int socket = ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (!from.empty()) {
        const SocketAddress source(from, 0);
        ::bind(socket, source.get(), source.size);
    }
    std::string answer;
    int error = ::connect(socket, to.get(), to.size) == 0 ? 0 : errno;
    if (error == EINPROGRESS && ready(socket, POLLOUT, timeoutMs)) {
        socklen_t size = sizeof error;
        ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    answer = error != 0 ? errorWord(error) : readAnswer(socket, timeoutMs);
    ::close(socket);
    return answer;
}

std::string udpExchange(const std::string& address, int port, int timeoutMs, int sourcePort) {
    const SocketAddress to(address, port);
    const int socket = ::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const SocketAddress from(to.storage.ss_family == AF_INET ? "0.0.0.0" : "::", sourcePort);
    ::bind(socket, from.get(), from.size);
    std::string answer;
    if (::connect(socket, to.get(), to.size) != 0 || ::send(socket, "?", 1, 0) != 1)
        answer = errorWord(errno);
    else
        answer = readAnswer(socket, timeoutMs);
    ::close(socket);
    return answer;
}

} // namespace

NetSpace::NetSpace() {
    worker_ = std::thread([this] {
        const bool made = ::unshare(CLONE_NEWNET) == 0;
        std::unique_lock lock(mutex_);
        thread_ = made ? static_cast<pid_t>(::syscall(SYS_gettid)) : -1;
        ready_ = true;
        changed_.notify_all();
        while (true) {
            changed_.wait(lock, [&] { return ending_ || task_; });
            if (ending_)
                return;
            const auto task = std::exchange(task_, nullptr);
            task();
            ready_ = true;
            changed_.notify_all();
        }
    });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_; });
    lock.unlock();
    ip("link set lo up\n");
}

NetSpace::~NetSpace() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    worker_.join();
}

void NetSpace::run(const std::function<void()>& task) {
    std::unique_lock lock(mutex_);
    ready_ = false;
    task_ = task;
    changed_.notify_all();
    changed_.wait(lock, [&] { return ready_; });
}

bool NetSpace::ip(const std::string& lines) {
    bool done = false;
    run([&] {
        FILE* pipe = ::popen("ip -batch -", "we");
        if (pipe == nullptr)
            return;
        std::fputs(lines.c_str(), pipe);
        done = ::pclose(pipe) == 0;
    });
    return done;
}

std::string NetSpace::shell(const std::string& command) {
    std::string output;
    run([&] {
        FILE* pipe = ::popen(command.c_str(), "re");
        char buffer[4096];
        while (pipe != nullptr && std::fgets(buffer, sizeof buffer, pipe) != nullptr)
            output += buffer;
        if (pipe != nullptr)
            ::pclose(pipe);
    });
    return output;
}

bool NetSpace::sysctl(const std::string& path, const std::string& value) {
    bool done = false;
    run([&] {
        std::ofstream file("/proc/sys/net/" + path);
        file << value << std::flush;
        done = static_cast<bool>(file);
    });
    return done;
}

bool NetSpace::join(const std::string& here, NetSpace& other, const std::string& there) {
    return ip("link add " + here + " type veth peer name " + there + " netns " + std::to_string(other.thread_) +
              "\nlink set " + here + " up\n") &&
           other.ip("link set " + there + " up\n");
}

std::string NetSpace::connectTcp(const std::string& address, int port, int timeoutMs, const std::string& from) {
    std::string answer;
    run([&] { answer = tcpExchange(address, port, timeoutMs, from); });
    return answer;
}

std::string NetSpace::askUdp(const std::string& address, int port, int timeoutMs, int sourcePort) {
    std::string answer;
    run([&] { answer = udpExchange(address, port, timeoutMs, sourcePort); });
    return answer;
}

EchoServer::EchoServer(NetSpace& space, const std::string& address, int port, std::string word)
    : word_(std::move(word)) {
    space.run([&] {
        const SocketAddress own(address, port);
        tcp_ = ::socket(own.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        udp_ = ::socket(own.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(tcp_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (::bind(tcp_, own.get(), own.size) != 0 || ::listen(tcp_, 64) != 0 || ::bind(udp_, own.get(), own.size) != 0)
            std::perror("echo server");
    });
    if (::pipe2(end_, O_CLOEXEC) == 0)
        thread_ = std::thread([this] { serve(); });
}

EchoServer::~EchoServer() {
    ::close(end_[1]);
    if (thread_.joinable())
        thread_.join();
    for (const int descriptor : {tcp_, udp_, end_[0]})
        ::close(descriptor);
}

void EchoServer::serve() {
    pollfd entries[] = {{end_[0], POLLIN, 0}, {tcp_, POLLIN, 0}, {udp_, POLLIN, 0}};
    while (::poll(entries, 3, -1) > 0 && entries[0].revents == 0) {
        sockaddr_storage from{};
        socklen_t size = sizeof from;
        if (entries[1].revents != 0) {
            const int client = ::accept4(tcp_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC);
            const std::string answer = word_ + " " + textOf(from);
            ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
            ::close(client);
        }
        if (entries[2].revents != 0) {
            char buffer[512];
            if (::recvfrom(udp_, buffer, sizeof buffer, 0, reinterpret_cast<sockaddr*>(&from), &size) >= 0) {
                const std::string answer = word_ + " " + textOf(from);
                ::sendto(udp_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), size);
            }
        }
    }
}

} // namespace slipway::tests
