#include "vmdriver/libvirt/guest_agent.h"

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <thread>

#include "cluster/api/base64.h"

namespace slipway::vmdriver {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t chunkSize = 1 << 20; // libvirt carries commands of at most 4 MiB

std::string command(const char* name, json::object arguments = {}) {
    json::object text{{"execute", name}};
    if (!arguments.empty())
        text["arguments"] = std::move(arguments);
    return json::serialize(text);
}

/// The "return" of an answer; null when there is none.
json::value returned(const std::string& answer) {
    boost::system::error_code error;
    auto value = json::parse(answer, error);
    if (!error && value.is_object())
        if (auto* found = value.get_object().if_contains("return"))
            return std::move(*found);
    return {};
}

std::int64_t numberIn(const json::value& value, const char* key) {
    const auto* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
    return found && found->is_int64() ? found->get_int64() : 0;
}

bool trueIn(const json::value& value, const char* key) {
    const auto* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
    return found && found->is_bool() && found->get_bool();
}

std::string bytesIn(const json::value& value, const char* key) {
    const auto* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
    return found && found->is_string() ? api::decodeBase64(std::string_view(found->get_string())).value_or("")
                                       : std::string();
}

} // namespace

bool GuestAgent::answers() const {
    return send_(command("guest-ping"), 5s).has_value();
}

Result<GuestAgent::Ended> GuestAgent::execute(const std::vector<std::string>& words, std::stop_token stop) const {
    const json::array arguments(words.begin() + 1, words.end());
    const auto begun = send_(command("guest-exec", {{"path", words.front()},
                                                    {"arg", arguments},
                                                    {"env", json::array{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}},
                                                    {"capture-output", true}}),
                             30s);
    if (!begun)
        return std::unexpected(begun.error());
    const auto pid = numberIn(returned(*begun), "pid");
    for (auto pause = 10ms;; pause = std::min(pause * 2, std::chrono::milliseconds(500))) {
        const auto answer = send_(command("guest-exec-status", {{"pid", pid}}), 30s);
        if (!answer)
            return std::unexpected(answer.error());
        const auto status = returned(*answer);
        if (trueIn(status, "exited")) {
            const auto signal = numberIn(status, "signal");
            return Ended{signal != 0 ? 128 + static_cast<int>(signal) : static_cast<int>(numberIn(status, "exitcode")),
                         bytesIn(status, "out-data") + bytesIn(status, "err-data")};
        }
        if (stop.stop_requested())
            return failure(DriverErrc::cancelled, "cancelled");
        std::this_thread::sleep_for(pause);
    }
}

Result<int> GuestAgent::run(const std::vector<std::string>& words, const RunStreams& streams,
                            std::stop_token stop) const {
    if (streams.terminal)
        return failure(DriverErrc::sandbox, "a virtual machine's agent has no terminal; give a command, or use: "
                                            "slipway kubectl -- debug node/NAME -it --image=IMAGE");
    const std::string input = "/var/tmp/slipway-input", output = "/var/tmp/slipway-output";
    std::vector<std::string> all = words;
    if (!streams.input.empty() || !streams.outputFile.empty()) {
        std::string script = "exec \"$@\"";
        if (!streams.input.empty()) {
            if (auto copied = copyIn(streams.input, input, stop); !copied)
                return std::unexpected(copied.error());
            script += " <" + input;
        }
        if (!streams.outputFile.empty())
            script += " >" + output;
        all = {"/bin/sh", "-c", script, "sh"};
        all.insert(all.end(), words.begin(), words.end());
    }
    auto ended = execute(all, stop);
    if (ended && ended->code == 0 && !streams.outputFile.empty())
        if (auto copied = copyOut(output, streams.outputFile, stop); !copied)
            return std::unexpected(copied.error());
    if (all != words)
        (void)execute({"/bin/rm", "-f", input, output}, {});
    if (!ended)
        return std::unexpected(ended.error());
    if (streams.output)
        *streams.output = std::move(ended->output);
    else
        std::cout << ended->output << std::flush;
    return ended->code;
}

Result<int> GuestAgent::openFile(const std::string& path, const std::string& mode) const {
    const auto answer = send_(command("guest-file-open", {{"path", path}, {"mode", mode}}), 30s);
    if (!answer)
        return failure(DriverErrc::notFound, answer.error().message);
    const auto handle = returned(*answer);
    return handle.is_int64() ? static_cast<int>(handle.get_int64()) : 0;
}

Result<void> GuestAgent::readAll(const std::string& path, const std::function<bool(const std::string&)>& take,
                                 const std::stop_token& stop) const {
    const auto handle = openFile(path, "r");
    if (!handle)
        return std::unexpected(handle.error());
    Result<void> outcome;
    for (bool more = true; more && outcome;) {
        const auto answer = send_(command("guest-file-read", {{"handle", *handle}, {"count", chunkSize}}), 60s);
        const auto piece = answer ? returned(*answer) : json::value();
        more = answer && !trueIn(piece, "eof");
        if (!answer)
            outcome = std::unexpected(answer.error());
        else if (!take(bytesIn(piece, "buf-b64")))
            outcome = failure(DriverErrc::io, "what was read from " + path + " could not be kept");
        else if (stop.stop_requested())
            outcome = failure(DriverErrc::cancelled, "cancelled");
    }
    (void)send_(command("guest-file-close", {{"handle", *handle}}), 30s);
    return outcome;
}

Result<std::string> GuestAgent::readFile(const std::string& path) const {
    std::string content;
    auto read = readAll(path,
                        [&](const std::string& piece) {
                            content += piece;
                            return true;
                        },
                        {});
    return read ? Result<std::string>(std::move(content)) : std::unexpected(read.error());
}

Result<void> GuestAgent::copyOut(const std::string& from, const std::filesystem::path& to, std::stop_token stop) const {
    std::ofstream file(to, std::ios::binary);
    return readAll(
        from, [&](const std::string& piece) { return static_cast<bool>(file << piece << std::flush); }, stop);
}

Result<void> GuestAgent::copyIn(const std::filesystem::path& from, const std::string& to, std::stop_token stop) const {
    std::ifstream file(from, std::ios::binary);
    if (!file)
        return failure(DriverErrc::io, from.string() + " cannot be read");
    const auto handle = openFile(to, "w");
    if (!handle)
        return std::unexpected(handle.error());
    Result<void> outcome;
    std::string chunk(chunkSize, '\0');
    while (outcome && file) {
        file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        const auto count = static_cast<std::size_t>(file.gcount());
        if (count == 0)
            break;
        const auto text = api::encodeBase64(std::string_view(chunk).substr(0, count));
        const auto written = send_(command("guest-file-write", {{"handle", *handle}, {"buf-b64", text}}), 60s);
        if (!written)
            outcome = std::unexpected(written.error());
        else if (stop.stop_requested())
            outcome = failure(DriverErrc::cancelled, "cancelled");
    }
    (void)send_(command("guest-file-close", {{"handle", *handle}}), 30s);
    return outcome;
}

} // namespace slipway::vmdriver
