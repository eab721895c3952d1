#include "vmdriver/docker/engine.h"

#include <boost/json.hpp>
#include <format>
#include <unistd.h>

#include "vmdriver/docker/container_spec.h"
#include "vmdriver/docker/exec_stream.h"

namespace slipway::vmdriver {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

json::value parsed(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error ? json::value() : value;
}

/// A member at a path; null when there is none.
const json::value* at(const json::value& value, std::initializer_list<const char*> path) {
    const json::value* place = &value;
    for (const char* key : path) {
        place = place->is_object() ? place->get_object().if_contains(key) : nullptr;
        if (!place)
            return nullptr;
    }
    return place;
}

std::string textAt(const json::value& value, std::initializer_list<const char*> path) {
    const auto* found = at(value, path);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

int numberAt(const json::value& value, std::initializer_list<const char*> path) {
    const auto* found = at(value, path);
    return found && found->is_int64() ? static_cast<int>(found->get_int64()) : 0;
}

std::string encoded(std::string_view text) {
    std::string result;
    for (const char c : text)
        if (isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '/')
            result += c;
        else
            result += std::format("%{:02X}", static_cast<unsigned char>(c));
    return result;
}

/// The file of a tar with one entry, as GET archive gives it.
std::string onlyFile(const std::string& tar) {
    std::size_t place = 0;
    while (place + 512 <= tar.size()) {
        const auto size = std::strtoull(tar.substr(place + 124, 11).c_str(), nullptr, 8);
        if (const char type = tar[place + 156]; type == '0' || type == '\0')
            return tar.substr(place + 512, size);
        place += 512 + (size + 511) / 512 * 512;
    }
    return {};
}

} // namespace

Result<EngineAnswer> Engine::ask(EngineRequest request, std::stop_token stop) const {
    const std::string what = request.method + " " + request.target.substr(0, request.target.find('?'));
    auto answer = http_.send(request, std::move(stop));
    if (!answer)
        return answer;
    if (answer->status == 404)
        return failure(DriverErrc::notFound, "the container engine: " + answer->message());
    if (answer->status >= 400)
        return failure(DriverErrc::sandbox, "the container engine refused " + what + ": " + answer->message());
    return answer;
}

Result<void> Engine::ping() const {
    if (http_.socket().empty())
        return failure(DriverErrc::missingTool, "no container engine runs here: no /run/docker.sock and no "
                                                "/run/podman/podman.sock (Debian packages: docker.io or podman)");
    if (access(http_.socket().c_str(), R_OK | W_OK) != 0)
        return failure(access(http_.socket().c_str(), F_OK) == 0 ? DriverErrc::notPrivileged : DriverErrc::missingTool,
                       http_.socket().string() +
                           " cannot be used: add yourself to its group, or run slipway with sudo");
    const auto answer = ask({.target = "/_ping", .timeout = 5s});
    return answer ? Result<void>() : std::unexpected(answer.error());
}

bool Engine::hasImage(const std::string& name) const {
    return ask({.target = "/images/" + encoded(name) + "/json"}).has_value();
}

Result<void> Engine::importImage(const std::filesystem::path& tar, const std::string& repository,
                                 const std::string& tag, std::stop_token stop) const {
    const auto answer = ask({.method = "POST",
                             .target = std::format("/images/create?fromSrc=-&repo={}&tag={}", repository, tag),
                             .contentType = "application/x-tar",
                             .bodyFile = tar,
                             .timeout = 600s},
                            std::move(stop));
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->body.contains("\"error\""))
        return failure(DriverErrc::sandbox, "the container engine could not import the node image: " + answer->body);
    return {};
}

void Engine::removeOtherTags(const std::string& repository, const std::string& keep) const {
    const auto answer = ask({.target = "/images/json?filters=" + encoded("{\"reference\":[\"" + repository + "\"]}")});
    const auto list = answer ? parsed(answer->body) : json::value();
    if (!list.is_array())
        return;
    for (const auto& image : list.get_array())
        if (const auto* tags = at(image, {"RepoTags"}); tags && tags->is_array())
            for (const auto& tag : tags->get_array())
                if (tag.is_string() && !tag.get_string().ends_with(":" + keep))
                    (void)ask({.method = "DELETE", .target = "/images/" + encoded(std::string_view(tag.get_string()))});
}

Result<void> Engine::saveImages(const std::vector<std::string>& names, const std::filesystem::path& archive,
                                std::stop_token stop) const {
    std::string query;
    for (const auto& name : names)
        query += (query.empty() ? "?names=" : "&names=") + encoded(name);
    const auto answer = ask({.target = "/images/get" + query, .answerFile = archive, .timeout = 600s}, std::move(stop));
    return answer ? Result<void>() : std::unexpected(answer.error());
}

Result<void> Engine::build(const std::filesystem::path& context, const std::string& name, std::string& said,
                           std::stop_token stop) const {
    const auto answer = ask({.method = "POST",
                             .target = "/build?rm=1&t=" + encoded(name),
                             .contentType = "application/x-tar",
                             .bodyFile = context,
                             .timeout = 1800s},
                            std::move(stop));
    if (!answer)
        return std::unexpected(answer.error());
    json::stream_parser parser;
    std::string_view rest = answer->body;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto message = parsed(std::string(line));
        said += textAt(message, {"stream"});
        if (const auto error = textAt(message, {"error"}); !error.empty())
            return failure(DriverErrc::sandbox, "the image could not be built: " + error);
    }
    return {};
}

Result<void> Engine::makeNetwork(const std::string& name, const std::string& spec) const {
    if (ask({.target = "/networks/" + encoded(name)}))
        return {};
    const auto made = ask({.method = "POST", .target = "/networks/create", .body = spec});
    return made ? Result<void>() : failure(DriverErrc::network, made.error().message);
}

void Engine::removeNetwork(const std::string& name) const {
    (void)ask({.method = "DELETE", .target = "/networks/" + encoded(name)});
}

std::optional<EngineContainer> Engine::inspect(const std::string& container) const {
    const auto answer = ask({.target = "/containers/" + encoded(container) + "/json"});
    if (!answer)
        return std::nullopt;
    const auto value = parsed(answer->body);
    return EngineContainer{.id = textAt(value, {"Id"}),
                           .state = textAt(value, {"State", "Status"}),
                           .image = textAt(value, {"Config", "Image"}),
                           .spec = textAt(value, {"Config", "Labels", "dev.slipway.spec"}),
                           .pid = numberAt(value, {"State", "Pid"}),
                           .exitCode = numberAt(value, {"State", "ExitCode"})};
}

std::vector<std::string> Engine::containersOf(const std::string& cluster) const {
    const auto answer = ask({.target = "/containers/json?all=1&filters=" +
                                       encoded("{\"label\":[\"" + clusterLabel + "=" + cluster + "\"]}")});
    const auto list = answer ? parsed(answer->body) : json::value();
    std::vector<std::string> names;
    if (list.is_array())
        for (const auto& entry : list.get_array())
            names.push_back(textAt(entry, {"Id"}));
    return names;
}

Result<void> Engine::create(const std::string& container, const std::string& spec) const {
    const auto made = ask({.method = "POST", .target = "/containers/create?name=" + encoded(container), .body = spec});
    return made ? Result<void>() : std::unexpected(made.error());
}

Result<void> Engine::act(const std::string& container, const std::string& action, const std::string& body,
                         std::chrono::seconds timeout) const {
    const auto done = ask({.method = "POST",
                           .target = "/containers/" + encoded(container) + "/" + action,
                           .body = body,
                           .timeout = timeout});
    return done ? Result<void>() : std::unexpected(done.error());
}

Result<void> Engine::remove(const std::string& container) const {
    const auto gone = ask({.method = "DELETE", .target = "/containers/" + encoded(container) + "?force=1&v=1"});
    if (!gone && gone.error().code != DriverErrc::notFound)
        return std::unexpected(gone.error());
    return {};
}

void Engine::removeVolume(const std::string& name) const {
    (void)ask({.method = "DELETE", .target = "/volumes/" + encoded(name)});
}

Result<void> Engine::putTar(const std::string& container, const std::string& tar) const {
    const auto put = ask({.method = "PUT",
                          .target = "/containers/" + encoded(container) + "/archive?path=%2F",
                          .body = tar,
                          .contentType = "application/x-tar"});
    return put ? Result<void>() : std::unexpected(put.error());
}

Result<std::string> Engine::readFile(const std::string& container, const std::string& path) const {
    const auto tar = ask({.target = "/containers/" + encoded(container) + "/archive?path=" + encoded(path)});
    return tar ? Result<std::string>(onlyFile(tar->body)) : std::unexpected(tar.error());
}

Result<int> Engine::run(const std::string& container, const std::vector<std::string>& command,
                        const RunStreams& streams, std::stop_token stop) const {
    const bool hasInput = !streams.input.empty() || (!streams.output && streams.outputFile.empty());
    const json::object wanted{{"AttachStdin", hasInput}, {"AttachStdout", true},
                              {"AttachStderr", true},    {"Tty", streams.terminal},
                              {"Privileged", true},      {"Cmd", json::array(command.begin(), command.end())}};
    const auto made = ask(
        {.method = "POST", .target = "/containers/" + encoded(container) + "/exec", .body = json::serialize(wanted)});
    if (!made)
        return std::unexpected(made.error());
    const std::string id = textAt(parsed(made->body), {"Id"});
    auto stream = http_.open({.method = "POST",
                              .target = "/exec/" + id + "/start",
                              .body = json::serialize(json::object{{"Detach", false}, {"Tty", streams.terminal}})});
    if (!stream)
        return std::unexpected(stream.error());
    if (auto joined = joinExec(std::move(*stream), streams, std::move(stop)); !joined)
        return std::unexpected(joined.error());
    const auto ended = ask({.target = "/exec/" + id + "/json"});
    return ended ? Result<int>(numberAt(parsed(ended->body), {"ExitCode"})) : std::unexpected(ended.error());
}

} // namespace slipway::vmdriver
