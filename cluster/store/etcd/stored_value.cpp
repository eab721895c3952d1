#include "cluster/store/etcd/stored_value.h"

#include <charconv>

namespace slipway::store::etcd {

std::string packed(const std::string& value, std::size_t revisionAt) {
    return (revisionAt == Operation::noSplice ? std::string() : std::to_string(revisionAt)) + '\n' + value;
}

std::shared_ptr<const std::string> unpacked(std::string_view stored, Revision revision) {
    const std::size_t line = stored.find('\n');
    if (line == stored.npos)
        return std::make_shared<const std::string>(stored);
    std::string value(stored.substr(line + 1));
    std::size_t at = 0;
    const auto read = std::from_chars(stored.data(), stored.data() + line, at);
    if (line > 0 && read.ec == std::errc() && at <= value.size())
        value.insert(at, std::to_string(revision));
    return std::make_shared<const std::string>(std::move(value));
}

std::string printOrigin(const Origin& origin) {
    return std::to_string(origin.at) + ' ' + origin.who;
}

Origin parseOrigin(std::string_view text) {
    Origin origin;
    const std::size_t space = text.find(' ');
    if (space == text.npos)
        return origin;
    std::from_chars(text.data(), text.data() + space, origin.at);
    origin.who = text.substr(space + 1);
    return origin;
}

} // namespace slipway::store::etcd
