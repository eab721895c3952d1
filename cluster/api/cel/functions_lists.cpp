#include "cluster/api/cel/functions.h"

#include <format>

/// Kubernetes' functions of lists, the sets extension, and optional values.
namespace slipway::api::cel {
namespace {

const List& listOfArg(const Value& value) {
    return *value.as<ListPointer>();
}

ValueResult isSorted(Args args) {
    const List& list = listOfArg(args[0]);
    for (std::size_t i = 1; i < list.size(); ++i) {
        const auto order = compared(list.at(i - 1), list.at(i));
        if (!order)
            return fail("no such overload");
        if (*order > 0)
            return false;
    }
    return true;
}

template <int wanted> ValueResult extreme(Args args) {
    const List& list = listOfArg(args[0]);
    if (list.size() == 0)
        return fail(std::format("{} called on empty list", wanted < 0 ? "min" : "max"));
    Value best = list.at(0);
    for (std::size_t i = 1; i < list.size(); ++i) {
        Value item = list.at(i);
        const auto order = compared(item, best);
        if (!order)
            return fail("no such overload");
        if (*order * wanted > 0)
            best = std::move(item);
    }
    return best;
}

/// @p none: the sum of no items. Of others the kind follows from the first.
ValueResult addedUp(Args args, Value none) {
    const List& list = listOfArg(args[0]);
    if (list.size() == 0)
        return none;
    Value total = list.at(0);
    for (std::size_t i = 1; i < list.size(); ++i) {
        const std::vector<Value> pair{total, list.at(i)};
        bool added = false;
        for (const Function& function : functionsNamed("_+_"))
            if (function.accepts(pair)) {
                auto sum = function.call(pair);
                if (!sum)
                    return sum;
                total = std::move(*sum);
                added = true;
                break;
            }
        if (!added)
            return fail("no such overload");
    }
    return total;
}

ValueResult indexIn(Args args) {
    const List& list = listOfArg(args[0]);
    for (std::size_t i = 0; i < list.size(); ++i)
        if (equal(list.at(i), args[1]))
            return static_cast<std::int64_t>(i);
    return std::int64_t(-1);
}

ValueResult lastIndexIn(Args args) {
    const List& list = listOfArg(args[0]);
    for (std::size_t i = list.size(); i-- > 0;)
        if (equal(list.at(i), args[1]))
            return static_cast<std::int64_t>(i);
    return std::int64_t(-1);
}

bool has(const List& list, const Value& value) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (equal(list.at(i), value))
            return true;
    return false;
}

bool hasAll(const List& list, const List& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (!has(list, wanted.at(i)))
            return false;
    return true;
}

ValueResult intersects(Args args) {
    const List &a = listOfArg(args[0]), &b = listOfArg(args[1]);
    for (std::size_t i = 0; i < a.size(); ++i)
        if (has(b, a.at(i)))
            return true;
    return false;
}

bool isZero(const Value& value) {
    switch (value.kind()) {
    case Kind::null:
        return true;
    case Kind::bool_:
        return !value.as<bool>();
    case Kind::int_:
        return value.as<std::int64_t>() == 0;
    case Kind::uint:
        return value.as<std::uint64_t>() == 0;
    case Kind::double_:
        return value.as<double>() == 0;
    case Kind::duration:
        return value.as<Duration>().nanos == 0;
    case Kind::string:
    case Kind::bytes:
    case Kind::list:
    case Kind::map:
        return value.size() == 0;
    default:
        return false;
    }
}

ValueResult either(Args args) {
    return args[0].as<Optional>().value != nullptr ? args[0] : args[1];
}
ValueResult valueOr(Args args) {
    const auto& value = args[0].as<Optional>().value;
    return value != nullptr ? *value : args[1];
}

} // namespace

std::span<const FunctionRow> listFunctions() {
    static const std::vector<FunctionRow> rows{
        {"list(A).isSorted(): bool", isSorted, Cost::itemsOfFirst},
        {"list(int).sum(): int", [](Args a) { return addedUp(a, std::int64_t(0)); }, Cost::itemsOfFirst},
        {"list(uint).sum(): uint", [](Args a) { return addedUp(a, std::uint64_t(0)); }, Cost::itemsOfFirst},
        {"list(double).sum(): double", [](Args a) { return addedUp(a, 0.0); }, Cost::itemsOfFirst},
        {"list(duration).sum(): duration", [](Args a) { return addedUp(a, Duration{}); }, Cost::itemsOfFirst},
        {"list(A).min(): A", extreme<-1>, Cost::itemsOfFirst},
        {"list(A).max(): A", extreme<1>, Cost::itemsOfFirst},
        {"list(A).indexOf(A): int", indexIn, Cost::itemsOfFirst},
        {"list(A).lastIndexOf(A): int", lastIndexIn, Cost::itemsOfFirst},
        {"sets.contains(list(A), list(A)): bool",
         [](Args a) -> ValueResult { return hasAll(listOfArg(a[0]), listOfArg(a[1])); }, Cost::crossProduct},
        {"sets.equivalent(list(A), list(A)): bool",
         [](Args a) -> ValueResult {
             return hasAll(listOfArg(a[0]), listOfArg(a[1])) && hasAll(listOfArg(a[1]), listOfArg(a[0]));
         },
         Cost::crossProduct},
        {"sets.intersects(list(A), list(A)): bool", intersects, Cost::crossProduct},
    };
    return rows;
}

std::span<const FunctionRow> optionalFunctions() {
    static const std::vector<FunctionRow> rows{
        {"optional.of(A): optional(A)", [](Args a) -> ValueResult { return Value::some(a[0]); }},
        {"optional.ofNonZeroValue(A): optional(A)",
         [](Args a) -> ValueResult { return isZero(a[0]) ? Value::none() : Value::some(a[0]); }},
        {"optional.none(): optional(A)", [](Args) -> ValueResult { return Value::none(); }},
        {"optional(A).hasValue(): bool", [](Args a) -> ValueResult { return a[0].as<Optional>().value != nullptr; }},
        {"optional(A).value(): A",
         [](Args a) -> ValueResult {
             const auto& value = a[0].as<Optional>().value;
             return value != nullptr ? ValueResult(*value) : fail("optional.none() dereference");
         }},
        {"optional(A).or(optional(A)): optional(A)", either},
        {"optional(A).orValue(A): A", valueOr},
    };
    return rows;
}

} // namespace slipway::api::cel
