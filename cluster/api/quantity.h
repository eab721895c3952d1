#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

__extension__ typedef __int128 Int128; // GCC's own; -Wpedantic wants it said

/// A fixed-point amount as Kubernetes writes it ("250m", "1.5Gi", "1e3"): exact down to 10^-9.
/// Source: the Kubernetes API reference, "Quantity". A plain value; thread-safe.
class Quantity {
public:
    /// How it was written, and therefore how it is printed.
    enum class Format { decimal, binary, exponent };

    Quantity() = default;
    static Quantity fromMilli(std::int64_t milli) { return Quantity(Int128(milli) * 1'000'000, Format::decimal); }
    static Quantity fromInteger(std::int64_t value, Format format = Format::decimal) {
        return Quantity(Int128(value) * 1'000'000'000, format);
    }

    /// Nothing when @p text is not a quantity. What lies below 10^-9 is rounded up, what lies above 2^63-1 is cut.
    static std::optional<Quantity> parse(std::string_view text);

    /// In whole units and in thousandths, rounded up (away from zero).
    std::int64_t value() const;
    std::int64_t milli() const;
    bool isZero() const { return nano_ == 0; }

    /// The canonical text: the largest suffix that leaves no fraction.
    std::string print() const;

    std::strong_ordering operator<=>(const Quantity& other) const { return nano_ <=> other.nano_; }
    bool operator==(const Quantity& other) const { return nano_ == other.nano_; }
    Quantity& operator+=(const Quantity& other);
    Quantity& operator-=(const Quantity& other);

private:
    Quantity(Int128 nano, Format format) : nano_(nano), format_(format) {}

    Int128 nano_ = 0;
    Format format_ = Format::decimal;
};

} // namespace slipway::api
