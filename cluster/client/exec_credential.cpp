#include "cluster/client/exec_credential.h"

#include "cluster/api/json.h"
#include "cluster/base/time.h"

#include <fcntl.h>
#include <format>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::client {
namespace {

std::unexpected<Error> failed(const ConnectionSettings& settings, std::string_view why) {
    return std::unexpected(
        Error{Errc::config, 0, "", std::format("credential plugin {}: {}", settings.execCommand[0], why), {}});
}

std::vector<std::string> environmentOf(const ConnectionSettings& settings) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
        variables.emplace_back(*variable);
    for (const auto& [name, value] : settings.execEnvironment)
        variables.push_back(name + "=" + value);
    variables.push_back(std::format(
        R"(KUBERNETES_EXEC_INFO={{"kind":"ExecCredential","apiVersion":"{}","spec":{{"interactive":false}}}})",
        settings.execApiVersion));
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words)
        list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

/// Runs the plugin and gives its standard output.
Result<std::string> runPlugin(const ConnectionSettings& settings) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return failed(settings, "no pipe");
    std::vector<std::string> arguments = settings.execCommand, environment = environmentOf(settings);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t child = 0;
    const int spawned = ::posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(),
                                       pointers(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string output;
    char buffer[4096];
    for (ssize_t got; spawned == 0 && (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        output.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    if (spawned != 0)
        return failed(settings, "it was not found or cannot be run");
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return failed(settings, "it failed");
    return output;
}

} // namespace

Result<std::string> ExecCredential::token(const ConnectionSettings& settings) {
    if (!token_.empty() && std::chrono::system_clock::now() < expiry_)
        return token_;
    const auto output = runPlugin(settings);
    if (!output)
        return output;
    const auto parsed = api::parseJson(*output);
    const std::string_view token = parsed ? api::stringAt(*parsed, {"status", "token"}) : std::string_view();
    if (token.empty())
        return failed(settings, "it gave no token");
    token_ = token;
    const auto expiry = base::parseTime(api::stringAt(*parsed, {"status", "expirationTimestamp"}));
    expiry_ = expiry ? *expiry - std::chrono::seconds(30) : std::chrono::system_clock::time_point::max();
    return token_;
}

} // namespace slipway::client
