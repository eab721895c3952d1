#include "cluster/api/cel/functions.h"

#include <array>
#include <cmath>
#include <format>

/// Operators.
namespace slipway::api::cel {
namespace {

ValueResult overflow() {
    return fail("integer overflow");
}

template <class Number, class Operation> ValueResult checked(Args args, const Operation& operation) {
    Number out{};
    if (operation(args[0].as<Number>(), args[1].as<Number>(), &out))
        return overflow();
    return out;
}

template <class Number> ValueResult add(Args args) {
    return checked<Number>(args, [](Number a, Number b, Number* out) { return __builtin_add_overflow(a, b, out); });
}
template <class Number> ValueResult subtract(Args args) {
    return checked<Number>(args, [](Number a, Number b, Number* out) { return __builtin_sub_overflow(a, b, out); });
}
template <class Number> ValueResult multiply(Args args) {
    return checked<Number>(args, [](Number a, Number b, Number* out) { return __builtin_mul_overflow(a, b, out); });
}

template <class Number> ValueResult divide(Args args) {
    const Number a = args[0].as<Number>(), b = args[1].as<Number>();
    if (b == 0)
        return fail("division by zero");
    if constexpr (std::is_signed_v<Number>)
        if (a == std::numeric_limits<Number>::min() && b == -1)
            return overflow();
    return Number(a / b);
}

template <class Number> ValueResult remainder(Args args) {
    const Number a = args[0].as<Number>(), b = args[1].as<Number>();
    if (b == 0)
        return fail("modulus by zero");
    if constexpr (std::is_signed_v<Number>)
        if (b == -1)
            return a == std::numeric_limits<Number>::min() ? overflow() : ValueResult(Number(0));
    return Number(a % b);
}

ValueResult minus(Args args) {
    const std::int64_t value = args[0].as<std::int64_t>();
    return value == std::numeric_limits<std::int64_t>::min() ? overflow() : ValueResult(-value);
}

/// A list after another one. Lists of type set keep one of equal items, those of type map the later of the same keys.
class JoinedList : public List {
public:
    explicit JoinedList(std::vector<Value> items) : items_(std::move(items)) {}
    std::size_t size() const override { return items_.size(); }
    Value at(std::size_t index) const override { return items_[index]; }
    std::vector<Value> items_;
};

bool sameKeys(const Value& a, const Value& b, const List& rule) {
    if (rule.listType == ListType::set_)
        return equal(a, b);
    if (!a.is<MapPointer>() || !b.is<MapPointer>())
        return false;
    for (const std::string& key : rule.keys) {
        const auto mine = a.as<MapPointer>()->find(key), other = b.as<MapPointer>()->find(key);
        if (mine.has_value() != other.has_value() || (mine && !equal(*mine, *other)))
            return false;
    }
    return true;
}

ValueResult concatenate(Args args) {
    const List &first = *args[0].as<ListPointer>(), &second = *args[1].as<ListPointer>();
    auto joined = std::make_shared<JoinedList>(std::vector<Value>());
    joined->listType = first.listType;
    joined->keys = first.keys;
    const bool merges = first.listType == ListType::set_ || first.listType == ListType::map_;
    for (std::size_t i = 0; i < first.size(); ++i)
        joined->items_.push_back(first.at(i));
    for (std::size_t i = 0; i < second.size(); ++i) {
        Value item = second.at(i);
        const auto same = std::ranges::find_if(joined->items_,
                                               [&](const Value& one) { return merges && sameKeys(one, item, first); });
        if (same == joined->items_.end())
            joined->items_.push_back(std::move(item));
        else
            *same = std::move(item);
    }
    return Value(ListPointer(std::move(joined)));
}

ValueResult addTime(const Timestamp& time, std::int64_t nanos) {
    constexpr std::int64_t second = 1'000'000'000;
    std::int64_t seconds = time.seconds + nanos / second, rest = time.nanos + nanos % second;
    seconds += rest < 0 ? -1 : rest / second;
    rest = rest < 0 ? rest + second : rest % second;
    if (seconds < -62135596800 || seconds > 253402300799)
        return fail("timestamp overflow");
    return Timestamp{seconds, static_cast<std::int32_t>(rest)};
}

ValueResult between(Args args) {
    const Timestamp &a = args[0].as<Timestamp>(), &b = args[1].as<Timestamp>();
    std::int64_t nanos = 0;
    if (__builtin_mul_overflow(a.seconds - b.seconds, std::int64_t(1'000'000'000), &nanos) ||
        __builtin_add_overflow(nanos, std::int64_t(a.nanos - b.nanos), &nanos))
        return overflow();
    return Duration{nanos};
}

template <class Test> ValueResult ordered(Args args, const Test& test) {
    const auto order = compared(args[0], args[1]);
    return order ? ValueResult(test(*order)) : ValueResult(false);
}
ValueResult less(Args args) {
    return ordered(args, [](int order) { return order < 0; });
}
ValueResult lessOrEqual(Args args) {
    return ordered(args, [](int order) { return order <= 0; });
}
ValueResult greater(Args args) {
    return ordered(args, [](int order) { return order > 0; });
}
ValueResult greaterOrEqual(Args args) {
    return ordered(args, [](int order) { return order >= 0; });
}

std::string shownKey(const Value& key) {
    return key.is<std::string>() ? text(key) : printJson(toJson(key));
}

/// The index a number of any kind stands for.
std::optional<std::int64_t> indexOf(const Value& key) {
    if (key.is<std::int64_t>())
        return key.as<std::int64_t>();
    if (key.is<std::uint64_t>())
        return static_cast<std::int64_t>(key.as<std::uint64_t>());
    if (key.is<double>() && std::floor(key.as<double>()) == key.as<double>())
        return static_cast<std::int64_t>(key.as<double>());
    return std::nullopt;
}

ValueResult itemAt(Args args) {
    const List& list = *args[0].as<ListPointer>();
    const auto at = indexOf(args[1]);
    if (!at)
        return fail(std::format("unsupported index type '{}' in list", args[1].typeName()));
    if (*at < 0 || *at >= static_cast<std::int64_t>(list.size()))
        return fail(std::format("index out of bounds: {}", *at));
    return list.at(static_cast<std::size_t>(*at));
}

ValueResult memberAt(Args args) {
    const auto found = args[0].as<MapPointer>()->find(args[1]);
    return found ? ValueResult(*found) : fail("no such key: " + shownKey(args[1]));
}

ValueResult optionalItem(Args args) {
    const auto found = itemAt(args);
    return found ? Value::some(*found) : Value::none();
}
ValueResult optionalMember(Args args) {
    const auto found = args[0].as<MapPointer>()->find(args[1]);
    return found ? Value::some(*found) : Value::none();
}

template <ValueResult (*inner)(Args)> ValueResult throughOptional(Args args) {
    if (args[0].as<Optional>().value == nullptr)
        return Value::none();
    const std::array<Value, 2> inside{*args[0].as<Optional>().value, args[1]};
    if (inside[0].is<ListPointer>() && inner == optionalItem)
        return optionalItem(inside);
    return inside[0].is<MapPointer>() ? optionalMember(inside) : fail("no such overload");
}

ValueResult inList(Args args) {
    const List& list = *args[1].as<ListPointer>();
    for (std::size_t i = 0; i < list.size(); ++i)
        if (equal(args[0], list.at(i)))
            return true;
    return false;
}
ValueResult inMap(Args args) {
    return args[1].as<MapPointer>()->find(args[0]).has_value();
}

/// The four orders of each pair of kinds that have one.
struct OrderRows {
    std::vector<std::string> signatures;
    std::vector<FunctionRow> rows;
};

void addOrders(OrderRows& all) {
    struct Order {
        std::string_view name;
        ValueResult (*call)(Args);
    };
    static constexpr std::array<Order, 4> orders{
        {{"_<_", less}, {"_<=_", lessOrEqual}, {"_>_", greater}, {"_>=_", greaterOrEqual}}};
    static constexpr std::array<std::string_view, 3> numbers{"int", "uint", "double"};
    std::vector<std::pair<std::string_view, std::string_view>> pairs{{"bool", "bool"},
                                                                     {"string", "string"},
                                                                     {"bytes", "bytes"},
                                                                     {"timestamp", "timestamp"},
                                                                     {"duration", "duration"}};
    for (std::string_view a : numbers)
        for (std::string_view b : numbers)
            pairs.emplace_back(a, b);
    all.signatures.reserve(orders.size() * pairs.size());
    for (const Order& order : orders)
        for (const auto& [a, b] : pairs) {
            all.signatures.push_back(std::format("{}({}, {}): bool", order.name, a, b));
            all.rows.push_back(
                {all.signatures.back(), order.call, a == "string" || a == "bytes" ? Cost::smaller : Cost::one});
        }
}

} // namespace

std::span<const FunctionRow> operatorFunctions() {
    using I = std::int64_t;
    using U = std::uint64_t;
    static const OrderRows all = [] {
        OrderRows table;
        table.rows = {
            {"!_(bool): bool", [](Args a) -> ValueResult { return !a[0].as<bool>(); }},
            {"-_(int): int", minus},
            {"-_(double): double", [](Args a) -> ValueResult { return -a[0].as<double>(); }},
            {"_+_(int, int): int", add<I>},
            {"_+_(uint, uint): uint", add<U>},
            {"_+_(double, double): double",
             [](Args a) -> ValueResult { return a[0].as<double>() + a[1].as<double>(); }},
            {"_+_(string, string): string", [](Args a) -> ValueResult { return text(a[0]) + text(a[1]); }, Cost::sum},
            {"_+_(bytes, bytes): bytes",
             [](Args a) -> ValueResult { return Bytes{a[0].as<Bytes>().data + a[1].as<Bytes>().data}; }, Cost::sum},
            {"_+_(list(A), list(A)): list(A)", concatenate},
            {"_+_(timestamp, duration): timestamp",
             [](Args a) { return addTime(a[0].as<Timestamp>(), a[1].as<Duration>().nanos); }},
            {"_+_(duration, timestamp): timestamp",
             [](Args a) { return addTime(a[1].as<Timestamp>(), a[0].as<Duration>().nanos); }},
            {"_+_(duration, duration): duration",
             [](Args a) -> ValueResult {
                 I out = 0;
                 return __builtin_add_overflow(a[0].as<Duration>().nanos, a[1].as<Duration>().nanos, &out)
                            ? overflow()
                            : ValueResult(Duration{out});
             }},
            {"_-_(int, int): int", subtract<I>},
            {"_-_(uint, uint): uint", subtract<U>},
            {"_-_(double, double): double",
             [](Args a) -> ValueResult { return a[0].as<double>() - a[1].as<double>(); }},
            {"_-_(timestamp, timestamp): duration", between},
            {"_-_(timestamp, duration): timestamp",
             [](Args a) { return addTime(a[0].as<Timestamp>(), -a[1].as<Duration>().nanos); }},
            {"_-_(duration, duration): duration",
             [](Args a) -> ValueResult {
                 I out = 0;
                 return __builtin_sub_overflow(a[0].as<Duration>().nanos, a[1].as<Duration>().nanos, &out)
                            ? overflow()
                            : ValueResult(Duration{out});
             }},
            {"_*_(int, int): int", multiply<I>},
            {"_*_(uint, uint): uint", multiply<U>},
            {"_*_(double, double): double",
             [](Args a) -> ValueResult { return a[0].as<double>() * a[1].as<double>(); }},
            {"_/_(int, int): int", divide<I>},
            {"_/_(uint, uint): uint", divide<U>},
            {"_/_(double, double): double",
             [](Args a) -> ValueResult { return a[0].as<double>() / a[1].as<double>(); }},
            {"_%_(int, int): int", remainder<I>},
            {"_%_(uint, uint): uint", remainder<U>},
            {"_==_(A, A): bool", [](Args a) -> ValueResult { return equal(a[0], a[1]); }, Cost::smaller},
            {"_!=_(A, A): bool", [](Args a) -> ValueResult { return !equal(a[0], a[1]); }, Cost::smaller},
            {"@in(A, list(A)): bool", inList, Cost::items},
            {"@in(A, map(A, B)): bool", inMap},
            {"_[_](list(A), int): A", itemAt},
            {"_[_](list(A), uint): A", itemAt},
            {"_[_](list(A), double): A", itemAt},
            {"_[_](map(A, B), A): B", memberAt},
            {"_[?_](list(A), int): optional(A)", optionalItem},
            {"_[?_](map(A, B), A): optional(B)", optionalMember},
            {"_[?_](optional(list(A)), int): optional(A)", throughOptional<optionalItem>},
            {"_[?_](optional(map(A, B)), A): optional(B)", throughOptional<optionalMember>},
            {"_?._(map(A, B), string): optional(B)", optionalMember},
            {"_?._(optional(map(A, B)), string): optional(B)", throughOptional<optionalMember>},
        };
        addOrders(table);
        return table;
    }();
    return all.rows;
}

} // namespace slipway::api::cel
