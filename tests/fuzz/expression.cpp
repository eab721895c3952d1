// Any text is either no expression or has a value or an error, in bounded time and depth.
#include "cluster/api/cel/cel.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace slipway::api;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto expression = cel::Expression::parse(text);
    if (expression)
        (void)expression->evaluate({{"object", cel::Value(Json(JsonObject{{"a", JsonArray{1, "b", nullptr}}}))}});
    auto self = std::make_shared<cel::Type>();
    self->kind = cel::Kind::object;
    self->fields = {{"a", cel::simple(cel::Kind::string)}, {"l", cel::listOf(cel::simple(cel::Kind::int_))}};
    const auto compiled = cel::Expression::compile(text, {{"self", self}});
    if (!compiled)
        return 0;
    (void)compiled->estimatedCost();
    const Json value(JsonObject{{"a", "b"}, {"l", JsonArray{1, 2}}});
    cel::Budget budget;
    budget.limit = 10'000;
    (void)compiled->evaluate({{"self", cel::Value::view(value, self)}}, budget);
    return 0;
}
