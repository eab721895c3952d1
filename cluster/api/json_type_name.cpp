#include "cluster/api/json_type_name.h"

namespace slipway::api {

std::string_view jsonTypeName(const Json& value) {
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "bool";
    case boost::json::kind::string:
        return "string";
    case boost::json::kind::array:
        return "array";
    case boost::json::kind::object:
        return "object";
    default:
        return "number";
    }
}

} // namespace slipway::api
