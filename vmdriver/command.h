#pragma once
// Runs programs of the distribution (runc, ip, nft) and waits for them.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"

namespace slipway::vmdriver {

struct CommandResult {
    int exitCode = 0;   ///< 128 + signal when killed
    std::string output; ///< standard output and error together, at most CommandOptions::keptOutput bytes of its end
};

struct CommandOptions {
    std::string input;                ///< given to standard input when inputFile is empty
    std::filesystem::path inputFile;  ///< becomes standard input
    std::filesystem::path outputFile; ///< standard output and error are appended here instead of being collected
    bool collectErrors = false;  ///< with outputFile: standard error is collected, the file gets standard output alone
    bool inheritStreams = false; ///< keep this process's standard streams (inputFile still wins)
    std::size_t keptOutput = 64 * 1024; ///< how many bytes of the output's end are collected
    /// Runs in the child before exec; false ends the child with code 126. Only async-signal-safe calls (the parent may
    /// have threads), on data prepared before.
    std::function<bool()> inChild;
};

/// Runs argv[0] (looked up in PATH) and waits. A triggered stop token kills it (error cancelled).
/// Errors: missingTool when the program does not exist, io when no process could be made.
Result<CommandResult> runCommand(const std::vector<std::string>& argv, const CommandOptions& options = {},
                                 std::stop_token stop = {});

/// Runs a command that must end with 0; otherwise an error `code` with the command's last output.
Result<void> mustRun(DriverErrc code, const std::vector<std::string>& argv, const CommandOptions& options = {},
                     std::stop_token stop = {});

/// Absolute path of a program, searched in PATH and the system's sbin folders.
std::optional<std::filesystem::path> findProgram(const std::string& name);

} // namespace slipway::vmdriver
