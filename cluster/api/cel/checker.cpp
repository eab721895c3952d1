#include "cluster/api/cel/checker.h"

#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <format>

namespace slipway::api::cel {
namespace {

const TypePointer& dynType() {
    static const TypePointer type = simple(Kind::dyn);
    return type;
}

TypePointer literalType(const Value& value) {
    return simple(value.kind());
}

/// The names of types, which are values too.
TypePointer namedType(std::string_view name) {
    static const std::map<std::string_view, Kind> byName{
        {"int", Kind::int_},       {"uint", Kind::uint},   {"double", Kind::double_}, {"bool", Kind::bool_},
        {"string", Kind::string},  {"bytes", Kind::bytes}, {"list", Kind::list},      {"map", Kind::map},
        {"null_type", Kind::null}, {"type", Kind::type},   {"dyn", Kind::dyn}};
    const auto found = byName.find(name);
    return found == byName.end() ? nullptr : typeOf(simple(found->second));
}

class Checker {
public:
    explicit Checker(const Expression::Types& variables) : variables_(variables) {}

    void visit(Node& node) {
        node.type = dynType();
        switch (node.kind) {
        case NodeKind::literal:
            node.type = literalType(node.value);
            break;
        case NodeKind::name:
            name(node);
            break;
        case NodeKind::select:
        case NodeKind::test:
            select(node);
            break;
        case NodeKind::list:
            list(node);
            break;
        case NodeKind::object:
            object(node);
            break;
        case NodeKind::logical:
        case NodeKind::condition:
            visitAll(node);
            node.kind == NodeKind::logical ? logical(node) : condition(node);
            break;
        case NodeKind::call:
        case NodeKind::method:
            visitAll(node);
            call(node);
            break;
        case NodeKind::comprehension:
            comprehension(node);
            break;
        }
    }

    std::vector<Problem> problems;

private:
    void report(std::size_t at, std::string message) { problems.push_back({at, std::move(message)}); }
    void visitAll(Node& node) {
        for (const NodePointer& arg : node.args)
            visit(*arg);
    }

    void name(Node& node) {
        for (auto bound = bound_.rbegin(); bound != bound_.rend(); ++bound)
            if (bound->first == node.text) {
                node.type = bound->second;
                return;
            }
        if (const auto found = variables_.find(node.text); found != variables_.end()) {
            node.type = found->second;
            return;
        }
        if (const TypePointer type = namedType(node.text)) {
            node.type = type;
            return;
        }
        report(node.at, std::format("undeclared reference to '{}' (in container '')", node.text));
    }

    /// "google.protobuf.Timestamp" and the like name types; "authorizer.requestResource" is a variable.
    bool qualified(Node& node) {
        const Node& owner = *node.args[0];
        std::string whole = node.text;
        const Node* at = &owner;
        for (; at->kind == NodeKind::select; at = at->args[0].get())
            whole = at->text + "." + whole;
        if (at->kind != NodeKind::name)
            return false;
        whole = at->text + "." + whole;
        if (const auto found = variables_.find(whole); found != variables_.end())
            node.type = found->second;
        else if (whole == "google.protobuf.Timestamp" || whole == "google.protobuf.Duration")
            node.type = typeOf(simple(whole.ends_with("n") ? Kind::duration : Kind::timestamp));
        else if (whole == "net.IP" || whole == "net.CIDR" || whole == "kubernetes.Quantity" ||
                 whole == "kubernetes.URL")
            node.type = typeOf(opaque(whole));
        else
            return false;
        node.kind = NodeKind::name;
        node.text = whole;
        node.args.clear();
        return true;
    }

    void select(Node& node) {
        if (node.kind == NodeKind::select && qualified(node))
            return;
        visit(*node.args[0]);
        TypePointer owner = node.args[0]->type;
        const bool optional = owner->kind == Kind::optional;
        if (optional)
            owner = owner->args[0];
        TypePointer found = dynType();
        if (owner->kind == Kind::map) {
            found = owner->args[1];
        } else if (owner->kind == Kind::object) {
            const auto field = owner->fields.find(node.text);
            if (field == owner->fields.end())
                report(node.at, std::format("undefined field '{}'", node.text));
            else
                found = field->second;
        } else if (owner->kind != Kind::dyn) {
            report(node.at, std::format("type '{}' does not support field selection", printType(*owner)));
        }
        node.type = node.kind == NodeKind::test ? simple(Kind::bool_) : optional ? optionalOf(found) : found;
    }

    /// The type of items that must be alike.
    TypePointer together(const TypePointer& before, const Node& item, bool optional) {
        TypePointer type = item.type;
        if (optional) {
            if (type->kind == Kind::optional)
                type = type->args[0];
            else if (type->kind != Kind::dyn)
                report(item.at, std::format("expected type 'optional_type({0})' but found '{0}'", printType(*type)));
        }
        if (before == nullptr)
            return type;
        Substitution none;
        if (before->kind == Kind::null && assignable(type, before, none))
            return type;
        if (!assignable(before, type, none))
            report(item.at, std::format("expected type '{}' but found '{}'", printType(*before), printType(*type)));
        return before->kind == Kind::dyn ? before : joined(before, type);
    }

    void list(Node& node) {
        visitAll(node);
        TypePointer items;
        for (std::size_t i = 0; i < node.args.size(); ++i)
            items = together(items, *node.args[i], i < node.optionals.size() && node.optionals[i]);
        node.type = listOf(items == nullptr ? dynType() : items);
    }

    void object(Node& node) {
        visitAll(node);
        TypePointer keys, values;
        for (std::size_t i = 0; i + 1 < node.args.size(); i += 2) {
            keys = together(keys, *node.args[i], false);
            values = together(values, *node.args[i + 1], node.optionals[i / 2]);
        }
        node.type = mapOf(keys == nullptr ? dynType() : keys, values == nullptr ? dynType() : values);
    }

    std::string typesOf(const Node& node) const {
        std::string text;
        const bool member = node.kind == NodeKind::method;
        for (std::size_t i = member ? 1 : 0; i < node.args.size(); ++i)
            text += (text.empty() ? "" : ", ") + printType(*node.args[i]->type);
        return member ? std::format("{}.({})", printType(*node.args[0]->type), text) : std::format("({})", text);
    }

    void noOverload(const Node& node) {
        report(node.at, std::format("found no matching overload for '{}' applied to '{}'", node.text, typesOf(node)));
    }

    void logical(Node& node) {
        node.type = simple(Kind::bool_);
        for (const NodePointer& arg : node.args)
            if (arg->type->kind != Kind::bool_ && arg->type->kind != Kind::dyn)
                return report(arg->at, std::format("expected type 'bool' but found '{}'", printType(*arg->type)));
    }

    void condition(Node& node) {
        Substitution none;
        const TypePointer &test = node.args[0]->type, &yes = node.args[1]->type, &no = node.args[2]->type;
        const bool fits = (test->kind == Kind::bool_ || test->kind == Kind::dyn) &&
                          (assignable(yes, no, none) || assignable(no, yes, none));
        if (!fits)
            return noOverload(node);
        node.type = yes->kind == Kind::null ? no : joined(yes, no);
    }

    void call(Node& node) {
        if (optionalSelect(node))
            return;
        const auto known = functionsNamed(node.text);
        const bool member = node.kind == NodeKind::method;
        if (std::ranges::none_of(known, [&](const Function& one) { return one.member == member; }))
            return report(node.at, std::format("undeclared reference to '{}' (in container '')", node.text));
        TypePointer result;
        for (const Function& function : known) {
            if (function.member != member || function.params.size() != node.args.size())
                continue;
            Substitution bound;
            bool fits = true;
            for (std::size_t i = 0; fits && i < node.args.size(); ++i)
                fits = assignable(function.params[i], node.args[i]->type, bound);
            if (!fits)
                continue;
            node.overloads.push_back(&function);
            const TypePointer one = substitute(function.result, bound);
            result = result == nullptr ? one : printType(*result) == printType(*one) ? result : dynType();
        }
        if (result == nullptr)
            return noOverload(node);
        node.type = result;
    }

    /// object.?field
    bool optionalSelect(Node& node) {
        if (node.text != "_?._")
            return false;
        TypePointer owner = node.args[0]->type;
        if (owner->kind == Kind::optional)
            owner = owner->args[0];
        if (owner->kind != Kind::object)
            return false;
        const std::string& field = text(node.args[1]->value);
        const auto found = owner->fields.find(field);
        if (found == owner->fields.end())
            report(node.at, std::format("undefined field '{}'", field));
        for (const Function& function : functionsNamed(node.text))
            node.overloads.push_back(&function);
        node.type = optionalOf(found == owner->fields.end() ? dynType() : found->second);
        return true;
    }

    /// What the variables of a comprehension over @p range are.
    std::vector<TypePointer> iterated(const Node& range, std::size_t count) {
        const Type& type = *range.type;
        const bool two = count == 2;
        if (type.kind == Kind::list)
            return two ? std::vector{simple(Kind::int_), type.args[0]} : std::vector{type.args[0]};
        if (type.kind == Kind::map)
            return two ? std::vector{type.args[0], type.args[1]} : std::vector{type.args[0]};
        if (type.kind != Kind::dyn)
            report(range.at,
                   std::format("expression of type '{}' cannot be range of a comprehension (must be list, map, "
                               "or dynamic)",
                               printType(type)));
        return std::vector<TypePointer>(count, dynType());
    }

    void needsBool(const Node& test) {
        if (test.type->kind != Kind::bool_ && test.type->kind != Kind::dyn)
            report(test.at, std::format("expected type 'bool' but found '{}'", printType(*test.type)));
    }

    void comprehension(Node& node) {
        visit(*node.args[0]);
        const bool optional = node.text.starts_with("opt");
        std::vector<TypePointer> types;
        if (!optional) {
            types = iterated(*node.args[0], node.variables.size());
        } else if (node.args[0]->type->kind == Kind::optional) {
            types = {node.args[0]->type->args[0]};
        } else {
            if (node.args[0]->type->kind != Kind::dyn)
                noOverload(node);
            types = {dynType()};
        }
        for (std::size_t i = 0; i < node.variables.size(); ++i)
            bound_.emplace_back(node.variables[i], types[i]);
        for (std::size_t i = 1; i < node.args.size(); ++i)
            visit(*node.args[i]);
        bound_.resize(bound_.size() - node.variables.size());
        node.type = resultOf(node);
    }

    TypePointer resultOf(const Node& node) {
        const Node &body = *node.args.back(), &first = *node.args[1];
        const TypePointer& range = node.args[0]->type;
        if (node.args.size() == 3)
            needsBool(first);
        if (node.text == "map" || node.text == "transformList")
            return listOf(body.type);
        if (node.text == "optMap")
            return optionalOf(body.type);
        if (node.text == "optFlatMap")
            return body.type;
        if (node.text == "transformMap")
            return mapOf(range->kind == Kind::map    ? range->args[0]
                         : range->kind == Kind::list ? simple(Kind::int_)
                                                     : dynType(),
                         body.type);
        if (node.text == "transformMapEntry")
            return body.type;
        needsBool(body);
        if (node.text == "filter")
            return range->kind == Kind::map ? listOf(range->args[0]) : range;
        return simple(Kind::bool_);
    }

    const Expression::Types& variables_;
    std::vector<std::pair<std::string, TypePointer>> bound_; ///< by comprehensions, innermost last
};

} // namespace

std::vector<Problem> check(Node& root, const Expression::Types& variables) {
    Checker checker(variables);
    checker.visit(root);
    std::ranges::stable_sort(checker.problems, {}, &Problem::at);
    return std::move(checker.problems);
}

} // namespace slipway::api::cel
