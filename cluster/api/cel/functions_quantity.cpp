#include "cluster/api/cel/functions.h"

#include "cluster/api/quantity.h"

#include <format>

/// Kubernetes' quantities.
namespace slipway::api::cel {
namespace {

class QuantityValue : public Opaque {
public:
    explicit QuantityValue(Quantity quantity) : quantity(quantity) {}
    std::string_view typeName() const override { return "kubernetes.Quantity"; }
    bool equals(const Opaque& other) const override {
        return quantity == static_cast<const QuantityValue&>(other).quantity;
    }
    const Quantity quantity;
};

const Quantity& quantityOf(const Value& value) {
    return static_cast<const QuantityValue&>(*value.as<OpaquePointer>()).quantity;
}
ValueResult made(const Quantity& quantity) {
    return OpaquePointer(std::make_shared<QuantityValue>(quantity));
}

ValueResult quantity(Args args) {
    const auto parsed = Quantity::parse(text(args[0]));
    return parsed ? made(*parsed)
                  : fail("quantities must match the regular expression "
                         "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

bool isWhole(const Quantity& quantity) {
    return Quantity::fromInteger(quantity.value()) == quantity;
}

ValueResult asInteger(Args args) {
    const Quantity& quantity = quantityOf(args[0]);
    return isWhole(quantity) ? ValueResult(quantity.value()) : fail("cannot convert value to integer");
}

ValueResult asReal(Args args) {
    const Quantity& quantity = quantityOf(args[0]);
    const Quantity whole = Quantity::fromInteger(quantity.value());
    Quantity rest = quantity;
    rest -= whole;
    return static_cast<double>(whole.value()) + static_cast<double>(rest.milli()) / 1000;
}

int order(Args args) {
    const auto compared = quantityOf(args[0]) <=> quantityOf(args[1]);
    return compared < 0 ? -1 : compared > 0 ? 1 : 0;
}

template <bool adds> ValueResult added(Args args) {
    Quantity result = quantityOf(args[0]);
    const Quantity other =
        args[1].is<std::int64_t>() ? Quantity::fromInteger(args[1].as<std::int64_t>()) : quantityOf(args[1]);
    adds ? result += other : result -= other;
    return made(result);
}

} // namespace

std::span<const FunctionRow> quantityFunctions() {
    static const std::vector<FunctionRow> rows{
        {"quantity(string): Quantity", quantity, Cost::traversal},
        {"isQuantity(string): bool", [](Args a) -> ValueResult { return Quantity::parse(text(a[0])).has_value(); },
         Cost::traversal},
        {"Quantity.sign(): int",
         [](Args a) -> ValueResult {
             const auto compared = quantityOf(a[0]) <=> Quantity();
             return std::int64_t(compared < 0 ? -1 : compared > 0 ? 1 : 0);
         }},
        {"Quantity.isInteger(): bool", [](Args a) -> ValueResult { return isWhole(quantityOf(a[0])); }},
        {"Quantity.asInteger(): int", asInteger},
        {"Quantity.asApproximateFloat(): double", asReal},
        {"Quantity.isGreaterThan(Quantity): bool", [](Args a) -> ValueResult { return order(a) > 0; }},
        {"Quantity.isLessThan(Quantity): bool", [](Args a) -> ValueResult { return order(a) < 0; }},
        {"Quantity.compareTo(Quantity): int", [](Args a) -> ValueResult { return std::int64_t(order(a)); }},
        {"Quantity.add(Quantity): Quantity", added<true>},
        {"Quantity.add(int): Quantity", added<true>},
        {"Quantity.sub(Quantity): Quantity", added<false>},
        {"Quantity.sub(int): Quantity", added<false>},
    };
    return rows;
}

} // namespace slipway::api::cel
