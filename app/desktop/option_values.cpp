#include "app/desktop/option_values.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "app/desktop/command_line_texts.h"

namespace slipway::desktop {

namespace fs = std::filesystem;

namespace {

bool readPort(const std::string& text, int& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536;
}

/// Cuts off and returns what follows the last `mark`; empty when there is none.
std::string takeAfter(std::string& text, char mark) {
    const auto place = text.rfind(mark);
    if (place == std::string::npos)
        return {};
    std::string rest = text.substr(place + 1);
    text.erase(place);
    return rest;
}

std::unexpected<std::string> refused(const QString& why, const std::string& given) {
    return std::unexpected(why.arg(QString::fromStdString(given)).toStdString());
}

} // namespace

std::expected<vmdriver::PortMapping, std::string> parsePort(const std::string& given) {
    std::string text = given;
    vmdriver::PortMapping port;
    port.node = takeAfter(text, '@');
    if (const auto protocol = takeAfter(text, '/'); !protocol.empty())
        port.protocol = protocol;
    const std::string inside = takeAfter(text, ':');
    std::string outside = takeAfter(text, ':');
    if (outside.empty())
        std::swap(outside, text);
    if (!text.empty())
        port.hostAddress = text;
    if ((port.protocol != "tcp" && port.protocol != "udp") || !readPort(outside, port.hostPort) ||
        !readPort(inside, port.nodePort))
        return refused(CommandLine::tr("\"%1\" is not [ADDRESS:]HOST-PORT:NODE-PORT[/udp]"), given);
    return port;
}

std::expected<vmdriver::HostFolder, std::string> parseFolder(const std::string& given) {
    std::string text = given;
    vmdriver::HostFolder folder;
    if (text.ends_with(":ro") || text.ends_with(":rw")) {
        folder.readOnly = text.ends_with("ro");
        text.resize(text.size() - 3);
    }
    const std::string destination = takeAfter(text, ':');
    std::error_code error;
    folder.source = fs::weakly_canonical(text, error);
    folder.destination = destination;
    if (text.empty() || !folder.destination.is_absolute())
        return refused(CommandLine::tr("\"%1\" is not FOLDER:/FOLDER-IN-NODE[:ro]"), given);
    if (!fs::is_directory(folder.source, error))
        return refused(CommandLine::tr("%1 is not a folder"), folder.source.string());
    return folder;
}

std::expected<vmdriver::RegistryProfile, std::string> parseMirror(const std::string& given) {
    const auto equals = given.find('=');
    vmdriver::RegistryProfile registry{.host = given.substr(0, equals)};
    std::istringstream urls(equals == std::string::npos ? "" : given.substr(equals + 1));
    for (std::string url; std::getline(urls, url, ',');) {
        if (!url.starts_with("http://") && !url.starts_with("https://"))
            return refused(CommandLine::tr("\"%1\" is not a URL"), url);
        registry.mirrors.push_back(url);
    }
    if (registry.host.empty() || registry.host.contains('/') || registry.mirrors.empty())
        return refused(CommandLine::tr("\"%1\" is not REGISTRY=URL"), given);
    return registry;
}

std::expected<std::int64_t, std::string> parseMemory(const std::string& text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string unit(end, text.data() + text.size());
    if (error == std::errc() && number > 0) {
        if (unit.empty() || unit == "M" || unit == "Mi" || unit == "m")
            return number;
        if (unit == "G" || unit == "Gi" || unit == "g")
            return number * 1024;
    }
    return refused(CommandLine::tr("\"%1\" is not a size such as 2G or 512M"), text);
}

} // namespace slipway::desktop
