#include "cluster/agent/probe/checks.h"

#include "cluster/agent/pod/pod_config.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <format>
#include <thread>

namespace slipway::agent {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

/// Resolves and connects; the callback gets the error. The context is run by the caller with a limit.
template <class Done> void connectTo(beast::tcp_stream& stream, const std::string& host, int port, Done done) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (!error) {
        stream.async_connect(tcp::endpoint(address, static_cast<unsigned short>(port)), done);
        return;
    }
    tcp::resolver resolver(stream.get_executor());
    const auto found = resolver.resolve(host, std::to_string(port), error);
    if (error || found.empty())
        asio::post(stream.get_executor(), [done, error] { done(error); });
    else
        stream.async_connect(found.begin()->endpoint(), done);
}

http::request<http::empty_body> requestOf(const core::HTTPGetAction& action, const std::string& host, int port) {
    std::string path = action.path.empty() ? "/" : action.path;
    if (!path.starts_with('/'))
        path = "/" + path;
    http::request<http::empty_body> request(http::verb::get, path, 11);
    request.set(http::field::host, std::format("{}:{}", host, port));
    request.set(http::field::user_agent, "kube-probe/1.34");
    request.set(http::field::accept, "*/*");
    request.set(http::field::connection, "close");
    for (const auto& header : action.httpHeaders)
        request.set(header.name, header.value);
    return request;
}

/// Sends the request over a connected stream and keeps the status line.
template <class Stream> struct Exchange {
    Stream& stream;
    http::request<http::empty_body> request;
    beast::flat_buffer buffer{64 * 1024};
    http::response_parser<http::string_body> parser{};
    std::function<void(beast::error_code)> done;

    void start() {
        parser.body_limit(1 << 20);
        http::async_write(stream, request, [this](beast::error_code error, std::size_t) {
            if (error)
                return done(error);
            http::async_read_header(stream, buffer, parser,
                                    [this](beast::error_code failed, std::size_t) { done(failed); });
        });
    }
};

} // namespace

CheckResult checkTcp(const std::string& host, int port, std::chrono::seconds timeout) {
    asio::io_context context(1);
    beast::tcp_stream stream(context);
    CheckResult result{false, std::format("dial tcp {}:{}: i/o timeout", host, port)};
    connectTo(stream, host, port, [&](beast::error_code error) {
        result = {!error, error ? std::format("dial tcp {}:{}: connect: {}", host, port, error.message()) : ""};
    });
    context.run_for(timeout);
    return result;
}

CheckResult checkHttp(const core::HTTPGetAction& action, const std::string& host, int port,
                      std::chrono::seconds timeout) {
    asio::io_context context(1);
    const bool secure = action.scheme == "HTTPS";
    const std::string url = std::format("{}://{}:{}{}", secure ? "https" : "http", host, port, action.path);
    CheckResult result{false,
                       std::format("Get \"{}\": context deadline exceeded (Client.Timeout exceeded while awaiting "
                                   "headers)",
                                   url)};
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_verify_mode(asio::ssl::verify_none); // probes ask for life, not for identity
    beast::ssl_stream<beast::tcp_stream> stream(context, tls);
    Exchange<beast::ssl_stream<beast::tcp_stream>> secured{stream, requestOf(action, host, port)};
    Exchange<beast::tcp_stream> plain{stream.next_layer(), requestOf(action, host, port)};
    const auto finish = [&](beast::error_code error, unsigned status) {
        if (error)
            result = {false, std::format("Get \"{}\": {}", url, error.message())};
        else if (status >= 200 && status < 400)
            result = {true, ""};
        else
            result = {false, std::format("HTTP probe failed with statuscode: {}", status)};
    };
    secured.done = [&](beast::error_code error) { finish(error, secured.parser.get().result_int()); };
    plain.done = [&](beast::error_code error) { finish(error, plain.parser.get().result_int()); };
    connectTo(stream.next_layer(), host, port, [&](beast::error_code error) {
        if (error)
            finish(error, 0);
        else if (secure)
            stream.async_handshake(asio::ssl::stream_base::client,
                                   [&](beast::error_code failed) { failed ? finish(failed, 0) : secured.start(); });
        else
            plain.start();
    });
    context.run_for(timeout);
    return result;
}

CheckResult checkExec(Runtime& runtime, const std::string& containerId, const std::vector<std::string>& command,
                      std::chrono::seconds timeout) {
    const auto output = runtime.execSync(containerId, command, timeout);
    if (!output) {
        if (output.error().kind == RuntimeError::Kind::timeout)
            return {false, std::format("command timed out: \"{}\" timed out after {}s",
                                       command.empty() ? "" : command[0], timeout.count())};
        return {false, output.error().message};
    }
    return {output->exitCode == 0, (output->out + output->err).substr(0, 10 * 1024)};
}

CheckResult check(const core::Probe& probe, const core::Container& container, const std::string& containerId,
                  const std::string& podIp, Runtime& runtime) {
    const std::chrono::seconds timeout(std::max(1, probe.timeoutSeconds.value_or(1)));
    if (probe.exec)
        return checkExec(runtime, containerId, probe.exec->command, timeout);
    if (probe.httpGet) {
        const auto port = resolvePort(container, probe.httpGet->port);
        if (!port)
            return {false, std::format("couldn't find port: {}", probe.httpGet->port.text)};
        return checkHttp(*probe.httpGet, probe.httpGet->host.empty() ? podIp : probe.httpGet->host, *port, timeout);
    }
    if (probe.tcpSocket) {
        const auto port = resolvePort(container, probe.tcpSocket->port);
        if (!port)
            return {false, std::format("couldn't find port: {}", probe.tcpSocket->port.text)};
        return checkTcp(probe.tcpSocket->host.empty() ? podIp : probe.tcpSocket->host, *port, timeout);
    }
    return {false, "this kind of probe is not supported by the node"};
}

std::string runHook(const core::LifecycleHandler& hook, const core::Container& container,
                    const std::string& containerId, const std::string& podIp, Runtime& runtime,
                    std::chrono::seconds timeout) {
    if (hook.sleep) {
        std::this_thread::sleep_for(std::min(timeout, std::chrono::seconds(hook.sleep->seconds)));
        return {};
    }
    CheckResult result{true, ""};
    if (hook.exec) {
        result = checkExec(runtime, containerId, hook.exec->command, timeout);
    } else if (hook.httpGet) {
        const auto port = resolvePort(container, hook.httpGet->port);
        result = port
                     ? checkHttp(*hook.httpGet, hook.httpGet->host.empty() ? podIp : hook.httpGet->host, *port, timeout)
                     : CheckResult{false, "couldn't find port: " + hook.httpGet->port.text};
    }
    return result.good ? std::string() : result.output.empty() ? "the hook failed" : result.output;
}

} // namespace slipway::agent
