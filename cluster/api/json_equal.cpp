#include "cluster/api/json_equal.h"

#include <algorithm>

namespace slipway::api {

bool sameJson(const JsonObject& a, const JsonObject& b) {
    if (a.size() != b.size())
        return false;
    auto beside = b.begin();
    for (const auto& member : a) {
        const Json* other = beside->key() == member.key() ? &beside->value() : b.if_contains(member.key());
        if (other == nullptr || !sameJson(member.value(), *other))
            return false;
        ++beside;
    }
    return true;
}

bool sameJson(const Json& a, const Json& b) {
    if (a.kind() != b.kind())
        return a == b; // numbers are equal across their kinds
    if (const JsonObject* object = a.if_object())
        return sameJson(*object, b.get_object());
    if (const JsonArray* array = a.if_array())
        return std::ranges::equal(*array, b.get_array(), [](const Json& x, const Json& y) { return sameJson(x, y); });
    if (a.is_string())
        return view(a.get_string()) == view(b.get_string());
    return a == b;
}

} // namespace slipway::api
