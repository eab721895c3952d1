#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <format>
#include <re2/re2.h>

/// Functions of texts: CEL's, those of its strings extension (version 2), and Kubernetes' regular expressions.
namespace slipway::api::cel {
namespace {

using I = std::int64_t;

/// The characters of a text, each with its bytes.
std::vector<std::string_view> charactersOf(std::string_view whole) {
    std::vector<std::string_view> all;
    for (std::size_t at = 0; at < whole.size();) {
        std::size_t next = at + 1;
        while (next < whole.size() && (static_cast<unsigned char>(whole[next]) & 0xc0) == 0x80)
            ++next;
        all.push_back(whole.substr(at, next - at));
        at = next;
    }
    return all;
}

/// The byte at which a character starts.
std::size_t byteOf(std::string_view whole, I character) {
    std::size_t at = 0;
    for (; character > 0 && at < whole.size(); --character)
        for (++at; at < whole.size() && (static_cast<unsigned char>(whole[at]) & 0xc0) == 0x80;)
            ++at;
    return at;
}

ValueResult outOfRange(I index) {
    return fail(std::format("index out of range: {}", index));
}

ValueResult charAt(Args args) {
    const I index = args[1].as<I>(), size = characters(text(args[0]));
    if (index < 0 || index > size)
        return outOfRange(index);
    if (index == size)
        return std::string();
    return std::string(charactersOf(text(args[0]))[static_cast<std::size_t>(index)]);
}

ValueResult substring(Args args) {
    const std::string& whole = text(args[0]);
    const I size = characters(whole), from = args[1].as<I>(), to = args.size() > 2 ? args[2].as<I>() : size;
    if (from < 0 || from > size)
        return outOfRange(from);
    if (to < 0 || to > size)
        return outOfRange(to);
    if (from > to)
        return fail(std::format("invalid substring range. start: {}, end: {}", from, to));
    const std::size_t first = byteOf(whole, from), last = byteOf(whole, to);
    return whole.substr(first, last - first);
}

ValueResult indexOf(Args args) {
    const std::string& whole = text(args[0]);
    const I from = args.size() > 2 ? args[2].as<I>() : 0;
    if (from < 0 || from > characters(whole))
        return outOfRange(from);
    const std::size_t at = whole.find(text(args[1]), byteOf(whole, from));
    return at == whole.npos ? I(-1) : characters(std::string_view(whole).substr(0, at));
}

ValueResult lastIndexOf(Args args) {
    const std::string& whole = text(args[0]);
    const I size = characters(whole), from = args.size() > 2 ? args[2].as<I>() : size;
    if (from < 0 || from > size)
        return outOfRange(from);
    const std::size_t at = whole.rfind(text(args[1]), byteOf(whole, from));
    return at == whole.npos ? I(-1) : characters(std::string_view(whole).substr(0, at));
}

template <int (*change)(int)> ValueResult asciiChanged(Args args) {
    std::string changed = text(args[0]);
    for (char& c : changed)
        if (static_cast<unsigned char>(c) < 0x80)
            c = static_cast<char>(change(c));
    return changed;
}

/// White space as Unicode has it.
bool isSpace(std::string_view character) {
    static constexpr std::string_view spaces[] = {" ",
                                                  "\t",
                                                  "\n",
                                                  "\v",
                                                  "\f",
                                                  "\r",
                                                  "\xc2\x85",
                                                  "\xc2\xa0",
                                                  "\xe1\x9a\x80",
                                                  "\xe2\x80\x80",
                                                  "\xe2\x80\x81",
                                                  "\xe2\x80\x82",
                                                  "\xe2\x80\x83",
                                                  "\xe2\x80\x84",
                                                  "\xe2\x80\x85",
                                                  "\xe2\x80\x86",
                                                  "\xe2\x80\x87",
                                                  "\xe2\x80\x88",
                                                  "\xe2\x80\x89",
                                                  "\xe2\x80\x8a",
                                                  "\xe2\x80\xa8",
                                                  "\xe2\x80\xa9",
                                                  "\xe2\x80\xaf",
                                                  "\xe2\x81\x9f",
                                                  "\xe3\x80\x80"};
    return std::ranges::find(spaces, character) != std::end(spaces);
}

ValueResult trim(Args args) {
    const auto all = charactersOf(text(args[0]));
    std::size_t first = 0, last = all.size();
    while (first < last && isSpace(all[first]))
        ++first;
    while (last > first && isSpace(all[last - 1]))
        --last;
    std::string kept;
    for (std::size_t i = first; i < last; ++i)
        kept += all[i];
    return kept;
}

ValueResult split(Args args) {
    const I most = args.size() > 2 ? args[2].as<I>() : -1;
    std::vector<Value> parts;
    if (most == 0)
        return Value::list({});
    std::string_view rest = text(args[0]);
    const std::string_view separator = text(args[1]);
    if (separator.empty() && rest.empty())
        return Value::list({});
    while (most < 0 || static_cast<I>(parts.size()) + 1 < most) {
        const std::size_t end = separator.empty() ? byteOf(rest, 1) : rest.find(separator);
        if (end == rest.npos || (separator.empty() && end == rest.size()))
            break;
        parts.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end + separator.size());
    }
    parts.emplace_back(rest);
    return Value::list(std::move(parts));
}

ValueResult replace(Args args) {
    const std::string &whole = text(args[0]), &from = text(args[1]), &to = text(args[2]);
    I left = args.size() > 3 ? args[3].as<I>() : -1;
    std::string out;
    std::size_t at = 0;
    for (; left != 0; --left) {
        std::size_t found = whole.find(from, at);
        if (found == whole.npos)
            break;
        out.append(whole, at, found - at).append(to);
        at = found + from.size();
        if (from.empty()) {
            if (at >= whole.size()) {
                return out;
            }
            const std::size_t next = at + byteOf(std::string_view(whole).substr(at), 1);
            out.append(whole, at, next - at);
            at = next;
        }
    }
    return out.append(whole, at);
}

ValueResult join(Args args) {
    const List& list = *args[0].as<ListPointer>();
    std::string out;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const Value part = list.at(i);
        if (!part.is<std::string>())
            return fail("no such overload");
        if (i > 0 && args.size() > 1)
            out += text(args[1]);
        out += text(part);
    }
    return out;
}

ValueResult quote(Args args) {
    std::string out = "\"";
    for (char c : text(args[0])) {
        static constexpr std::string_view from = "\a\b\f\n\r\t\v\\\"", to = "abfnrtv\\\"";
        const std::size_t known = from.find(c);
        if (known != from.npos) {
            out += '\\';
            out += to[known];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::shared_ptr<const re2::RE2> compiled(const std::string& pattern) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(8 << 20);
    return std::make_shared<const re2::RE2>(pattern, options);
}

ValueResult matches(Args args) {
    const auto pattern = compiled(text(args[1]));
    if (!pattern->ok())
        return fail(std::format("error parsing regexp: {}", pattern->error()));
    return re2::RE2::PartialMatch(text(args[0]), *pattern);
}

ValueResult find(Args args) {
    const auto pattern = compiled(text(args[1]));
    if (!pattern->ok())
        return fail("Illegal regex: " + pattern->error());
    re2::StringPiece found;
    const re2::StringPiece whole(text(args[0]));
    return pattern->Match(whole, 0, whole.size(), re2::RE2::UNANCHORED, &found, 1)
               ? std::string(found.data(), found.size())
               : std::string();
}

ValueResult findAll(Args args) {
    const auto pattern = compiled(text(args[1]));
    if (!pattern->ok())
        return fail("Illegal regex: " + pattern->error());
    const I most = args.size() > 2 ? args[2].as<I>() : -1;
    std::vector<Value> all;
    const re2::StringPiece whole(text(args[0]));
    re2::StringPiece found;
    for (std::size_t at = 0; at <= whole.size() && (most < 0 || static_cast<I>(all.size()) < most);) {
        if (!pattern->Match(whole, at, whole.size(), re2::RE2::UNANCHORED, &found, 1))
            break;
        all.emplace_back(std::string(found.data(), found.size()));
        const std::size_t end = static_cast<std::size_t>(found.data() - whole.data()) + found.size();
        at = found.empty() ? end + 1 : end;
    }
    return Value::list(std::move(all));
}

} // namespace

ValueResult formatText(Args args);

std::span<const FunctionRow> textFunctions() {
    static const std::vector<FunctionRow> rows{
        {"string.startsWith(string): bool", [](Args a) -> ValueResult { return text(a[0]).starts_with(text(a[1])); },
         Cost::secondTraversal},
        {"string.endsWith(string): bool", [](Args a) -> ValueResult { return text(a[0]).ends_with(text(a[1])); },
         Cost::secondTraversal},
        {"string.contains(string): bool", [](Args a) -> ValueResult { return text(a[0]).contains(text(a[1])); },
         Cost::product},
        {"string.matches(string): bool", matches, Cost::pattern},
        {"matches(string, string): bool", matches, Cost::pattern},
        {"string.find(string): string", find, Cost::pattern},
        {"string.findAll(string): list(string)", findAll, Cost::pattern},
        {"string.findAll(string, int): list(string)", findAll, Cost::pattern},
        {"string.charAt(int): string", charAt},
        {"string.indexOf(string): int", indexOf, Cost::itemsOfFirst},
        {"string.indexOf(string, int): int", indexOf, Cost::itemsOfFirst},
        {"string.lastIndexOf(string): int", lastIndexOf, Cost::itemsOfFirst},
        {"string.lastIndexOf(string, int): int", lastIndexOf, Cost::itemsOfFirst},
        {"string.lowerAscii(): string", asciiChanged<std::tolower>, Cost::traversal},
        {"string.upperAscii(): string", asciiChanged<std::toupper>, Cost::traversal},
        {"string.replace(string, string): string", replace, Cost::twoTraversals},
        {"string.replace(string, string, int): string", replace, Cost::twoTraversals},
        {"string.split(string): list(string)", split, Cost::twoTraversals},
        {"string.split(string, int): list(string)", split, Cost::twoTraversals},
        {"string.substring(int): string", substring, Cost::traversal},
        {"string.substring(int, int): string", substring, Cost::traversal},
        {"string.trim(): string", trim, Cost::traversal},
        {"string.format(list(dyn)): string", formatText, Cost::traversal},
        {"strings.quote(string): string", quote, Cost::traversal},
        {"list(string).join(): string", join, Cost::result},
        {"list(string).join(string): string", join, Cost::result},
    };
    return rows;
}

} // namespace slipway::api::cel
