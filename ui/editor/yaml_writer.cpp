#include "ui/editor/yaml_document.h"

#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;

/// Whether a string can stand without quotes and still be read as the same string.
bool canBePlain(std::string_view text) {
    if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':')
        return false;
    constexpr std::string_view indicators = "-?:,[]{}#&*!|>'\"%@`=<~";
    const bool dashed =
        (text.front() == '-' || text.front() == '?' || text.front() == ':') && text.size() > 1 && text[1] != ' ';
    if (indicators.contains(text.front()) && !dashed)
        return false;
    if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
        return false;
    if (std::ranges::any_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return false;
    // Words that would be read as something else, also by readers of YAML 1.1.
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    for (const std::string_view word : {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "---", "..."})
        if (lower == word)
            return false;
    const bool numeric = std::isdigit(static_cast<unsigned char>(text.front())) || text.front() == '-' ||
                         text.front() == '+' || text.front() == '.';
    return !(numeric && text.find_first_not_of("0123456789+-.eExXabcdefABCDEFo_:T Z") == std::string_view::npos);
}

void writeQuoted(std::string& out, std::string_view text) {
    const bool simple = std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (simple && !text.contains('\'')) {
        out += '\'';
        out += text;
        out += '\'';
        return;
    }
    out += api::printJson(Json(text)); // JSON strings are YAML strings
}

class Writer {
public:
    std::string out;

    void write(const Json& value, int indent, bool inList) {
        if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
            bool first = inList;
            for (const auto& [key, member] : *object) {
                if (!first)
                    out.append(static_cast<std::size_t>(indent), ' ');
                first = false;
                writeKey(key);
                writeMember(member, indent);
            }
        } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
            bool first = inList;
            for (const Json& item : *array) {
                if (!first)
                    out.append(static_cast<std::size_t>(indent), ' ');
                first = false;
                out += "- ";
                write(item, indent + 2, true);
            }
        } else {
            writeScalar(value, indent);
            out += '\n';
        }
    }

private:
    void writeKey(std::string_view key) {
        if (canBePlain(key))
            out += key;
        else
            writeQuoted(out, key);
        out += ':';
    }

    void writeMember(const Json& member, int indent) {
        const bool object = member.is_object() && !member.get_object().empty();
        const bool array = member.is_array() && !member.get_array().empty();
        if (object || array) {
            out += '\n';
            write(member, object ? indent + 2 : indent, false); // kubectl does not indent lists
        } else {
            out += ' ';
            writeScalar(member, indent);
            out += '\n';
        }
    }

    void writeScalar(const Json& value, int indent) {
        if (!value.is_string()) {
            out += value.is_object() ? "{}" : value.is_array() ? "[]" : api::printJson(value);
            return;
        }
        const std::string_view text = api::view(value.get_string());
        if (canBePlain(text))
            out += text;
        else if (text.contains('\n') && text.front() != ' ' && text.front() != '\n' && text.front() != '\t' &&
                 isPrintable(text))
            writeBlock(text, indent);
        else
            writeQuoted(out, text);
    }

    static bool isPrintable(std::string_view text) {
        return std::ranges::none_of(text,
                                    [](unsigned char c) { return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f; });
    }

    /// A literal block; its last line end is the caller's.
    void writeBlock(std::string_view text, int indent) {
        const auto last = text.find_last_not_of('\n');
        const std::size_t ends = text.size() - last - 1;
        out += ends == 0 ? "|-" : ends == 1 ? "|" : "|+";
        const std::string_view body = text.substr(0, ends <= 1 ? last + 1 : text.size() - 1);
        std::size_t begin = 0;
        while (begin <= body.size()) {
            const auto end = std::min(body.find('\n', begin), body.size());
            out += '\n';
            if (end > begin)
                out.append(static_cast<std::size_t>(indent) + 2, ' ').append(body.substr(begin, end - begin));
            begin = end + 1;
        }
    }
};

} // namespace

std::string writeYaml(const Json& value) {
    Writer writer;
    writer.write(value, 0, false);
    return std::move(writer.out);
}

} // namespace slipway::ui
