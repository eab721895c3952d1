#include "vmdriver/cluster_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway::vmdriver {

namespace {

bool waitFor(int socket, short events, std::chrono::milliseconds timeout) {
    pollfd waiting{socket, events, 0};
    return poll(&waiting, 1, static_cast<int>(timeout.count())) > 0 && (waiting.revents & events) != 0;
}

bool exchange(int socket, const sockaddr_in& peer, const std::string& request, std::chrono::milliseconds timeout) {
    if (connect(socket, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0 && errno != EINPROGRESS)
        return false;
    if (!waitFor(socket, POLLOUT, timeout) ||
        send(socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
        return false;
    std::string head;
    while (head.size() < 12) {
        char chunk[64];
        const ssize_t count = waitFor(socket, POLLIN, timeout) ? recv(socket, chunk, sizeof chunk, 0) : 0;
        if (count <= 0)
            return false;
        head.append(chunk, static_cast<std::size_t>(count));
    }
    return head.starts_with("HTTP/1.") && head.substr(9, 3) == "200";
}

} // namespace

bool httpAnswers(const std::string& address, int port, const std::string& path, std::chrono::milliseconds timeout) {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1)
        return false;
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return false;
    const bool good = exchange(
        connection, peer, "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n", timeout);
    close(connection);
    return good;
}

} // namespace slipway::vmdriver
