#include "cluster/api/custom/json_path.h"

#include <charconv>

namespace slipway::api::custom {
namespace {

/// The text between quotes, or nothing.
std::optional<std::string> quoted(std::string_view text) {
    if (text.size() < 2 || (text.front() != '"' && text.front() != '\'') || text.back() != text.front())
        return {};
    return std::string(text.substr(1, text.size() - 2));
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

/// Where the bracket opened at the front is closed; brackets in quotes do not count.
std::size_t closing(std::string_view text) {
    char quote = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[') {
            ++depth;
        } else if (c == ']' && --depth == 0) {
            return i;
        }
    }
    return std::string_view::npos;
}

const Json* memberOf(const Json& value, std::string_view path) {
    const Json* current = &value;
    while (current != nullptr && !path.empty()) {
        const std::size_t dot = path.find('.');
        const JsonObject* object = current->if_object();
        current = object == nullptr ? nullptr : object->if_contains(path.substr(0, dot));
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return current;
}

} // namespace

std::optional<JsonPath::Step> JsonPath::bracket(std::string_view inside) {
    inside = trimmed(inside);
    Step step;
    if (inside == "*") {
        step.kind = Step::Kind::all;
        return step;
    }
    if (auto name = quoted(inside)) {
        step.name = std::move(*name);
        return step;
    }
    if (inside.starts_with("?(") && inside.ends_with(')')) {
        inside = trimmed(inside.substr(2, inside.size() - 3));
        const std::size_t sign = inside.find_first_of("=!");
        if (!inside.starts_with("@.") || sign == std::string_view::npos || sign + 1 >= inside.size() ||
            inside[sign + 1] != '=')
            return {};
        step.kind = inside[sign] == '=' ? Step::Kind::equal : Step::Kind::unequal;
        step.name = trimmed(inside.substr(2, sign - 2));
        const std::string_view operand = trimmed(inside.substr(sign + 2));
        if (auto text = quoted(operand)) {
            step.value = boost::json::string(*text);
            return step;
        }
        auto literal = parseJson(operand);
        if (!literal)
            return {};
        step.value = std::move(*literal);
        return step;
    }
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), step.index);
    if (error != std::errc() || end != inside.data() + inside.size())
        return {};
    step.kind = Step::Kind::index;
    return step;
}

std::optional<JsonPath> JsonPath::parse(std::string_view text) {
    JsonPath path;
    text = trimmed(text);
    if (text.starts_with('{') && text.ends_with('}'))
        text = text.substr(1, text.size() - 2);
    if (text.starts_with('$'))
        text.remove_prefix(1);
    while (!text.empty()) {
        if (text.front() == '[') {
            const std::size_t end = closing(text);
            auto step = end == std::string_view::npos ? std::nullopt : bracket(text.substr(1, end - 1));
            if (!step)
                return {};
            path.steps_.push_back(std::move(*step));
            text.remove_prefix(end + 1);
            continue;
        }
        if (text.front() != '.')
            return {};
        text.remove_prefix(1);
        std::string name;
        while (!text.empty() && text.front() != '.' && text.front() != '[') {
            if (text.front() == '\\' && text.size() > 1) // "\." is a dot in a name
                text.remove_prefix(1);
            name += text.front();
            text.remove_prefix(1);
        }
        if (name.empty() && !(text.starts_with('[')))
            return {};
        if (name.empty())
            continue;
        Step step;
        step.kind = name == "*" ? Step::Kind::all : Step::Kind::member;
        step.name = std::move(name);
        path.steps_.push_back(std::move(step));
    }
    return path.steps_.empty() ? std::nullopt : std::optional(std::move(path));
}

void JsonPath::follow(const Json& value, const Step& step, std::vector<const Json*>& found) {
    const JsonArray* list = value.if_array();
    const JsonObject* object = value.if_object();
    switch (step.kind) {
    case Step::Kind::member:
        if (object != nullptr)
            if (const Json* member = object->if_contains(step.name))
                found.push_back(member);
        return;
    case Step::Kind::index: {
        const std::int64_t size = list == nullptr ? 0 : static_cast<std::int64_t>(list->size());
        const std::int64_t at = step.index < 0 ? size + step.index : step.index;
        if (at >= 0 && at < size)
            found.push_back(&(*list)[static_cast<std::size_t>(at)]);
        return;
    }
    case Step::Kind::all:
        if (list != nullptr)
            for (const Json& item : *list)
                found.push_back(&item);
        if (object != nullptr)
            for (const auto& member : *object)
                found.push_back(&member.value());
        return;
    case Step::Kind::equal:
    case Step::Kind::unequal:
        if (list != nullptr)
            for (const Json& item : *list)
                if (const Json* member = memberOf(item, step.name);
                    member != nullptr && (*member == step.value) == (step.kind == Step::Kind::equal))
                    found.push_back(&item);
    }
}

std::vector<const Json*> JsonPath::find(const JsonObject& object) const {
    std::vector<const Json*> found;
    const Step& head = steps_.front();
    if (head.kind == Step::Kind::member)
        if (const Json* member = object.if_contains(head.name))
            found.push_back(member);
    for (std::size_t i = 1; i < steps_.size() && !found.empty(); ++i) {
        std::vector<const Json*> next;
        for (const Json* value : found)
            follow(*value, steps_[i], next);
        found = std::move(next);
    }
    return found;
}

const Json* JsonPath::first(const JsonObject& object) const {
    const auto found = find(object);
    return found.empty() ? nullptr : found.front();
}

std::optional<std::vector<std::string>> JsonPath::members() const {
    std::vector<std::string> names;
    for (const Step& step : steps_) {
        if (step.kind != Step::Kind::member)
            return {};
        names.push_back(step.name);
    }
    return names;
}

void setAt(JsonObject& object, const std::vector<std::string>& members, Json value) {
    JsonObject* current = &object;
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
        Json& inner = (*current)[members[i]];
        if (!inner.is_object())
            inner.emplace_object();
        current = &inner.get_object();
    }
    (*current)[members.back()] = std::move(value);
}

} // namespace slipway::api::custom
