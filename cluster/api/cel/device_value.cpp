#include "cluster/api/cel/device_value.h"

#include <map>

namespace slipway::api::cel {
namespace {

using Members = std::map<std::string, Value, std::less<>>;

/// A map of texts. What it answers for a key that is not there is its own affair.
class NamedValues : public Map {
public:
    explicit NamedValues(Members members, std::optional<Value> other = std::nullopt)
        : members_(std::move(members)), other_(std::move(other)) {}

    std::size_t size() const override { return members_.size(); }
    std::optional<Value> find(const Value& key) const override {
        if (!key.is<std::string>())
            return std::nullopt;
        const auto found = members_.find(key.as<std::string>());
        return found == members_.end() ? other_ : std::optional(found->second);
    }
    std::vector<Value> keys() const override {
        std::vector<Value> names;
        for (const auto& [name, value] : members_)
            names.emplace_back(name);
        return names;
    }

private:
    const Members members_;
    const std::optional<Value> other_;
};

Value mapOfNames(Members members, std::optional<Value> other = std::nullopt) {
    return MapPointer(std::make_shared<NamedValues>(std::move(members), std::move(other)));
}

/// What a function of one text makes of it; null when it refuses.
Value converted(const Expression& function, const std::string& text) {
    Budget budget;
    return function.evaluate({{"text", Value(text)}}, budget).value_or(Value());
}

Value attributeValue(const resource_v1::DeviceAttribute& attribute) {
    static const Expression version = *Expression::parse("semver(text)");
    if (attribute.int_)
        return Value(*attribute.int_);
    if (attribute.bool_)
        return Value(*attribute.bool_);
    return attribute.version.empty() ? Value(attribute.string) : converted(version, attribute.version);
}

Value capacityValue(const resource_v1::DeviceCapacity& capacity) {
    static const Expression quantity = *Expression::parse("quantity(text)");
    return converted(quantity, capacity.value);
}

template <class T>
Value byDomain(const std::string& driver, const std::map<std::string, T>& named, Value (*valueOf)(const T&)) {
    std::map<std::string, Members> domains;
    for (const auto& [name, member] : named) {
        const std::size_t slash = name.find('/');
        const std::string domain = slash == name.npos ? driver : name.substr(0, slash);
        domains[domain].emplace(slash == name.npos ? name : name.substr(slash + 1), valueOf(member));
    }
    Members members;
    for (auto& [domain, values] : domains)
        members.emplace(domain, mapOfNames(std::move(values)));
    return mapOfNames(std::move(members), mapOfNames({}));
}

} // namespace

const Expression::Types& deviceTypes() {
    static const Expression::Types types = [] {
        const auto domains = [](TypePointer values) {
            return mapOf(simple(Kind::string), mapOf(simple(Kind::string), std::move(values)));
        };
        auto device = std::make_shared<Type>();
        device->kind = Kind::object;
        device->name = "kubernetes.DRADevice";
        device->fields = {{"driver", simple(Kind::string)},
                          {"attributes", domains(simple(Kind::dyn))},
                          {"capacity", domains(opaque("kubernetes.Quantity"))},
                          {"allowMultipleAllocations", simple(Kind::bool_)}};
        return Expression::Types{{"device", device}};
    }();
    return types;
}

Value deviceValue(const std::string& driver, const resource_v1::Device& device) {
    return mapOfNames({{"driver", Value(driver)},
                       {"attributes", byDomain(driver, device.attributes, &attributeValue)},
                       {"capacity", byDomain(driver, device.capacity, &capacityValue)},
                       {"allowMultipleAllocations", Value(device.allowMultipleAllocations.value_or(false))}});
}

} // namespace slipway::api::cel
