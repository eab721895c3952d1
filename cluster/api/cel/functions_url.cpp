#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <format>

/// Kubernetes' URLs: absolute ones and absolute paths, as Go reads a request's URI.
namespace slipway::api::cel {
namespace {

struct Url {
    std::string written, scheme, host, path, query;
};

class UrlValue : public Opaque {
public:
    explicit UrlValue(Url url) : url(std::move(url)) {}
    std::string_view typeName() const override { return "kubernetes.URL"; }
    bool equals(const Opaque& other) const override {
        return url.written == static_cast<const UrlValue&>(other).url.written;
    }
    const Url url;
};

bool isScheme(std::string_view text) {
    if (text.empty() || !std::isalpha(static_cast<unsigned char>(text[0])))
        return false;
    for (char c : text)
        if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '-' && c != '.')
            return false;
    return true;
}

bool hexPairsAreWhole(std::string_view text) {
    for (std::size_t at = text.find('%'); at != text.npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || !std::isxdigit(static_cast<unsigned char>(text[at + 1])) ||
            !std::isxdigit(static_cast<unsigned char>(text[at + 2])))
            return false;
    return true;
}

/// Whether the port, if any, is a number.
bool isHost(std::string_view host) {
    const std::size_t at = host.rfind('@');
    host = host.substr(at == host.npos ? 0 : at + 1);
    std::string_view port;
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        if (close == host.npos)
            return false;
        port = host.substr(close + 1);
    } else if (const std::size_t colon = host.find(':'); colon != host.npos) {
        port = host.substr(colon);
    }
    if (host.find_first_of(" <>\"\\^`{|}") != host.npos)
        return false;
    return port.empty() || (port[0] == ':' && port.find_first_not_of("0123456789", 1) == port.npos);
}

std::optional<Url> parseUrl(const std::string& text) {
    for (char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            return std::nullopt;
    Url url{text, {}, {}, {}, {}};
    std::string_view rest = text;
    const std::size_t colon = rest.find(':');
    if (colon != rest.npos && isScheme(rest.substr(0, colon))) {
        url.scheme = rest.substr(0, colon);
        for (char& c : url.scheme)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        rest.remove_prefix(colon + 1);
    }
    if (!rest.starts_with('/') && (url.scheme.empty() || rest.empty()))
        return std::nullopt;
    if (const std::size_t mark = rest.find('?'); mark != rest.npos) {
        url.query = rest.substr(mark + 1);
        rest = rest.substr(0, mark);
    }
    if (!url.scheme.empty() && rest.starts_with("//")) {
        rest.remove_prefix(2);
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        url.host = rest.substr(0, slash);
        rest.remove_prefix(slash);
        if (!isHost(url.host))
            return std::nullopt;
        if (const std::size_t at = url.host.rfind('@'); at != url.host.npos)
            url.host.erase(0, at + 1);
    }
    if (!hexPairsAreWhole(rest))
        return std::nullopt;
    url.path = rest;
    return url;
}

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string escapedPath(std::string_view path) {
    std::string out;
    for (char c : path) {
        const bool plain =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.~!$&'()*+,;=:@/%[]").contains(c);
        out += plain ? std::string(1, c) : std::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

Value queryOf(const Url& url) {
    std::vector<std::pair<Value, Value>> entries;
    std::vector<std::pair<std::string, std::vector<Value>>> values;
    std::string_view rest = url.query;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.empty() || part.contains(';') || !hexPairsAreWhole(part))
            continue;
        const std::size_t sign = part.find('=');
        const std::string key = decoded(part.substr(0, sign)),
                          value = sign == part.npos ? "" : decoded(part.substr(sign + 1));
        auto known = std::ranges::find(values, key, &std::pair<std::string, std::vector<Value>>::first);
        if (known == values.end())
            known = values.insert(values.end(), {key, {}});
        known->second.emplace_back(value);
    }
    for (auto& [key, list] : values)
        entries.emplace_back(key, Value::list(std::move(list)));
    return Value::map(std::move(entries));
}

const Url& urlOf(const Value& value) {
    return static_cast<const UrlValue&>(*value.as<OpaquePointer>()).url;
}

/// The host's name and port apart.
std::pair<std::string, std::string> hostParts(const std::string& host) {
    if (host.starts_with('[')) {
        const std::size_t close = host.find(']');
        return {host.substr(1, close - 1), host.size() > close + 2 ? host.substr(close + 2) : ""};
    }
    const std::size_t colon = host.rfind(':');
    return colon == host.npos ? std::pair(host, std::string())
                              : std::pair(host.substr(0, colon), host.substr(colon + 1));
}

ValueResult url(Args args) {
    auto parsed = parseUrl(text(args[0]));
    if (!parsed)
        return fail(std::format("URL parse error during conversion from string: parse \"{}\": invalid URI for request",
                                text(args[0])));
    return OpaquePointer(std::make_shared<UrlValue>(std::move(*parsed)));
}

} // namespace

std::span<const FunctionRow> urlFunctions() {
    static const std::vector<FunctionRow> rows{
        {"url(string): URL", url, Cost::traversal},
        {"isURL(string): bool", [](Args a) -> ValueResult { return parseUrl(text(a[0])).has_value(); },
         Cost::traversal},
        {"URL.getScheme(): string", [](Args a) -> ValueResult { return urlOf(a[0]).scheme; }},
        {"URL.getHost(): string", [](Args a) -> ValueResult { return urlOf(a[0]).host; }},
        {"URL.getHostname(): string", [](Args a) -> ValueResult { return hostParts(urlOf(a[0]).host).first; }},
        {"URL.getPort(): string", [](Args a) -> ValueResult { return hostParts(urlOf(a[0]).host).second; }},
        {"URL.getEscapedPath(): string", [](Args a) -> ValueResult { return escapedPath(urlOf(a[0]).path); }},
        {"URL.getQuery(): map(string, list(string))", [](Args a) -> ValueResult { return queryOf(urlOf(a[0])); }},
    };
    return rows;
}

} // namespace slipway::api::cel
