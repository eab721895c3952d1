#include "vmdriver/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }
    void reset(int number = -1) {
        if (number_ >= 0)
            close(number_);
        number_ = number;
    }

private:
    int number_ = -1;
};

struct Pipe {
    Descriptor read, write;
    bool open() {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0)
            return false;
        read.reset(ends[0]);
        write.reset(ends[1]);
        return true;
    }
};

struct Streams {
    int in = -1, out = -1, error = -1; ///< -1: inherited
};

/// What the child needs, made before fork: no allocation happens between fork and exec.
[[noreturn]] void becomeProgram(const char* path, char* const* argv, const Streams& streams,
                                const std::function<bool()>& inChild) {
    if (streams.in >= 0)
        dup2(streams.in, STDIN_FILENO);
    if (streams.out >= 0)
        dup2(streams.out, STDOUT_FILENO);
    if (streams.error >= 0)
        dup2(streams.error, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGPIPE, SIG_DFL);
    if (inChild && !inChild())
        _exit(126);
    execv(path, argv);
    _exit(127);
}

/// An unnamed file holding the text, positioned at its beginning; -1 when there is no memory for it.
int textFile(const std::string& text) {
    const int file = memfd_create("slipway-input", MFD_CLOEXEC);
    if (file >= 0 && write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        close(file);
        return -1;
    }
    lseek(file, 0, SEEK_SET);
    return file;
}

/// Collects the output until the program closed it or `stop` is triggered.
void collect(const Pipe& output, std::string& collected, std::size_t kept, const std::stop_token& stop) {
    while (output.read.get() >= 0 && !stop.stop_requested()) {
        pollfd waiting{output.read.get(), POLLIN, 0};
        const int ready = poll(&waiting, 1, stop.stop_possible() ? 50 : -1);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        std::array<char, 8192> chunk;
        const ssize_t count = ready < 0 ? -1 : read(output.read.get(), chunk.data(), chunk.size());
        if (count <= 0)
            return;
        collected.append(chunk.data(), static_cast<std::size_t>(count));
        if (collected.size() > kept)
            collected.erase(0, collected.size() - kept);
    }
}

/// Waits for the child; kills it once when `stop` is triggered.
int awaitChild(pid_t child, const std::stop_token& stop) {
    bool killed = false;
    for (int status = 0;;) {
        const bool cancellable = stop.stop_possible() && !killed;
        const pid_t gone = waitpid(child, &status, cancellable ? WNOHANG : 0);
        if (gone == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (gone < 0 && errno != EINTR)
            return 255;
        if (stop.stop_requested() && !killed) {
            kill(child, SIGKILL);
            killed = true;
        } else if (cancellable) {
            usleep(1000);
        }
    }
}

} // namespace

std::optional<fs::path> findProgram(const std::string& name) {
    if (name.find('/') != std::string::npos)
        return access(name.c_str(), X_OK) == 0 ? std::optional<fs::path>(name) : std::nullopt;
    const char* path = std::getenv("PATH");
    std::istringstream folders(std::string(path ? path : "") +
                               ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path candidate = fs::path(folder) / name;
        if (!folder.empty() && access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    return std::nullopt;
}

Result<CommandResult> runCommand(const std::vector<std::string>& argv, const CommandOptions& options,
                                 std::stop_token stop) {
    if (stop.stop_requested())
        return failure(DriverErrc::cancelled, "cancelled");
    const auto program = findProgram(argv.front());
    if (!program)
        return failure(DriverErrc::missingTool, argv.front() + " is not installed");

    Pipe output;
    Descriptor inputFile, outputFile;
    Streams streams;
    if (!options.inputFile.empty() || !options.inheritStreams) {
        inputFile.reset(options.inputFile.empty() ? textFile(options.input)
                                                  : open(options.inputFile.c_str(), O_RDONLY | O_CLOEXEC));
        if (inputFile.get() < 0)
            return failure(DriverErrc::io, options.inputFile.string() + ": " + std::strerror(errno));
        streams.in = inputFile.get();
    }
    if (!options.outputFile.empty()) {
        outputFile.reset(open(options.outputFile.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
        if (outputFile.get() < 0)
            return failure(DriverErrc::io, options.outputFile.string() + ": " + std::strerror(errno));
        streams.out = streams.error = outputFile.get();
    }
    if (options.outputFile.empty() ? !options.inheritStreams : options.collectErrors) {
        if (!output.open())
            return failure(DriverErrc::io, std::string("no pipe: ") + std::strerror(errno));
        streams.error = output.write.get();
        if (options.outputFile.empty())
            streams.out = output.write.get();
    }

    std::vector<char*> arguments;
    for (const auto& word : argv)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0)
        becomeProgram(program->c_str(), arguments.data(), streams, options.inChild);
    if (child < 0)
        return failure(DriverErrc::io, std::string("no process: ") + std::strerror(errno));

    CommandResult result;
    output.write.reset();
    collect(output, result.output, options.keptOutput, stop);
    result.exitCode = awaitChild(child, stop);
    if (stop.stop_requested())
        return failure(DriverErrc::cancelled, "cancelled");
    return result;
}

Result<void> mustRun(DriverErrc code, const std::vector<std::string>& argv, const CommandOptions& options,
                     std::stop_token stop) {
    auto result = runCommand(argv, options, stop);
    if (!result)
        return std::unexpected(result.error());
    if (result->exitCode == 0)
        return {};
    std::string shown =
        result->output.substr(result->output.size() - std::min<std::size_t>(result->output.size(), 2000));
    while (!shown.empty() && shown.back() == '\n')
        shown.pop_back();
    return failure(code, argv.front() + " failed (exit code " + std::to_string(result->exitCode) + "): " + shown);
}

} // namespace slipway::vmdriver
