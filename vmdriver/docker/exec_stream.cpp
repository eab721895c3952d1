#include "vmdriver/docker/exec_stream.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

namespace slipway::vmdriver {

namespace {

constexpr std::size_t headSize = 8;

struct OwnedFile {
    int number = -1;
    ~OwnedFile() {
        if (number > STDERR_FILENO)
            close(number);
    }
};

/// This process's terminal passes every key on while this lives.
class RawTerminal {
public:
    explicit RawTerminal(bool wanted) : active_(wanted && tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!active_)
            return;
        termios raw = before_;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    ~RawTerminal() {
        if (active_)
            tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

private:
    termios before_{};
    bool active_;
};

bool writeAll(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Sends what the socket takes now of `bytes` and cuts that off; false when the other side is gone.
bool sendSome(int socket, std::string& bytes) {
    const ssize_t count = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0)
        bytes.erase(0, static_cast<std::size_t>(count));
    return count > 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// Where the command's output goes.
class Output {
public:
    explicit Output(const RunStreams& streams) : streams_(streams) {
        if (!streams.outputFile.empty())
            file_.number = ::open(streams.outputFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    }
    bool take(int stream, const std::string& bytes) {
        if (file_.number >= 0)
            return stream == 2 ? writeAll(STDERR_FILENO, bytes) : writeAll(file_.number, bytes);
        if (streams_.output) {
            *streams_.output += bytes;
            return streams_.output->size() < (64u << 20);
        }
        return writeAll(stream == 2 ? STDERR_FILENO : STDOUT_FILENO, bytes);
    }
    bool good() const { return streams_.outputFile.empty() || file_.number >= 0; }

private:
    const RunStreams& streams_;
    OwnedFile file_;
};

} // namespace

std::vector<FrameReader::Piece> FrameReader::take(std::string_view bytes) {
    std::vector<Piece> pieces;
    while (!bytes.empty()) {
        if (left_ == 0) {
            const auto wanted = std::min(headSize - head_.size(), bytes.size());
            head_ += bytes.substr(0, wanted);
            bytes.remove_prefix(wanted);
            if (head_.size() < headSize)
                break;
            stream_ = head_[0];
            for (std::size_t i = 4; i < headSize; ++i)
                left_ = left_ << 8 | static_cast<unsigned char>(head_[i]);
            head_.clear();
            continue;
        }
        const auto count = std::min(left_, bytes.size());
        pieces.push_back({stream_, std::string(bytes.substr(0, count))});
        bytes.remove_prefix(count);
        left_ -= count;
    }
    return pieces;
}

Result<void> joinExec(EngineStream stream, const RunStreams& streams, std::stop_token stop) {
    const OwnedFile socket{stream.socket};
    OwnedFile input{streams.input.empty() ? (streams.output || !streams.outputFile.empty() ? -1 : STDIN_FILENO)
                                          : ::open(streams.input.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!streams.input.empty() && input.number < 0)
        return failure(DriverErrc::io, streams.input.string() + ": " + std::strerror(errno));
    Output output(streams);
    if (!output.good())
        return failure(DriverErrc::io, streams.outputFile.string() + ": " + std::strerror(errno));
    const RawTerminal raw(streams.terminal);
    FrameReader frames;
    const auto pass = [&](std::string_view bytes) {
        if (streams.terminal)
            return output.take(1, std::string(bytes));
        for (const auto& piece : frames.take(bytes))
            if (!output.take(piece.stream, piece.bytes))
                return false;
        return true;
    };
    if (input.number < 0)
        shutdown(socket.number, SHUT_WR);
    if (!pass(stream.early))
        return {};
    std::array<char, 65536> chunk;
    std::string pending; // input the socket has not taken yet; neither side may wait for the other
    bool reading = input.number >= 0;
    while (!stop.stop_requested()) {
        const short wanted = pending.empty() ? POLLIN : POLLIN | POLLOUT;
        std::array<pollfd, 2> waiting{pollfd{socket.number, wanted, 0},
                                      pollfd{reading && pending.empty() ? input.number : -1, POLLIN, 0}};
        if (poll(waiting.data(), waiting.size(), 100) < 0 && errno != EINTR)
            break;
        if ((waiting[0].revents & ~POLLOUT) != 0) {
            const ssize_t count = recv(socket.number, chunk.data(), chunk.size(), MSG_DONTWAIT);
            const bool none = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
            if (!none && (count <= 0 || !pass({chunk.data(), static_cast<std::size_t>(count)})))
                return {};
        }
        if (waiting[1].revents != 0) {
            const ssize_t count = read(input.number, chunk.data(), chunk.size());
            if (count > 0)
                pending.assign(chunk.data(), static_cast<std::size_t>(count));
            else
                reading = false;
            if (!reading)
                shutdown(socket.number, SHUT_WR);
        }
        if (!pending.empty() && !sendSome(socket.number, pending)) {
            pending.clear();
            reading = false;
        }
    }
    return stop.stop_requested() ? failure(DriverErrc::cancelled, "cancelled") : Result<void>();
}

} // namespace slipway::vmdriver
