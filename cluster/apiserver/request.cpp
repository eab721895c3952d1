#include "cluster/apiserver/request.h"

#include "cluster/apiserver/history_requests.h"

#include <algorithm>
#include <charconv>

namespace slipway::apiserver {
namespace {

int hexDigit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percentDecode(std::string_view text, bool plusIsSpace) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 && hexDigit(text[i + 2]) >= 0) {
            out += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
            i += 2;
        } else {
            out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (const std::string_view part = path.substr(0, slash); !part.empty())
            parts.push_back(percentDecode(part, false));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

std::string resourceVerb(const std::string& method, const RequestInfo& info) {
    if (method == "GET" || method == "HEAD") {
        if (!info.name.empty())
            return "get"; // also with ?watch, which a proxied application may have a meaning for
        return info.query.flag("watch") ? "watch" : "list";
    }
    if (method == "POST")
        return "create";
    if (method == "PUT")
        return "update";
    if (method == "PATCH")
        return "patch";
    if (method == "DELETE")
        return info.name.empty() ? "deletecollection" : "delete";
    return lowered(method);
}

/// The name a list or watch is narrowed to, so that rules for single objects reach it.
std::string selectedName(const Query& query) {
    constexpr std::string_view field = "metadata.name=";
    std::string_view selector = query.get("fieldSelector");
    while (!selector.empty()) {
        const std::size_t end = std::min(selector.find(','), selector.size());
        std::string_view part = selector.substr(0, end);
        selector.remove_prefix(std::min(end + 1, selector.size()));
        if (!part.starts_with(field))
            continue;
        part.remove_prefix(field.size());
        if (part.starts_with('='))
            part.remove_prefix(1);
        return std::string(part);
    }
    return {};
}

/// Fills namespace, resource, name and subresource from the path below the version.
void readResourcePath(RequestInfo& info, std::vector<std::string> parts) {
    bool deprecatedWatch = false;
    if (parts[0] == "watch" && parts.size() > 1) {
        deprecatedWatch = true;
        parts.erase(parts.begin());
    }
    if (parts[0] == "namespaces" && parts.size() > 1) {
        info.ns = parts[1];
        // Below a namespace come resources, except for the namespace's own subresources.
        if (parts.size() > 2 && parts[2] != "status" && parts[2] != "finalize")
            parts.erase(parts.begin(), parts.begin() + 2);
    }
    info.resource = parts[0];
    if (info.resource == "namespaces")
        info.ns.clear(); // a namespace is not in a namespace
    if (parts.size() > 1)
        info.name = parts[1];
    if (parts.size() > 2)
        info.subresource = parts[2];
    for (std::size_t i = 3; i < parts.size(); ++i)
        info.rest += "/" + parts[i];
    if (deprecatedWatch)
        info.verb = "watch";
}

} // namespace

std::string lowered(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string_view headerOf(const Request& request, std::string_view name) {
    const auto lower = [](unsigned char c) { return std::tolower(c); };
    for (const auto& [key, value] : request.headers)
        if (std::ranges::equal(key, name, {}, lower, lower))
            return value;
    return {};
}

Query Query::parse(std::string_view text) {
    Query query;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        const std::size_t sign = pair.find('=');
        if (!pair.empty())
            query.values_.emplace(percentDecode(pair.substr(0, sign), true),
                                  sign == std::string_view::npos ? "" : percentDecode(pair.substr(sign + 1), true));
    }
    return query;
}

std::string_view Query::get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> list;
    for (auto [it, end] = values_.equal_range(name); it != end; ++it)
        list.push_back(it->second);
    return list;
}

bool Query::flag(std::string_view name) const {
    const auto found = values_.find(name);
    return found != values_.end() && found->second != "false" && found->second != "0";
}

std::optional<long long> Query::number(std::string_view name) const {
    const std::string_view text = get(name);
    long long value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                                     : std::nullopt;
}

RequestInfo understand(const Request& request) {
    RequestInfo info;
    const std::string_view target = request.target;
    const std::size_t mark = target.find('?');
    info.path = percentDecode(target.substr(0, mark), false);
    if (mark != std::string_view::npos)
        info.query = Query::parse(target.substr(mark + 1));
    std::string_view path = target.substr(0, mark);
    if (path.starts_with(historyRoot) && path.substr(historyRoot.size()).starts_with('/')) {
        info.past = true;
        path.remove_prefix(historyRoot.size());
    }
    auto parts = segments(path);
    info.verb = lowered(request.method);
    const bool core = parts.size() >= 3 && parts[0] == "api";
    const bool grouped = parts.size() >= 4 && parts[0] == "apis";
    if (!core && !grouped)
        return info;
    info.isResource = true;
    info.group = core ? "" : parts[1];
    info.version = core ? parts[1] : parts[2];
    parts.erase(parts.begin(), parts.begin() + (core ? 2 : 3));
    info.verb.clear();
    readResourcePath(info, std::move(parts));
    if (info.verb.empty())
        info.verb = resourceVerb(request.method, info);
    if (info.name.empty() && (info.verb == "list" || info.verb == "watch" || info.verb == "deletecollection"))
        info.name = selectedName(info.query);
    return info;
}

void readImpersonation(Request& request, std::string_view header, std::string_view value) {
    constexpr std::string_view prefix = "impersonate-", extra = "extra-";
    const std::string name = lowered(std::string(header));
    if (!name.starts_with(prefix))
        return;
    const std::string_view what = std::string_view(name).substr(prefix.size());
    if (what == "user")
        request.impersonateUser = value;
    else if (what == "group")
        request.impersonateGroups.emplace_back(value);
    else if (what == "uid")
        request.impersonateUid = value;
    else if (what.starts_with(extra))
        request.impersonateExtra[percentDecode(what.substr(extra.size()), false)].emplace_back(value);
}

bool isForwarded(std::string_view target) {
    target = target.substr(0, target.find('?'));
    if (!target.starts_with("/api/v1/"))
        return false;
    std::vector<std::string> parts = segments(target.substr(8));
    if (parts.size() > 2 && parts[0] == "namespaces")
        parts.erase(parts.begin(), parts.begin() + 2);
    const bool proxied = parts.size() > 2 && parts[2] == "proxy" &&
                         (parts[0] == "pods" || parts[0] == "services" || parts[0] == "nodes");
    return proxied;
}

Reply replyWith(const api::Status& status) {
    Reply reply{status.code, api::printJson(status.toJson()) + "\n", "application/json", {}, {}};
    if (status.retryAfterSeconds > 0)
        reply.headers.emplace_back("Retry-After", std::to_string(status.retryAfterSeconds));
    return reply;
}

Reply replyWith(const api::JsonObject& object, int code) {
    return {code, api::printJson(object) + "\n", "application/json", {}, {}};
}

} // namespace slipway::apiserver
