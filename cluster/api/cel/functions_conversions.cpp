#include "cluster/api/cel/functions.h"

#include <charconv>
#include <cmath>
#include <format>

/// Conversions between the basic types, and what is known of every value.
namespace slipway::api::cel {
namespace {

template <class Number> ValueResult parsed(Args args, std::string_view function) {
    const std::string& written = text(args[0]);
    Number number{};
    const std::string_view digits = std::string_view(written).substr(written.starts_with('+') ? 1 : 0);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc() && end == digits.data() + digits.size())
        return number;
    return fail(std::format("strconv.{}: parsing \"{}\": {}", function, written,
                            error == std::errc::result_out_of_range ? "value out of range" : "invalid syntax"));
}

ValueResult intOfReal(Args args) {
    const double value = args[0].as<double>();
    if (!(value > -9223372036854775808.0 && value < 9223372036854775808.0))
        return fail("integer overflow");
    return static_cast<std::int64_t>(value);
}

ValueResult uintOfReal(Args args) {
    const double value = args[0].as<double>();
    if (!(value >= 0 && value < 18446744073709551616.0))
        return fail("unsigned integer overflow");
    return static_cast<std::uint64_t>(value);
}

ValueResult boolOfText(Args args) {
    const std::string& word = text(args[0]);
    for (std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"})
        if (word == yes)
            return true;
    for (std::string_view no : {"0", "f", "F", "FALSE", "false", "False"})
        if (word == no)
            return false;
    return fail(std::format("strconv.ParseBool: parsing \"{}\": invalid syntax", word));
}

ValueResult textOfBytes(Args args) {
    const std::string& data = args[0].as<Bytes>().data;
    for (std::size_t i = 0; i < data.size();) { // each character must be complete
        const auto lead = static_cast<unsigned char>(data[i]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xc2 ? 0
                                   : lead < 0xe0 ? 2
                                   : lead < 0xf0 ? 3
                                   : lead < 0xf5 ? 4
                                                 : 0;
        if (length == 0 || i + length > data.size())
            return fail("invalid UTF-8 in bytes, cannot convert to string");
        for (std::size_t k = 1; k < length; ++k)
            if ((static_cast<unsigned char>(data[i + k]) & 0xc0) != 0x80)
                return fail("invalid UTF-8 in bytes, cannot convert to string");
        i += length;
    }
    return data;
}

ValueResult same(Args args) {
    return args[0];
}
ValueResult size(Args args) {
    return static_cast<std::int64_t>(args[0].size());
}

/// A double as Go prints one with the fewest digits.
std::string printReal(double value) {
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-Inf" : "+Inf";
    const double amount = std::abs(value);
    if (amount != 0 && (amount < 1e-4 || amount >= 1e21)) {
        char buffer[40];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
        return std::string(buffer, end);
    }
    char buffer[400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
    return std::string(buffer, end);
}

} // namespace

std::span<const FunctionRow> conversionFunctions() {
    static const std::vector<FunctionRow> rows{
        {"size(string): int", size},
        {"size(bytes): int", size},
        {"size(list(A)): int", size},
        {"size(map(A, B)): int", size},
        {"string.size(): int", size},
        {"bytes.size(): int", size},
        {"list(A).size(): int", size},
        {"map(A, B).size(): int", size},
        {"dyn(A): dyn", same},
        {"type(A): type(A)", [](Args a) -> ValueResult { return TypeName{a[0].typeName()}; }},
        {"bool(bool): bool", same},
        {"bool(string): bool", boolOfText},
        {"int(int): int", same},
        {"int(uint): int",
         [](Args a) -> ValueResult {
             return a[0].as<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max())
                        ? ValueResult(fail("integer overflow"))
                        : ValueResult(static_cast<std::int64_t>(a[0].as<std::uint64_t>()));
         }},
        {"int(double): int", intOfReal},
        {"int(string): int", [](Args a) { return parsed<std::int64_t>(a, "ParseInt"); }},
        {"int(timestamp): int", [](Args a) -> ValueResult { return a[0].as<Timestamp>().seconds; }},
        {"uint(uint): uint", same},
        {"uint(int): uint",
         [](Args a) -> ValueResult {
             return a[0].as<std::int64_t>() < 0 ? ValueResult(fail("unsigned integer overflow"))
                                                : ValueResult(static_cast<std::uint64_t>(a[0].as<std::int64_t>()));
         }},
        {"uint(double): uint", uintOfReal},
        {"uint(string): uint", [](Args a) { return parsed<std::uint64_t>(a, "ParseUint"); }},
        {"double(double): double", same},
        {"double(int): double", [](Args a) -> ValueResult { return static_cast<double>(a[0].as<std::int64_t>()); }},
        {"double(uint): double", [](Args a) -> ValueResult { return static_cast<double>(a[0].as<std::uint64_t>()); }},
        {"double(string): double", [](Args a) { return parsed<double>(a, "ParseFloat"); }},
        {"string(string): string", same},
        {"string(bool): string", [](Args a) -> ValueResult { return std::string(a[0].as<bool>() ? "true" : "false"); }},
        {"string(int): string", [](Args a) -> ValueResult { return std::to_string(a[0].as<std::int64_t>()); }},
        {"string(uint): string", [](Args a) -> ValueResult { return std::to_string(a[0].as<std::uint64_t>()); }},
        {"string(double): string", [](Args a) -> ValueResult { return printReal(a[0].as<double>()); }},
        {"string(bytes): string", textOfBytes, Cost::traversal},
        {"string(timestamp): string", [](Args a) -> ValueResult { return printTimestamp(a[0].as<Timestamp>()); }},
        {"string(duration): string", [](Args a) -> ValueResult { return printDuration(a[0].as<Duration>()); }},
        {"bytes(bytes): bytes", same},
        {"bytes(string): bytes", [](Args a) -> ValueResult { return Bytes{text(a[0])}; }, Cost::traversal},
        {"duration(duration): duration", same},
        {"duration(string): duration",
         [](Args a) -> ValueResult {
             const auto duration = parseDuration(text(a[0]));
             return duration ? ValueResult(*duration) : fail(std::format("time: invalid duration \"{}\"", text(a[0])));
         }},
        {"duration(int): duration",
         [](Args a) -> ValueResult {
             std::int64_t nanos = 0;
             return __builtin_mul_overflow(a[0].as<std::int64_t>(), std::int64_t(1), &nanos)
                        ? ValueResult(fail("integer overflow"))
                        : ValueResult(Duration{nanos});
         }},
        {"timestamp(timestamp): timestamp", same},
        {"timestamp(string): timestamp",
         [](Args a) -> ValueResult {
             const auto time = parseTimestamp(text(a[0]));
             return time ? ValueResult(*time)
                         : fail(std::format("parsing time \"{0}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
                                            "\"{0}\" as \"2006\"",
                                            text(a[0])));
         }},
        {"timestamp(int): timestamp", [](Args a) -> ValueResult { return Timestamp{a[0].as<std::int64_t>(), 0}; }},
    };
    return rows;
}

} // namespace slipway::api::cel
