#include "cluster/agent/probe/checks.h"

#include "cluster/agent/pod/pod_config.h"
#include "cluster/agent/probe/http_check.h"
#include "cluster/agent/runtime/cri/grpc_health.h"
#include "cluster/agent/task_pool.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
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
using std::chrono::milliseconds;

constexpr auto probeTuple = asio::as_tuple(asio::use_awaitable);
constexpr int mostRedirects = 10;
constexpr std::size_t mostBody = 10 * 1024;

using Deadline = std::chrono::steady_clock::time_point;
using Request = http::request<http::empty_body>;

/// One coroutine on the loop that can be ended from outside.
struct LoopOperation : Operation, std::enable_shared_from_this<LoopOperation> {
    explicit LoopOperation(asio::io_context& context_) : context(context_) {}
    asio::io_context& context;
    asio::cancellation_signal signal;
    std::weak_ptr<void> alive; ///< the loop
    void cancel() override {
        if (const auto held = alive.lock())
            asio::post(context, [self = shared_from_this()] { self->signal.emit(asio::cancellation_type::terminal); });
    }
};

asio::awaitable<std::pair<beast::error_code, tcp::endpoint>> resolve(std::string host, int port) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (!error)
        co_return std::pair{beast::error_code(), tcp::endpoint(address, static_cast<unsigned short>(port))};
    tcp::resolver resolver(co_await asio::this_coro::executor);
    auto [failed, found] = co_await resolver.async_resolve(host, std::to_string(port), probeTuple);
    if (failed || found.empty())
        co_return std::pair{failed ? failed : asio::error::host_not_found, tcp::endpoint()};
    co_return std::pair{beast::error_code(), found.begin()->endpoint()};
}

std::string lowered(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string dialError(const std::string& address, beast::error_code error) {
    return error == beast::error::timeout ? std::format("dial tcp {}: i/o timeout", address)
                                          : std::format("dial tcp {}: connect: {}", address, lowered(error.message()));
}

asio::awaitable<CheckResult> tcpCheck(std::string host, int port, milliseconds timeout) {
    const std::string address = std::format("{}:{}", host, port);
    const auto [failed, endpoint] = co_await resolve(host, port);
    if (failed)
        co_return CheckResult{false, dialError(address, failed), ""};
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(timeout);
    const auto [error] = co_await stream.async_connect(endpoint, probeTuple);
    co_return CheckResult{!error, error ? dialError(address, error) : "", ""};
}

Request requestOf(const core::HTTPGetAction& action, const CheckUrl& url) {
    Request request(http::verb::get, url.path, 11);
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, "kube-probe/1.34");
    request.set(http::field::accept, "*/*");
    request.set(http::field::connection, "close");
    std::vector<std::string> seen;
    for (const auto& header : action.httpHeaders) {
        const std::string name = lowered(header.name);
        const bool first = std::ranges::find(seen, name) == seen.end();
        seen.push_back(name);
        if (name == "host" || (first && request.count(header.name) > 0)) {
            // An empty value takes a default header away.
            if (header.value.empty())
                request.erase(header.name);
            else
                request.set(header.name, header.value);
        } else
            request.insert(header.name, header.value);
    }
    return request;
}

struct HttpAnswer {
    beast::error_code error;
    std::string stage; ///< "dial" when the connection failed
    unsigned status = 0;
    std::string location, body;
};

template <class Stream> asio::awaitable<HttpAnswer> exchange(Stream& stream, Request request) {
    HttpAnswer answer;
    std::size_t ignored = 0;
    std::tie(answer.error, ignored) = co_await http::async_write(stream, request, probeTuple);
    if (answer.error)
        co_return answer;
    beast::flat_buffer buffer(64 * 1024);
    http::response_parser<http::string_body> parser;
    parser.body_limit(boost::none);
    std::tie(answer.error, ignored) = co_await http::async_read_header(stream, buffer, parser, probeTuple);
    if (answer.error)
        co_return answer;
    while (!parser.is_done() && parser.get().body().size() < mostBody) {
        const auto [error, size] = co_await http::async_read_some(stream, buffer, parser, probeTuple);
        if (error)
            break; // the status is what counts
    }
    answer.status = parser.get().result_int();
    answer.location = parser.get()[http::field::location];
    answer.body = parser.get().body().substr(0, mostBody);
    co_return answer;
}

asio::awaitable<HttpAnswer> ask(const core::HTTPGetAction& action, const CheckUrl& url, Deadline deadline) {
    HttpAnswer answer;
    const auto [failed, endpoint] = co_await resolve(url.host, url.port);
    if (failed) {
        answer.error = failed;
        answer.stage = "dial";
        co_return answer;
    }
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.set_verify_mode(asio::ssl::verify_none); // probes ask for life, not for identity
    beast::ssl_stream<beast::tcp_stream> stream(co_await asio::this_coro::executor, tls);
    beast::tcp_stream& plain = stream.next_layer();
    plain.expires_at(deadline);
    std::tie(answer.error) = co_await plain.async_connect(endpoint, probeTuple);
    if (answer.error) {
        answer.stage = "dial";
        co_return answer;
    }
    if (!url.secure)
        co_return co_await exchange(plain, requestOf(action, url));
    std::tie(answer.error) = co_await stream.async_handshake(asio::ssl::stream_base::client, probeTuple);
    if (answer.error)
        co_return answer;
    co_return co_await exchange(stream, requestOf(action, url));
}

asio::awaitable<CheckResult> httpCheck(core::HTTPGetAction action, CheckUrl url, milliseconds timeout) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    const CheckUrl first = url;
    for (int redirects = 0;; ++redirects) {
        const HttpAnswer answer = co_await ask(action, url, deadline);
        if (answer.error) {
            const std::string why = answer.error == beast::error::timeout
                                        ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                                    : answer.stage == "dial"
                                        ? dialError(std::format("{}:{}", url.host, url.port), answer.error)
                                    : answer.error == http::error::end_of_stream || answer.error == asio::error::eof
                                        ? "EOF"
                                        : lowered(answer.error.message());
            co_return CheckResult{false, std::format("Get \"{}\": {}", url.text(), why), ""};
        }
        const bool redirect = answer.status == 301 || answer.status == 302 || answer.status == 303 ||
                              answer.status == 307 || answer.status == 308;
        if (redirect && !answer.location.empty()) {
            const CheckUrl next = redirected(url, answer.location);
            if (redirects == mostRedirects)
                co_return CheckResult{
                    false, std::format("Get \"{}\": stopped after {} redirects", next.text(), mostRedirects), ""};
            if (next.host == first.host) {
                url = next;
                continue;
            }
            // Another host's health says nothing: the answer so far is what counts.
            co_return CheckResult{true, "", std::format("Probe terminated redirects, Response body: {}", answer.body)};
        }
        if (answer.status >= 200 && answer.status < 400)
            co_return CheckResult{true, "", ""};
        co_return CheckResult{false, std::format("HTTP probe failed with statuscode: {}", answer.status), ""};
    }
}

asio::awaitable<CheckResult> httpTell(core::HTTPGetAction action, CheckUrl url, milliseconds timeout) {
    const Deadline deadline = std::chrono::steady_clock::now() + timeout;
    HttpAnswer answer = co_await ask(action, url, deadline);
    if (answer.error && answer.stage != "dial" && url.secure) { // a server that speaks no TLS is told without
        url.secure = false;
        answer = co_await ask(action, url, deadline);
    }
    co_return CheckResult{!answer.error, answer.error ? lowered(answer.error.message()) : "", ""};
}

asio::awaitable<CheckResult> sleepCheck(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    const auto [error] = co_await timer.async_wait(probeTuple);
    co_return CheckResult{!error, error ? "interrupted" : "", ""};
}

CheckUrl urlOf(const core::HTTPGetAction& action, const std::string& host, int port) {
    CheckUrl url{action.scheme == "HTTPS", host, port, action.path};
    if (!url.path.starts_with('/'))
        url.path = "/" + url.path;
    return url;
}

CheckResult execResult(const RuntimeResult<ExecOutput>& output, const std::vector<std::string>& command,
                       std::chrono::seconds timeout) {
    if (output)
        return {output->exitCode == 0, (output->out + output->err).substr(0, mostBody), ""};
    if (output.error().kind == RuntimeError::Kind::timeout)
        return {false,
                std::format("command timed out: \"{}\" timed out after {}s", command.empty() ? "" : command[0],
                            timeout.count()),
                ""};
    return {false, output.error().message, "", true};
}

OperationPtr beginExec(Runtime& runtime, const std::string& containerId, const std::vector<std::string>& command,
                       std::chrono::seconds timeout, CheckDone done) {
    return runtime.beginExec(containerId, command, timeout,
                             [command, timeout, done = std::move(done)](const RuntimeResult<ExecOutput>& output) {
                                 done(execResult(output, command, timeout));
                             });
}

std::string noPort(const api::IntOrString& port) {
    return std::format("couldn't find port: {}", port.isInt ? std::to_string(port.number) : port.text);
}

} // namespace

struct CheckLoop::State {
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    std::thread thread;

    static OperationPtr begin(const std::shared_ptr<State>& self, asio::awaitable<CheckResult> check, CheckDone done) {
        auto operation = std::make_shared<LoopOperation>(self->context);
        operation->alive = self;
        auto ended = [operation, done = std::move(done)](const std::exception_ptr& thrown, CheckResult result) {
            if (thrown) {
                guarded("a check", [&] { std::rethrow_exception(thrown); });
                result = {false, "the check failed", ""};
            }
            done(std::move(result));
        };
        // Begun on the loop's thread: the signal is not safe to use from two.
        asio::post(self->context,
                   [operation, check = std::move(check), ended = std::move(ended), state = self.get()]() mutable {
                       asio::co_spawn(state->context, std::move(check),
                                      asio::bind_cancellation_slot(operation->signal.slot(), std::move(ended)));
                   });
        return operation;
    }
};

CheckLoop::CheckLoop() : state_(std::make_shared<State>()) {
    state_->thread = std::thread([state = state_.get()] {
        while (!guarded("the check loop", [&] { state->context.run(); })) {
        }
    });
}

CheckLoop::~CheckLoop() {
    state_->context.stop();
    state_->thread.join();
}

OperationPtr CheckLoop::beginHttp(const core::HTTPGetAction& action, const std::string& host, int port,
                                  milliseconds timeout, CheckDone done) {
    return State::begin(state_, httpCheck(action, urlOf(action, host, port), timeout), std::move(done));
}

OperationPtr CheckLoop::beginHttpTell(const core::HTTPGetAction& action, const std::string& host, int port,
                                      milliseconds timeout, CheckDone done) {
    return State::begin(state_, httpTell(action, urlOf(action, host, port), timeout), std::move(done));
}

OperationPtr CheckLoop::beginTcp(const std::string& host, int port, milliseconds timeout, CheckDone done) {
    return State::begin(state_, tcpCheck(host, port, timeout), std::move(done));
}

OperationPtr CheckLoop::beginSleep(milliseconds time, CheckDone done) {
    return State::begin(state_, sleepCheck(time), std::move(done));
}

OperationPtr beginProbe(const core::Probe& probe, const CheckTarget& target, Runtime& runtime, CheckLoop& loop,
                        CheckDone done) {
    const std::chrono::seconds timeout(std::max(1, probe.timeoutSeconds.value_or(1)));
    if (probe.exec)
        return beginExec(runtime, target.containerId, probe.exec->command, timeout, std::move(done));
    if (probe.httpGet) {
        const auto port = resolvePort(*target.container, probe.httpGet->port);
        if (port)
            return loop.beginHttp(*probe.httpGet, probe.httpGet->host.empty() ? target.podIp : probe.httpGet->host,
                                  *port, timeout, std::move(done));
        done({false, noPort(probe.httpGet->port), "", true});
    } else if (probe.tcpSocket) {
        const auto port = resolvePort(*target.container, probe.tcpSocket->port);
        if (port)
            return loop.beginTcp(probe.tcpSocket->host.empty() ? target.podIp : probe.tcpSocket->host, *port, timeout,
                                 std::move(done));
        done({false, noPort(probe.tcpSocket->port), "", true});
    } else if (probe.grpc) {
        return beginGrpcHealth(target.podIp, probe.grpc->port, probe.grpc->service, timeout,
                               [done = std::move(done)](std::string why) { done({why.empty(), std::move(why), ""}); });
    } else
        done({false, "missing probe handler", "", true});
    return nullptr;
}

OperationPtr beginHook(const core::LifecycleHandler& hook, const CheckTarget& target, Runtime& runtime, CheckLoop& loop,
                       std::chrono::seconds timeout, CheckDone done) {
    if (hook.sleep)
        return loop.beginSleep(std::min(timeout, std::chrono::seconds(hook.sleep->seconds)), std::move(done));
    if (hook.exec)
        return beginExec(runtime, target.containerId, hook.exec->command, timeout, std::move(done));
    if (hook.httpGet) {
        const auto port = resolvePort(*target.container, hook.httpGet->port);
        if (port)
            return loop.beginHttpTell(*hook.httpGet, hook.httpGet->host.empty() ? target.podIp : hook.httpGet->host,
                                      *port, timeout, std::move(done));
        done({false, noPort(hook.httpGet->port), ""});
        return nullptr;
    }
    done({false, "Cannot run handler: invalid handler", ""});
    return nullptr;
}

} // namespace slipway::agent
