#include "cluster/api/cel/type.h"

#include <algorithm>
#include <array>

namespace slipway::api::cel {
namespace {

TypePointer make(Kind kind, std::string name, std::vector<TypePointer> args) {
    auto type = std::make_shared<Type>();
    type->kind = kind;
    type->name = std::move(name);
    type->args = std::move(args);
    return type;
}

/// Values that null may stand for.
bool takesNull(Kind kind) {
    return kind == Kind::object || kind == Kind::opaque || kind == Kind::timestamp || kind == Kind::duration;
}

constexpr std::array<std::string_view, 19> reservedWords{
    "true",     "false", "null",   "in",  "as",   "break",   "const",     "continue", "else", "for",
    "function", "if",    "import", "let", "loop", "package", "namespace", "return",   "var"};

constexpr std::array<std::pair<char, std::string_view>, 4> escapes{
    {{'.', "__dot__"}, {'-', "__dash__"}, {'/', "__slash__"}, {'_', "__underscores__"}}};

} // namespace

TypePointer simple(Kind kind) {
    static const std::vector<TypePointer> all = [] {
        std::vector<TypePointer> types;
        for (int i = 0; i <= static_cast<int>(Kind::parameter); ++i)
            types.push_back(make(static_cast<Kind>(i), {}, {}));
        return types;
    }();
    return all[static_cast<std::size_t>(kind)];
}

TypePointer listOf(TypePointer items) {
    return make(Kind::list, {}, {std::move(items)});
}
TypePointer mapOf(TypePointer keys, TypePointer values) {
    return make(Kind::map, {}, {std::move(keys), std::move(values)});
}
TypePointer optionalOf(TypePointer value) {
    return make(Kind::optional, {}, {std::move(value)});
}
TypePointer typeOf(TypePointer named) {
    return make(Kind::type, {}, {std::move(named)});
}
TypePointer opaque(std::string_view name) {
    return make(Kind::opaque, std::string(name), {});
}

std::string printType(const Type& type) {
    const auto withArgs = [&](std::string name) {
        std::string text = std::move(name) + "(";
        for (std::size_t i = 0; i < type.args.size(); ++i)
            text += (i == 0 ? "" : ", ") + printType(*type.args[i]);
        return text + ")";
    };
    switch (type.kind) {
    case Kind::dyn:
        return "dyn";
    case Kind::null:
        return "null";
    case Kind::bool_:
        return "bool";
    case Kind::int_:
        return "int";
    case Kind::uint:
        return "uint";
    case Kind::double_:
        return "double";
    case Kind::string:
        return "string";
    case Kind::bytes:
        return "bytes";
    case Kind::timestamp:
        return "timestamp";
    case Kind::duration:
        return "duration";
    case Kind::list:
        return withArgs("list");
    case Kind::map:
        return withArgs("map");
    case Kind::optional:
        return withArgs("optional_type");
    case Kind::type:
        return type.args.empty() ? "type" : withArgs("type");
    case Kind::object:
    case Kind::opaque:
    case Kind::parameter:
        return type.name;
    }
    return {};
}

bool assignable(const TypePointer& formal, const TypePointer& actual, Substitution& bound) {
    if (formal->kind == Kind::parameter) {
        const auto known = bound.find(formal->name);
        if (known == bound.end()) {
            bound.emplace(formal->name, actual);
            return true;
        }
        const TypePointer before = known->second;
        if (assignable(before, actual, bound)) {
            if (before->kind == Kind::null)
                bound[formal->name] = actual;
            return true;
        }
        if (!assignable(actual, before, bound))
            return false;
        bound[formal->name] = actual;
        return true;
    }
    if (formal->kind == Kind::dyn || actual->kind == Kind::dyn)
        return true;
    if (actual->kind == Kind::null && (formal->kind == Kind::null || takesNull(formal->kind)))
        return true;
    if (formal->kind != actual->kind)
        return false;
    if (formal->kind == Kind::object || formal->kind == Kind::opaque)
        return formal->name == actual->name;
    if (formal->kind == Kind::type)
        return true;
    for (std::size_t i = 0; i < formal->args.size() && i < actual->args.size(); ++i)
        if (!assignable(formal->args[i], actual->args[i], bound))
            return false;
    return true;
}

TypePointer substitute(const TypePointer& type, const Substitution& bound) {
    if (type->kind == Kind::parameter) {
        const auto found = bound.find(type->name);
        return found == bound.end() ? simple(Kind::dyn) : found->second;
    }
    if (type->args.empty())
        return type;
    std::vector<TypePointer> args;
    bool changed = false;
    for (const TypePointer& arg : type->args) {
        args.push_back(substitute(arg, bound));
        changed = changed || args.back() != arg;
    }
    return changed ? make(type->kind, type->name, std::move(args)) : type;
}

TypePointer joined(const TypePointer& a, const TypePointer& b) {
    Substitution none;
    if (a->kind == Kind::null && assignable(b, a, none))
        return b;
    return a->kind != Kind::dyn && b->kind != Kind::dyn && assignable(a, b, none) ? a : simple(Kind::dyn);
}

std::string escapedName(std::string_view name) {
    if (std::ranges::find(reservedWords, name) != reservedWords.end())
        return "__" + std::string(name) + "__";
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
        if (letter || (i > 0 && std::isdigit(static_cast<unsigned char>(c)))) {
            text += c;
        } else if (c == '_') {
            const bool two = i + 1 < name.size() && name[i + 1] == '_';
            text += two ? "__underscores__" : "_";
            i += two ? 1 : 0;
        } else {
            const auto known = std::ranges::find(escapes, c, &std::pair<char, std::string_view>::first);
            if (known == escapes.end())
                return {};
            text += known->second;
        }
    }
    return text;
}

std::string unescapedName(std::string_view name) {
    if (name.size() > 4 && name.starts_with("__") && name.ends_with("__"))
        if (const auto word = name.substr(2, name.size() - 4);
            std::ranges::find(reservedWords, word) != reservedWords.end())
            return std::string(word);
    std::string text;
    for (std::size_t i = 0; i < name.size();) {
        bool replaced = false;
        for (const auto& [sign, escape] : escapes)
            if (name.substr(i).starts_with(escape)) {
                text += sign == '_' ? "__" : std::string(1, sign);
                i += escape.size();
                replaced = true;
                break;
            }
        if (!replaced)
            text += name[i++];
    }
    return text;
}

} // namespace slipway::api::cel
