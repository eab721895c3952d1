#include "cluster/api/yaml.h"

#include <algorithm>

namespace slipway::api {
namespace {

/// Texts that mean nothing but themselves without quotes.
bool isPlain(std::string_view text) {
    if (text.empty() || !std::isalpha(static_cast<unsigned char>(text.front())))
        return false;
    for (std::string_view word :
         {"true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no",   "No",   "NO",  "on",
          "On",   "ON",   "off",  "Off",   "OFF",   "y",     "Y",   "n",   "N",   "null", "Null", "NULL"})
        if (text == word)
            return false;
    return std::ranges::all_of(
        text, [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '/'; });
}

std::string scalar(const Json& value) {
    if (value.is_string() && isPlain(view(value.get_string())))
        return std::string(view(value.get_string()));
    return printJson(value); // JSON's scalars are YAML's
}

bool isBlock(const Json& value) {
    return (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
}

void print(const Json& value, std::size_t indent, bool inItem, std::string& out) {
    bool first = inItem;
    const auto begin = [&] {
        if (!first)
            out.append(indent, ' ');
        first = false;
    };
    if (const JsonObject* object = value.if_object(); object != nullptr && !object->empty()) {
        for (const auto& [name, member] : *object) {
            begin();
            out += scalar(Json(name)) + ":";
            if (isBlock(member)) {
                out += '\n';
                print(member, indent + (member.is_array() ? 0 : 2), false, out);
            } else {
                out += " " + scalar(member) + "\n";
            }
        }
    } else if (const JsonArray* list = value.if_array(); list != nullptr && !list->empty()) {
        for (const Json& item : *list) {
            begin();
            out += "- ";
            if (isBlock(item))
                print(item, indent + 2, true, out);
            else
                out += scalar(item) + "\n";
        }
    } else {
        begin();
        out += scalar(value) + "\n";
    }
}

} // namespace

std::string printYaml(const Json& value) {
    std::string out;
    print(value, 0, false, out);
    return out;
}

} // namespace slipway::api
