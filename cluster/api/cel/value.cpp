#include "cluster/api/cel/value.h"

#include "cluster/api/base64.h"

#include <algorithm>
#include <cmath>

namespace slipway::api::cel {
namespace {

template <class T> std::shared_ptr<const T> borrowed(const T& value) {
    return {std::shared_ptr<const void>(), &value};
}

Value wrapped(std::shared_ptr<const Json> json, const TypePointer& type);

class JsonList : public List {
public:
    JsonList(std::shared_ptr<const Json> json, TypePointer type) : json_(std::move(json)), type_(std::move(type)) {
        if (type_ != nullptr) {
            listType = type_->listType;
            keys = type_->listKeys;
        }
    }
    std::size_t size() const override { return json_->get_array().size(); }
    Value at(std::size_t index) const override {
        const std::shared_ptr<const Json> item(json_, &json_->get_array()[index]);
        return wrapped(item, type_ == nullptr || type_->args.empty() ? nullptr : type_->args[0]);
    }

private:
    std::shared_ptr<const Json> json_;
    TypePointer type_;
};

class JsonMap : public Map {
public:
    JsonMap(std::shared_ptr<const Json> json, TypePointer type) : json_(std::move(json)), type_(std::move(type)) {}

    bool isObject() const override { return type_ != nullptr && type_->kind == Kind::object; }
    std::size_t size() const override { return json_->get_object().size(); }
    std::optional<Value> find(const Value& key) const override {
        if (!key.is<std::string>())
            return std::nullopt;
        const std::string& name = key.as<std::string>();
        if (!isObject())
            return member(name, type_ == nullptr || type_->args.size() < 2 ? nullptr : type_->args[1]);
        const auto field = type_->fields.find(name);
        return field == type_->fields.end() ? std::nullopt : member(unescapedName(name), field->second);
    }
    std::vector<Value> keys() const override {
        std::vector<Value> names;
        for (const auto& member : json_->get_object())
            names.emplace_back(std::string(member.key()));
        return names;
    }

private:
    std::optional<Value> member(std::string_view name, const TypePointer& type) const {
        const Json* found = json_->get_object().if_contains(name);
        if (found == nullptr)
            return std::nullopt;
        return wrapped(std::shared_ptr<const Json>(json_, found), type);
    }

    std::shared_ptr<const Json> json_;
    TypePointer type_;
};

class OwnList : public List {
public:
    explicit OwnList(std::vector<Value> items) : items_(std::move(items)) {}
    std::size_t size() const override { return items_.size(); }
    Value at(std::size_t index) const override { return items_[index]; }

private:
    std::vector<Value> items_;
};

class OwnMap : public Map {
public:
    explicit OwnMap(std::vector<std::pair<Value, Value>> entries) : entries_(std::move(entries)) {}
    std::size_t size() const override { return entries_.size(); }
    std::optional<Value> find(const Value& key) const override {
        for (const auto& [name, value] : entries_)
            if (equal(name, key))
                return value;
        return std::nullopt;
    }
    std::vector<Value> keys() const override {
        std::vector<Value> names;
        for (const auto& entry : entries_)
            names.push_back(entry.first);
        return names;
    }

private:
    std::vector<std::pair<Value, Value>> entries_;
};

Value textOf(std::string_view text, Kind kind) {
    if (kind == Kind::timestamp) {
        if (const auto time = parseTimestamp(text.size() == 10 ? std::string(text) + "T00:00:00Z" : std::string(text)))
            return *time;
    } else if (kind == Kind::duration) {
        if (const auto duration = parseDuration(text))
            return *duration;
    } else if (kind == Kind::bytes) {
        if (auto bytes = decodeBase64(text))
            return Bytes{std::move(*bytes)};
    }
    return text;
}

Value wrapped(std::shared_ptr<const Json> json, const TypePointer& type) {
    const Kind kind = type == nullptr ? Kind::dyn : type->kind;
    switch (json->kind()) {
    case boost::json::kind::null:
        return Null{};
    case boost::json::kind::bool_:
        return json->get_bool();
    case boost::json::kind::int64:
        return kind == Kind::double_ ? Value(static_cast<double>(json->get_int64())) : Value(json->get_int64());
    case boost::json::kind::uint64:
        return kind == Kind::double_ ? Value(static_cast<double>(json->get_uint64())) : Value(json->get_uint64());
    case boost::json::kind::double_:
        return kind == Kind::int_ && std::floor(json->get_double()) == json->get_double()
                   ? Value(static_cast<std::int64_t>(json->get_double()))
                   : Value(json->get_double());
    case boost::json::kind::string:
        return textOf(api::view(json->get_string()), kind);
    case boost::json::kind::array:
        return ListPointer(std::make_shared<JsonList>(std::move(json), kind == Kind::list ? type : nullptr));
    case boost::json::kind::object:
        return MapPointer(
            std::make_shared<JsonMap>(std::move(json), kind == Kind::map || kind == Kind::object ? type : nullptr));
    }
    return Null{};
}

bool isNumber(const Value& value) {
    return value.is<std::int64_t>() || value.is<std::uint64_t>() || value.is<double>();
}

std::optional<int> sign(std::partial_ordering order) {
    if (order == std::partial_ordering::unordered)
        return std::nullopt;
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

/// Numbers of any kind by their value.
std::optional<int> numbersCompared(const Value& a, const Value& b) {
    return std::visit(
        [](const auto& x, const auto& y) -> std::optional<int> {
            using X = std::remove_cvref_t<decltype(x)>;
            using Y = std::remove_cvref_t<decltype(y)>;
            constexpr bool wholeX = std::is_same_v<X, std::int64_t> || std::is_same_v<X, std::uint64_t>;
            constexpr bool wholeY = std::is_same_v<Y, std::int64_t> || std::is_same_v<Y, std::uint64_t>;
            if constexpr (wholeX && wholeY)
                return std::cmp_less(x, y) ? -1 : std::cmp_less(y, x) ? 1 : 0;
            else if constexpr ((wholeX || std::is_same_v<X, double>) && (wholeY || std::is_same_v<Y, double>))
                return sign(static_cast<double>(x) <=> static_cast<double>(y));
            else
                return std::nullopt;
        },
        a.held(), b.held());
}

Value keysOf(const Value& item, const std::vector<std::string>& keys) {
    std::vector<Value> parts;
    for (const std::string& key : keys) {
        const auto found = item.is<MapPointer>() ? item.as<MapPointer>()->find(key) : std::nullopt;
        parts.push_back(found ? *found : Value());
    }
    return Value::list(std::move(parts));
}

/// Lists whose order does not count: each item has its equal in the other.
bool sameItems(const List& a, const List& b, const List& rule) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        bool found = false;
        const Value item = a.at(i);
        for (std::size_t j = 0; j < b.size() && !found; ++j) {
            const Value other = b.at(j);
            found = rule.listType == ListType::map_
                        ? equal(keysOf(item, rule.keys), keysOf(other, rule.keys)) && equal(item, other)
                        : equal(item, other);
        }
        if (!found)
            return false;
    }
    return true;
}

bool listsEqual(const List& a, const List& b) {
    if (a.size() != b.size())
        return false;
    const List& rule = a.listType == ListType::none_ ? b : a;
    if (rule.listType == ListType::set_ || rule.listType == ListType::map_)
        return sameItems(a, b, rule);
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!equal(a.at(i), b.at(i)))
            return false;
    return true;
}

bool mapsEqual(const Map& a, const Map& b) {
    if (a.size() != b.size())
        return false;
    for (const Value& key : a.keys()) {
        const auto mine = a.find(key), other = b.find(key);
        if (mine.has_value() != other.has_value() || (mine && !equal(*mine, *other)))
            return false;
    }
    return true;
}

} // namespace

Value::Value(Json json) : held_(wrapped(std::make_shared<const Json>(std::move(json)), nullptr).held_) {}

Value Value::view(const Json& json, TypePointer type) {
    return wrapped(borrowed(json), type);
}
Value Value::kept(Json json, TypePointer type) {
    return wrapped(std::make_shared<const Json>(std::move(json)), type);
}
Value Value::list(std::vector<Value> items) {
    return ListPointer(std::make_shared<OwnList>(std::move(items)));
}
Value Value::map(std::vector<std::pair<Value, Value>> entries) {
    return MapPointer(std::make_shared<OwnMap>(std::move(entries)));
}

Kind Value::kind() const {
    static constexpr Kind kinds[] = {Kind::null,   Kind::bool_, Kind::int_,      Kind::uint,     Kind::double_,
                                     Kind::string, Kind::bytes, Kind::timestamp, Kind::duration, Kind::list,
                                     Kind::map,    Kind::type,  Kind::optional,  Kind::opaque};
    return kinds[held_.index()];
}

std::string Value::typeName() const {
    switch (kind()) {
    case Kind::null:
        return "null_type";
    case Kind::timestamp:
        return "google.protobuf.Timestamp";
    case Kind::duration:
        return "google.protobuf.Duration";
    case Kind::list:
        return "list";
    case Kind::map:
        return "map";
    case Kind::optional:
        return "optional_type";
    case Kind::type:
        return "type";
    case Kind::opaque:
        return std::string(as<OpaquePointer>()->typeName());
    default:
        return printType(Type{kind(), {}});
    }
}

std::size_t Value::size() const {
    switch (kind()) {
    case Kind::string:
        return static_cast<std::size_t>(characters(as<std::string>()));
    case Kind::bytes:
        return as<Bytes>().data.size();
    case Kind::list:
        return as<ListPointer>()->size();
    case Kind::map:
        return as<MapPointer>()->size();
    case Kind::opaque:
        return as<OpaquePointer>()->size();
    default:
        return 1;
    }
}

bool equal(const Value& a, const Value& b) {
    if (isNumber(a) && isNumber(b))
        return numbersCompared(a, b) == 0;
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
    case Kind::list:
        return listsEqual(*a.as<ListPointer>(), *b.as<ListPointer>());
    case Kind::map:
        return mapsEqual(*a.as<MapPointer>(), *b.as<MapPointer>());
    case Kind::opaque:
        return a.as<OpaquePointer>()->typeName() == b.as<OpaquePointer>()->typeName() &&
               a.as<OpaquePointer>()->equals(*b.as<OpaquePointer>());
    case Kind::optional: {
        const auto &x = a.as<Optional>().value, &y = b.as<Optional>().value;
        return x == nullptr || y == nullptr ? x == y : equal(*x, *y);
    }
    case Kind::string:
        return a.as<std::string>() == b.as<std::string>();
    case Kind::bytes:
        return a.as<Bytes>() == b.as<Bytes>();
    case Kind::bool_:
        return a.as<bool>() == b.as<bool>();
    case Kind::timestamp:
        return a.as<Timestamp>() == b.as<Timestamp>();
    case Kind::duration:
        return a.as<Duration>() == b.as<Duration>();
    case Kind::type:
        return a.as<TypeName>() == b.as<TypeName>();
    default:
        return true;
    }
}

std::optional<int> compared(const Value& a, const Value& b) {
    if (isNumber(a) && isNumber(b))
        return numbersCompared(a, b);
    if (a.kind() != b.kind())
        return std::nullopt;
    switch (a.kind()) {
    case Kind::string:
        return sign(a.as<std::string>() <=> b.as<std::string>());
    case Kind::bytes:
        return sign(a.as<Bytes>().data <=> b.as<Bytes>().data);
    case Kind::bool_:
        return sign(a.as<bool>() <=> b.as<bool>());
    case Kind::timestamp:
        return sign(a.as<Timestamp>() <=> b.as<Timestamp>());
    case Kind::duration:
        return sign(a.as<Duration>() <=> b.as<Duration>());
    default:
        return std::nullopt;
    }
}

Json toJson(const Value& value) {
    switch (value.kind()) {
    case Kind::bool_:
        return value.as<bool>();
    case Kind::int_:
        return value.as<std::int64_t>();
    case Kind::uint:
        return value.as<std::uint64_t>();
    case Kind::double_:
        return value.as<double>();
    case Kind::string:
        return boost::json::string(value.as<std::string>());
    case Kind::bytes:
        return boost::json::string(encodeBase64(value.as<Bytes>().data));
    case Kind::timestamp:
        return boost::json::string(printTimestamp(value.as<Timestamp>()));
    case Kind::duration:
        return boost::json::string(printDuration(value.as<Duration>()));
    case Kind::type:
        return boost::json::string(value.as<TypeName>().name);
    case Kind::list: {
        JsonArray items;
        for (std::size_t i = 0; i < value.as<ListPointer>()->size(); ++i)
            items.push_back(toJson(value.as<ListPointer>()->at(i)));
        return items;
    }
    case Kind::map: {
        JsonObject members;
        for (const Value& key : value.as<MapPointer>()->keys()) {
            const auto member = value.as<MapPointer>()->find(key);
            members[key.is<std::string>() ? key.as<std::string>() : printJson(toJson(key))] =
                member ? toJson(*member) : Json();
        }
        return members;
    }
    default:
        return nullptr;
    }
}

std::int64_t characters(std::string_view text) {
    return std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

} // namespace slipway::api::cel
