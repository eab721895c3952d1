#include "cluster/agent/server/channels.h"

#include "cluster/api/json.h"

#include <format>

namespace slipway::agent {

ClientMessage parseClientMessage(std::string_view message, bool v5) {
    if (message.empty())
        return {};
    const auto channel = static_cast<Channel>(static_cast<std::uint8_t>(message[0]));
    const std::string_view data = message.substr(1);
    if (channel == Channel::input)
        return {ClientMessage::Kind::input, data, {}};
    if (channel == Channel::close && v5 && data.size() == 1 && data[0] == static_cast<char>(Channel::input))
        return {ClientMessage::Kind::endOfInput, {}, {}};
    if (channel != Channel::resize)
        return {};
    const auto json = api::parseJson(data);
    if (!json || !json->is_object())
        return {};
    const auto columns = api::intAt(json->get_object(), {"Width"}), rows = api::intAt(json->get_object(), {"Height"});
    if (!columns || !rows || *columns < 1 || *rows < 1 || *columns > 65535 || *rows > 65535)
        return {};
    return {ClientMessage::Kind::resize, {}, {static_cast<unsigned>(*columns), static_cast<unsigned>(*rows)}};
}

std::string channelMessage(Channel channel, std::string_view data) {
    std::string message(1, static_cast<char>(channel));
    message += data;
    return message;
}

std::string exitStatus(std::optional<int> code, const std::string& problem) {
    api::JsonObject status{{"metadata", api::JsonObject()}};
    if (code == 0) {
        status["status"] = "Success";
        return api::printJson(status);
    }
    status["status"] = "Failure";
    status["code"] = 500;
    if (code) {
        status["reason"] = "NonZeroExitCode";
        status["message"] =
            std::format("command terminated with non-zero exit code: error executing command, exit code {}", *code);
        status["details"] = api::JsonObject{
            {"causes", api::JsonArray{api::JsonObject{{"reason", "ExitCode"}, {"message", std::to_string(*code)}}}}};
    } else {
        status["reason"] = "InternalError";
        status["message"] = "Internal error occurred: " + problem;
        status["details"] = api::JsonObject{{"causes", api::JsonArray{api::JsonObject{{"message", problem}}}}};
    }
    return api::printJson(status);
}

std::string chooseProtocol(std::string_view offered) {
    for (const std::string_view known : {"v5.channel.k8s.io", "v4.channel.k8s.io"}) {
        for (std::size_t begin = 0; begin < offered.size();) {
            const std::size_t end = std::min(offered.find(',', begin), offered.size());
            std::string_view one = offered.substr(begin, end - begin);
            while (one.starts_with(' '))
                one.remove_prefix(1);
            while (one.ends_with(' '))
                one.remove_suffix(1);
            if (one == known)
                return std::string(known);
            begin = end + 1;
        }
    }
    return {};
}

} // namespace slipway::agent
