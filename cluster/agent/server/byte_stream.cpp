#include "cluster/agent/server/byte_stream.h"

#include <boost/asio/write.hpp>
#include <poll.h>

namespace slipway::agent {
namespace {

class TlsByteStream : public ByteStream {
public:
    TlsByteStream(TlsStream& stream, beast::flat_buffer& buffer) : stream_(stream), buffer_(buffer) {}

    asio::awaitable<std::string> read() override {
        if (buffer_.size() == 0) {
            const auto [error, size] = co_await stream_.async_read_some(buffer_.prepare(32 * 1024), tuple);
            if (error)
                co_return std::string();
            buffer_.commit(size);
        }
        std::string bytes(static_cast<const char*>(buffer_.cdata().data()), buffer_.size());
        buffer_.consume(buffer_.size());
        co_return bytes;
    }

    asio::awaitable<bool> write(std::string_view bytes) override {
        const auto [error, size] = co_await asio::async_write(stream_, asio::buffer(bytes), tuple);
        co_return !error;
    }

    bool connected() const override { return isConnected(stream_); }

private:
    TlsStream& stream_;
    beast::flat_buffer& buffer_;
};

} // namespace

std::unique_ptr<ByteStream> makeTlsByteStream(TlsStream& stream, beast::flat_buffer& buffer) {
    return std::make_unique<TlsByteStream>(stream, buffer);
}

bool isConnected(int descriptor) {
    pollfd watched{descriptor, POLLRDHUP, 0};
    return ::poll(&watched, 1, 0) <= 0;
}

bool isConnected(const TlsStream& stream) {
    return isConnected(static_cast<int>(const_cast<TlsStream&>(stream).next_layer().socket().native_handle()));
}

} // namespace slipway::agent
