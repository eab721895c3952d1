#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace slipway::ingress {

/// The nginx of this machine, run with a configuration of ours. It is a daemon of its own: it goes on serving when
/// this process ends, and is found again by the next one. One thread at a time.
class NginxProcess {
public:
    explicit NginxProcess(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Whether nginx is installed.
    static bool isInstalled();
    /// Lets it serve by this configuration: starts it, or has it read anew, which ends no request under way. The error
    /// is nginx' own text; the configuration from before then stays in use.
    std::expected<void, std::string> use(const std::string& config);
    /// Ends it after the requests under way.
    void stop();
    bool isRunning() const;

private:
    int processId() const;
    std::filesystem::path folder_;
};

} // namespace slipway::ingress
