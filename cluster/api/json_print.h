#pragma once

#include "cluster/api/json.h"

namespace slipway::api {

/// Adds compact JSON to a text, value after value. Boost.JSON's own printer goes through a buffer and keeps a stack of
/// where it stands in the value, which cost four times as much; what is printed is the same. The text must outlive it.
class JsonPrinter {
public:
    explicit JsonPrinter(std::string& to) : to_(to) {}

    void value(const Json& value);
    void object(const JsonObject& object);
    void array(const JsonArray& array);
    /// A text in quotes; what stands in it is UTF-8 already.
    void text(std::string_view text);
    /// `"name":value`
    void member(std::string_view name, const Json& value);

private:
    void escaped(char c);

    std::string& to_;
};

} // namespace slipway::api
