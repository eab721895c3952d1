// The sample web application: says which pod answered. Static, no dependencies, one thread.

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t stopping = 0;

void requestStop(int) {
    stopping = 1;
}

std::string hostName() {
    char name[256] = {};
    gethostname(name, sizeof name - 1);
    return name;
}

std::string response(std::string_view status, std::string_view type, std::string_view body) {
    std::string text = "HTTP/1.1 ";
    text.append(status).append("\r\nContent-Type: ").append(type);
    text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
    text.append("\r\nConnection: close\r\n\r\n").append(body);
    return text;
}

std::string page() {
    return "<!doctype html><meta charset=utf-8><title>Slipway</title>"
           "<body style=\"font-family:sans-serif;text-align:center;margin-top:15vh\">"
           "<h1>Hello from Slipway</h1><p>This page was served by pod <code>" +
           hostName() + "</code></p>\n";
}

std::string answer(std::string_view request) {
    const auto lineEnd = request.find("\r\n");
    const auto line = request.substr(0, lineEnd);
    const auto pathStart = line.find(' ');
    if (pathStart == std::string_view::npos)
        return response("400 Bad Request", "text/plain", "bad request\n");
    const auto path = line.substr(pathStart + 1, line.find(' ', pathStart + 1) - pathStart - 1);
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    if (path == "/healthz")
        return response("200 OK", "text/plain", "ok\n");
    if (path == "/" || path.starts_with("/?"))
        return response("200 OK", "text/html; charset=utf-8", page());
    return response("404 Not Found", "text/plain", "not found\n");
}

/// Reads a request's head (bounded in size and time), answers it and closes the connection.
void serve(int connection) {
    const timeval patience{2, 0};
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    std::string request;
    char chunk[2048];
    while (request.size() < 16384 && request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t count = read(connection, chunk, sizeof chunk);
        if (count <= 0)
            break;
        request.append(chunk, static_cast<std::size_t>(count));
    }
    if (!request.empty()) {
        const std::string text = answer(request);
        for (std::size_t sent = 0; sent < text.size();) {
            const ssize_t count = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (count <= 0)
                break;
            sent += static_cast<std::size_t>(count);
        }
    }
    close(connection);
}

int listenOn(int port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || listen(listener, 128) != 0) {
        std::perror("slipway-hello: cannot listen");
        std::exit(1);
    }
    return listener;
}

} // namespace

int main() {
    struct sigaction action{};
    action.sa_handler = requestStop;
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);

    const char* portText = std::getenv("PORT");
    const int port = portText ? std::atoi(portText) : 8080;
    const int listener = listenOn(port);
    std::printf("slipway-hello: pod %s listening on port %d\n", hostName().c_str(), port);

    while (!stopping) {
        pollfd waiting{listener, POLLIN, 0};
        if (poll(&waiting, 1, 1000) <= 0)
            continue;
        const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection >= 0)
            serve(connection);
    }
    std::printf("slipway-hello: stopping\n");
}
