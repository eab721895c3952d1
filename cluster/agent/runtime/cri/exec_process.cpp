#include "cluster/agent/runtime/cri/exec_process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <pty.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
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

/// A child with pipes, or with a terminal whose master side is both input and output. One epoll descriptor stands for
/// all that can be read: the output, and the child's end.
class ChildProcess : public ExecProcess {
public:
    ChildProcess(pid_t pid, Descriptor input, Descriptor out, Descriptor err, bool tty)
        : pid_(pid)
        , input_(std::move(input))
        , out_(std::move(out))
        , err_(std::move(err))
        , end_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))
        , readable_(::epoll_create1(EPOLL_CLOEXEC))
        , tty_(tty) {
        for (const Descriptor* one : {&input_, &out_, &err_})
            if (*one)
                ::fcntl(one->get(), F_SETFL, ::fcntl(one->get(), F_GETFL) | O_NONBLOCK);
        for (const Descriptor* one : {&out_, &err_, &end_}) {
            epoll_event event{.events = EPOLLIN, .data = {}};
            if (*one)
                ::epoll_ctl(readable_.get(), EPOLL_CTL_ADD, one->get(), &event);
        }
    }

    ~ChildProcess() override {
        if (!reaped_ && ::waitpid(pid_, &status_, WNOHANG) == 0) {
            ::kill(-pid_, SIGKILL); // it leads its own session and group
            ::waitpid(pid_, &status_, 0);
        }
    }

    Piece read() override {
        for (const auto& [descriptor, from] : {std::pair(&out_, Piece::From::out), std::pair(&err_, Piece::From::err)})
            if (auto data = *descriptor ? take(*descriptor) : std::string(); !data.empty())
                return {from, std::move(data)};
        const bool ended = hasEnded();
        return out_ || err_ || !ended ? Piece{Piece::From::later, {}} : Piece{};
    }

    int readable() const override { return readable_.get(); }

    std::optional<std::size_t> write(std::string_view data) override {
        const int fd = writable();
        const ssize_t count = fd < 0 ? -1 : ::write(fd, data.data(), data.size());
        if (count >= 0)
            return static_cast<std::size_t>(count);
        return fd >= 0 && (errno == EINTR || errno == EAGAIN) ? std::optional<std::size_t>(0) : std::nullopt;
    }

    int writable() const override { return tty_ ? out_.get() : input_.get(); }

    bool closeInput() override {
        if (tty_)
            return write("\x04") != 0; // a terminal's end of input
        input_.reset();
        return true;
    }

    void resize(unsigned columns, unsigned rows) override {
        const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
        if (tty_ && out_)
            ::ioctl(out_.get(), TIOCSWINSZ, &size);
    }

    void stop() override {
        if (!hasEnded())
            ::kill(pid_, tty_ ? SIGHUP : SIGTERM); // runc passes it on to the command
    }

    RuntimeResult<int> exitCode() override {
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    }

private:
    std::string take(Descriptor& from) {
        std::string data(32 * 1024, '\0');
        const ssize_t count = ::read(from.get(), data.data(), data.size());
        if (count <= 0 && !(count < 0 && (errno == EINTR || errno == EAGAIN)))
            forget(from); // a terminal answers EIO once nobody holds its other side
        data.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return data;
    }

    bool hasEnded() {
        if (!reaped_ && ::waitpid(pid_, &status_, WNOHANG) != 0) {
            reaped_ = true;
            forget(end_); // its output may go on, when it left something behind
        }
        return reaped_;
    }

    void forget(Descriptor& descriptor) {
        ::epoll_ctl(readable_.get(), EPOLL_CTL_DEL, descriptor.get(), nullptr);
        descriptor.reset();
    }

    const pid_t pid_;
    Descriptor input_, out_, err_, end_, readable_;
    const bool tty_;
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
