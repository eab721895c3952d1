#include "cluster/agent/runtime/cri/exec_process.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <pty.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace slipway::agent {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        reset(std::exchange(other.fd_, -1));
        return *this;
    }
    ~Descriptor() { reset(); }
    void reset(int fd = -1) {
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = fd;
    }
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

struct Pipe {
    Descriptor read, write;
    static Pipe make() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return {};
        return {Descriptor(ends[0]), Descriptor(ends[1])};
    }
};

/// A child with pipes, or with a terminal whose master side is both input and output.
class ChildProcess : public ExecProcess {
public:
    ChildProcess(pid_t pid, Descriptor input, Descriptor out, Descriptor err, bool tty)
        : pid_(pid)
        , input_(std::move(input))
        , out_(std::move(out))
        , err_(std::move(err))
        , wake_(Pipe::make())
        , tty_(tty) {}

    ~ChildProcess() override {
        kill();
        reap();
    }

    Piece read() override {
        for (;;) {
            pollfd watched[3] = {{out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}, {wake_.read.get(), POLLIN, 0}};
            if (!out_ && !err_)
                break;
            if (::poll(watched, 3, -1) < 0 && errno != EINTR)
                break;
            if (watched[2].revents != 0)
                break;
            if (watched[0].revents != 0)
                if (auto data = take(out_); !data.empty())
                    return {Piece::From::out, std::move(data)};
            if (watched[1].revents != 0)
                if (auto data = take(err_); !data.empty())
                    return {Piece::From::err, std::move(data)};
        }
        return {};
    }

    bool write(std::string_view data) override {
        std::lock_guard lock(inputMutex_);
        const int fd = tty_ ? out_.get() : input_.get();
        while (!data.empty()) {
            if (fd < 0 || ended_)
                return false;
            pollfd watched{fd, POLLOUT, 0};
            if (::poll(&watched, 1, 200) == 0)
                continue;
            const ssize_t count = ::write(fd, data.data(), data.size());
            if (count < 0 && (errno == EINTR || errno == EAGAIN))
                continue;
            if (count < 0)
                return false;
            data.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    void closeInput() override {
        if (tty_) {
            write("\x04"); // a terminal's end of input
            return;
        }
        std::lock_guard lock(inputMutex_);
        input_.reset();
    }

    void resize(unsigned columns, unsigned rows) override {
        const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
        if (tty_ && out_)
            ::ioctl(out_.get(), TIOCSWINSZ, &size);
    }

    void kill() override {
        ended_ = true;
        [[maybe_unused]] const auto written = ::write(wake_.write.get(), "x", 1);
        std::lock_guard lock(reapMutex_);
        if (!reaped_) {
            // runc passes SIGTERM on to the command; SIGKILL then ends runc itself.
            ::kill(pid_, tty_ ? SIGHUP : SIGTERM);
            for (int i = 0; i < 20 && !reaped_; ++i) {
                reaped_ = ::waitpid(pid_, &status_, WNOHANG) != 0;
                if (!reaped_)
                    ::usleep(10'000);
            }
            if (!reaped_)
                ::kill(-pid_, SIGKILL); // it leads its own session and group
        }
    }

    RuntimeResult<int> exitCode() override {
        reap();
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    }

private:
    std::string take(Descriptor& from) {
        std::string data(32 * 1024, '\0');
        const ssize_t count = ::read(from.get(), data.data(), data.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            return {};
        if (count <= 0) { // a terminal answers EIO once nobody holds its other side
            if (tty_)
                ended_ = true;
            const std::lock_guard lock(inputMutex_);
            from.reset();
            return {};
        }
        data.resize(static_cast<std::size_t>(count));
        return data;
    }

    void reap() {
        std::lock_guard lock(reapMutex_);
        if (!reaped_) {
            while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
            }
            reaped_ = true;
        }
    }

    pid_t pid_;
    Descriptor input_, out_, err_;
    Pipe wake_;
    bool tty_;
    std::atomic<bool> ended_ = false;
    std::mutex inputMutex_, reapMutex_;
    bool reaped_ = false;
    int status_ = 0;
};

RuntimeError systemError(const char* what) {
    return {RuntimeError::Kind::other, std::string(what) + ": " + std::strerror(errno)};
}

/// Between fork and exec only calls that are safe there.
[[noreturn]] void becomeChild(char** arguments, int in, int out, int err, bool tty) {
    ::setsid();
    if (tty)
        ::ioctl(in, TIOCSCTTY, 0);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::execvp(arguments[0], arguments);
    ::_exit(127);
}

} // namespace

RuntimeResult<std::unique_ptr<ExecProcess>> startProcess(const std::vector<std::string>& arguments, bool tty,
                                                         bool input) {
    std::vector<char*> pointers;
    for (const auto& argument : arguments)
        pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);

    Descriptor childIn, childOut, childErr, in, out, err;
    if (tty) {
        int master = -1, slave = -1;
        if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
            return std::unexpected(systemError("openpty"));
        ::fcntl(master, F_SETFD, FD_CLOEXEC);
        ::fcntl(slave, F_SETFD, FD_CLOEXEC);
        out.reset(master);
        childIn.reset(slave);
        childOut.reset(::fcntl(slave, F_DUPFD_CLOEXEC, 3));
        childErr.reset(::fcntl(slave, F_DUPFD_CLOEXEC, 3));
    } else {
        Pipe outPipe = Pipe::make(), errPipe = Pipe::make(), inPipe = Pipe::make();
        if (!outPipe.read || !errPipe.read || !inPipe.read)
            return std::unexpected(systemError("pipe"));
        childOut = std::move(outPipe.write), out = std::move(outPipe.read);
        childErr = std::move(errPipe.write), err = std::move(errPipe.read);
        childIn = std::move(inPipe.read);
        if (input)
            in = std::move(inPipe.write);
    }
    const pid_t pid = ::fork();
    if (pid < 0)
        return std::unexpected(systemError("fork"));
    if (pid == 0)
        becomeChild(pointers.data(), childIn.get(), childOut.get(), childErr.get(), tty);
    return std::make_unique<ChildProcess>(pid, std::move(in), std::move(out), std::move(err), tty);
}

} // namespace slipway::agent
