#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace slipway::api::cel {
namespace {

/// Reads the types of a signature: "list(map(string, A))".
class SignatureReader {
public:
    explicit SignatureReader(std::string_view text) : rest_(text) {}

    Function read() {
        Function function;
        const std::size_t open = openParenthesis();
        std::string_view head = rest_.substr(0, open);
        if (const std::size_t dot = head.rfind('.'); dot != head.npos && isType(head.substr(0, dot))) {
            function.member = true;
            SignatureReader receiver(head.substr(0, dot));
            function.params.push_back(receiver.type());
            head.remove_prefix(dot + 1);
        }
        function.name = head;
        rest_.remove_prefix(open + 1);
        while (!take(")")) {
            function.params.push_back(type());
            take(", ");
        }
        take(": ");
        function.result = type();
        return function;
    }

    TypePointer type() {
        const std::size_t end = std::min(rest_.find_first_of("(),: "), rest_.size());
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (take("(")) {
            std::vector<TypePointer> args;
            while (!take(")")) {
                args.push_back(type());
                take(", ");
            }
            return word == "list"   ? listOf(args[0])
                   : word == "map"  ? mapOf(args[0], args[1])
                   : word == "type" ? typeOf(args[0])
                                    : optionalOf(args[0]);
        }
        if (word.size() == 1) {
            auto parameter = std::make_shared<Type>();
            parameter->kind = Kind::parameter;
            parameter->name = word;
            return parameter;
        }
        const auto plain = words().find(word);
        return plain != words().end() ? simple(plain->second) : opaque(opaqueName(word));
    }

private:
    static const std::map<std::string_view, Kind>& words() {
        static const std::map<std::string_view, Kind> byWord{
            {"dyn", Kind::dyn},          {"null", Kind::null},   {"bool", Kind::bool_},
            {"int", Kind::int_},         {"uint", Kind::uint},   {"double", Kind::double_},
            {"string", Kind::string},    {"bytes", Kind::bytes}, {"timestamp", Kind::timestamp},
            {"duration", Kind::duration}};
        return byWord;
    }
    static std::string opaqueName(std::string_view word) {
        if (word == "IP" || word == "CIDR")
            return "net." + std::string(word);
        if (word == "Quantity" || word == "URL" || word == "Semver")
            return "kubernetes." + std::string(word);
        return word == "Format" ? "kubernetes.NamedFormat" : "kubernetes.authorization." + std::string(word);
    }
    /// Whether a method is called on it: else it is the namespace of a function.
    static bool isType(std::string_view word) {
        return words().contains(word) || word.ends_with(')') || std::isupper(static_cast<unsigned char>(word[0])) != 0;
    }
    /// That of the parameters, behind a receiver that may have its own.
    std::size_t openParenthesis() const {
        std::size_t depth = 0;
        for (std::size_t i = rest_.rfind("): "); i != 0; --i) {
            if (rest_[i] == ')')
                ++depth;
            if (rest_[i] == '(' && --depth == 0)
                return i;
        }
        return 0;
    }
    bool take(std::string_view text) {
        if (!rest_.starts_with(text))
            return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    std::string_view rest_;
};

using Table = std::map<std::string, std::vector<Function>, std::less<>>;

const Table& table() {
    static const Table all = [] {
        Table functions;
        for (const auto rows : {operatorFunctions(), conversionFunctions(), timeFunctions(), textFunctions(),
                                listFunctions(), optionalFunctions(), addressFunctions(), urlFunctions(),
                                quantityFunctions(), semverFunctions(), formatFunctions(), authorizerFunctions()})
            for (const FunctionRow& row : rows) {
                Function function = SignatureReader(row.signature).read();
                function.call = row.call;
                function.cost = row.cost;
                std::vector<Function>& overloads = functions[function.name];
                overloads.push_back(std::move(function));
            }
        return functions;
    }();
    return all;
}

bool holds(const Type& type, const Value& value) {
    if (type.kind == Kind::parameter || type.kind == Kind::dyn)
        return true;
    return type.kind == Kind::opaque ? value.is<OpaquePointer>() && value.as<OpaquePointer>()->typeName() == type.name
                                     : value.kind() == type.kind;
}

std::uint64_t tenths(double size) {
    return static_cast<std::uint64_t>(std::ceil(size * 0.1));
}

std::uint64_t costOfList(const Value& list) {
    if (!list.is<ListPointer>())
        return tenths(static_cast<double>(list.size()));
    std::uint64_t cost = list.size();
    for (std::size_t i = 0; i < list.size(); ++i)
        if (const Value item = list.as<ListPointer>()->at(i); item.is<std::string>() || item.is<Bytes>())
            cost += tenths(static_cast<double>(item.size()));
    return cost;
}

} // namespace

bool Function::accepts(Args args) const {
    return args.size() == params.size() &&
           std::ranges::equal(params, args,
                              [](const TypePointer& type, const Value& value) { return holds(*type, value); });
}

std::span<const Function> functionsNamed(std::string_view name) {
    const auto found = table().find(name);
    return found == table().end() ? std::span<const Function>() : std::span<const Function>(found->second);
}

std::uint64_t callCost(Cost cost, Args args, const Value& result) {
    const auto size = [&](std::size_t i) { return i < args.size() ? static_cast<double>(args[i].size()) : 0; };
    switch (cost) {
    case Cost::one:
        return 1;
    case Cost::traversal:
        return tenths(size(0));
    case Cost::twoTraversals:
        return tenths(2 * size(0));
    case Cost::secondTraversal:
        return tenths(size(1));
    case Cost::product:
        return tenths(size(0)) * tenths(size(1));
    case Cost::pattern:
        return tenths(1 + size(0)) * static_cast<std::uint64_t>(std::ceil(size(1) * 0.25));
    case Cost::items:
        return static_cast<std::uint64_t>(size(1));
    case Cost::itemsOfFirst:
        return costOfList(args[0]);
    case Cost::smaller:
        return tenths(std::min(size(0), size(1)));
    case Cost::sum:
        return tenths(size(0) + size(1));
    case Cost::result:
        return tenths(2 * static_cast<double>(result.size()));
    case Cost::network:
        return tenths(2 * size(0)) + (args.size() > 1 && args[1].is<std::string>() ? tenths(size(1)) : 0);
    case Cost::crossProduct:
        return static_cast<std::uint64_t>(size(0) * size(1));
    case Cost::authorization:
        return 350'000;
    }
    return 1;
}

} // namespace slipway::api::cel
