#pragma once
// Commands and files inside a virtual machine, through QEMU's guest agent.

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

/// Speaks to one machine's agent. `send` carries one JSON command to it and brings the answer back, or the agent's
/// complaint.
class GuestAgent {
public:
    using Send = std::function<Result<std::string>(const std::string& command, std::chrono::seconds timeout)>;
    explicit GuestAgent(Send send) : send_(std::move(send)) {}

    /// Whether the agent answers now.
    bool answers() const;
    /// Runs a command to its end. There is no terminal, and output comes when the command has ended (at most 16 MiB of
    /// it, the agent's own limit). Errors: sandbox, io, cancelled.
    Result<int> run(const std::vector<std::string>& command, const RunStreams& streams, std::stop_token stop) const;
    /// Errors: notFound, sandbox.
    Result<std::string> readFile(const std::string& path) const;
    /// Copies a file of this host into the machine. Errors: io, sandbox, cancelled.
    Result<void> copyIn(const std::filesystem::path& from, const std::string& to, std::stop_token stop) const;
    Result<void> copyOut(const std::string& from, const std::filesystem::path& to, std::stop_token stop) const;

private:
    struct Ended {
        int code = 0;
        std::string output;
    };
    Result<Ended> execute(const std::vector<std::string>& command, std::stop_token stop) const;
    Result<int> openFile(const std::string& path, const std::string& mode) const;
    Result<void> readAll(const std::string& path, const std::function<bool(const std::string&)>& take,
                         const std::stop_token& stop) const;

    Send send_;
};

} // namespace slipway::vmdriver
