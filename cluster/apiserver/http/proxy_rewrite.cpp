#include "cluster/apiserver/http/proxy_rewrite.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace slipway::apiserver {
namespace {

constexpr std::array<std::string_view, 17> linkAttributes{
    "href",     "src",     "action",   "formaction", "background", "cite",    "codebase", "data",  "icon",
    "longdesc", "profile", "manifest", "usemap",     "poster",     "classid", "archive",  "srcset"};

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool holdsLink(std::string_view name) {
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::find(linkAttributes, lower) != linkAttributes.end();
}

/// Walks one tag, from behind its name to its end, and copies it with its links rewritten.
class TagRewriter {
public:
    TagRewriter(std::string_view page, const ProxiedPlace& place, std::string& out)
        : page_(page), place_(place), out_(out) {}

    /// The position behind the tag.
    std::size_t run(std::size_t position) {
        at_ = position;
        while (at_ < page_.size() && page_[at_] != '>') {
            if (isSpace(page_[at_]) || page_[at_] == '/')
                out_ += page_[at_++];
            else
                attribute();
        }
        return at_;
    }

private:
    void attribute() {
        const std::size_t begin = at_;
        while (at_ < page_.size() && !isSpace(page_[at_]) && page_[at_] != '=' && page_[at_] != '>')
            ++at_;
        const std::string_view name = page_.substr(begin, at_ - begin);
        out_ += name;
        copySpace();
        if (at_ >= page_.size() || page_[at_] != '=') {
            if (name.empty() && at_ < page_.size() && page_[at_] != '>')
                out_ += page_[at_++];
            return;
        }
        out_ += page_[at_++];
        copySpace();
        value(holdsLink(name));
    }

    void value(bool link) {
        if (at_ >= page_.size())
            return;
        const char quote = page_[at_] == '"' || page_[at_] == '\'' ? page_[at_] : '\0';
        if (quote != '\0')
            out_ += page_[at_++];
        const std::size_t begin = at_;
        while (at_ < page_.size() && (quote != '\0' ? page_[at_] != quote : !isSpace(page_[at_]) && page_[at_] != '>'))
            ++at_;
        const std::string_view text = page_.substr(begin, at_ - begin);
        out_ += link ? rewriteLink(text, place_) : std::string(text);
        if (quote != '\0' && at_ < page_.size())
            out_ += page_[at_++];
    }

    void copySpace() {
        while (at_ < page_.size() && isSpace(page_[at_]))
            out_ += page_[at_++];
    }

    const std::string_view page_;
    const ProxiedPlace& place_;
    std::string& out_;
    std::size_t at_ = 0;
};

} // namespace

std::string rewriteLink(std::string_view link, const ProxiedPlace& place) {
    std::string_view path = link;
    std::string origin;
    const std::size_t scheme = link.find("://");
    if (link.starts_with("//") || (scheme != std::string_view::npos && scheme < link.find('/'))) {
        path.remove_prefix(link.starts_with("//") ? 2 : scheme + 3);
        const std::string_view host = path.substr(0, path.find_first_of("/?#"));
        if (host != place.backendHost && host != place.clientHost)
            return std::string(link);
        path.remove_prefix(host.size());
        if (host == place.clientHost)
            origin = link.substr(0, link.size() - path.size());
        if (path.empty())
            path = "/";
    }
    if (!path.starts_with('/'))
        return std::string(link);
    if (path.starts_with(place.prefix))
        return origin + std::string(path);
    return origin + std::string(place.prefix) + std::string(path);
}

std::string rewriteHtml(std::string_view page, const ProxiedPlace& place) {
    std::string out;
    out.reserve(page.size() + page.size() / 8);
    for (std::size_t i = 0; i < page.size();) {
        const std::size_t open = page.find('<', i);
        if (open == std::string_view::npos)
            return out += page.substr(i);
        out += page.substr(i, open + 1 - i);
        i = open + 1;
        if (page.substr(i).starts_with("!--")) {
            const std::size_t end = page.find("-->", i);
            const std::size_t stop = end == std::string_view::npos ? page.size() : end + 3;
            out += page.substr(i, stop - i);
            i = stop;
            continue;
        }
        if (i >= page.size() || !std::isalpha(static_cast<unsigned char>(page[i])))
            continue;
        std::size_t end = i;
        while (end < page.size() && !isSpace(page[end]) && page[end] != '>' && page[end] != '/')
            ++end;
        out += page.substr(i, end - i);
        i = TagRewriter(page, place, out).run(end);
    }
    return out;
}

} // namespace slipway::apiserver
