#include "cluster/wire/channels.h"

#include "cluster/api/base64.h"
#include "cluster/api/json.h"

namespace slipway::wire {

std::optional<TerminalSize> parseTerminalSize(std::string_view text) {
    const auto json = api::parseJson(text);
    if (!json || !json->is_object())
        return std::nullopt;
    const auto columns = api::intAt(json->get_object(), {"Width"}), rows = api::intAt(json->get_object(), {"Height"});
    if (!columns || !rows || *columns < 1 || *rows < 1 || *columns > 65535 || *rows > 65535)
        return std::nullopt;
    return TerminalSize{static_cast<unsigned>(*columns), static_cast<unsigned>(*rows)};
}

ClientMessage parseClientMessage(std::string_view message, bool v5) {
    if (message.empty())
        return {};
    const auto channel = static_cast<Channel>(static_cast<std::uint8_t>(message[0]));
    const std::string_view data = message.substr(1);
    if (channel == Channel::input)
        return {ClientMessage::Kind::input, std::string(data), {}};
    if (channel == Channel::close && v5 && data.size() == 1 && data[0] == static_cast<char>(Channel::input))
        return {ClientMessage::Kind::endOfInput, {}, {}};
    if (channel == Channel::resize)
        if (const auto size = parseTerminalSize(data))
            return {ClientMessage::Kind::resize, {}, *size};
    return {};
}

std::string channelMessage(unsigned channel, std::string_view data, bool base64) {
    std::string message(1, static_cast<char>(base64 ? '0' + channel : channel));
    if (base64)
        message += api::encodeBase64(data);
    else
        message += data;
    return message;
}

std::optional<std::string> decodeBase64Message(std::string_view message) {
    if (message.empty() || message[0] < '0' || message[0] > '9')
        return std::nullopt;
    const auto data = api::decodeBase64(message.substr(1));
    if (!data)
        return std::nullopt;
    return std::string(1, static_cast<char>(message[0] - '0')) + *data;
}

} // namespace slipway::wire
