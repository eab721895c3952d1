// Network namespaces for tests that send real packets.

#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <thread>

namespace slipway::tests {

/// A network namespace with a thread that lives in it; both end with the object.
class NetSpace {
public:
    NetSpace();
    ~NetSpace();
    NetSpace(const NetSpace&) = delete;
    NetSpace& operator=(const NetSpace&) = delete;

    /// False when namespaces cannot be made here.
    bool works() const { return thread_ > 0; }
    /// Runs a task inside and waits for it.
    void run(const std::function<void()>& task);
    /// Runs lines of `ip -batch` inside; false when one failed.
    bool ip(const std::string& lines);
    /// Runs a shell command inside and gives its output.
    std::string shell(const std::string& command);
    /// Writes below /proc/sys/net inside.
    bool sysctl(const std::string& path, const std::string& value);
    /// Joins this namespace with another by a pair of interfaces of these names, both up.
    bool join(const std::string& here, NetSpace& other, const std::string& there);

    /// Connects to a TCP port inside and gives what the other side says; "refused", "timeout" or another error.
    std::string connectTcp(const std::string& address, int port, int timeoutMs = 3000, const std::string& from = {});
    /// Sends a datagram and gives the answer; "refused", "timeout" or another error.
    std::string askUdp(const std::string& address, int port, int timeoutMs = 3000, int sourcePort = 0);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> task_;
    bool ending_ = false, ready_ = false;
    pid_t thread_ = 0;
    std::thread worker_;
};

/// Answers every TCP connection and every datagram on a port inside a namespace with a word and, after a space, the
/// caller's address as it is seen. Ends with the object.
class EchoServer {
public:
    EchoServer(NetSpace& space, const std::string& address, int port, std::string word);
    ~EchoServer();
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;

private:
    void serve();
    int tcp_ = -1, udp_ = -1, end_[2] = {-1, -1};
    std::string word_;
    std::thread thread_;
};

} // namespace slipway::tests
