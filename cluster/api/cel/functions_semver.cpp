#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <tuple>

/// Kubernetes' semantic versions (https://semver.org, 2.0.0).
namespace slipway::api::cel {
namespace {

struct Version {
    std::uint64_t major = 0, minor = 0, patch = 0;
    std::vector<std::string> pre; ///< the identifiers behind "-"
    std::string build;
};

std::vector<std::string> parts(std::string_view text, char sign) {
    std::vector<std::string> list;
    for (;;) {
        const std::size_t end = text.find(sign);
        list.emplace_back(text.substr(0, end));
        if (end == text.npos)
            return list;
        text.remove_prefix(end + 1);
    }
}

bool isNumeric(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool isIdentifier(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
    });
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    if (!isNumeric(text) || (text.size() > 1 && text[0] == '0') ||
        std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc())
        return std::nullopt;
    return value;
}

/// "v1.2" as "1.2.0", "01.2.3" as "1.2.3".
std::string normalised(std::string_view text) {
    if (text.starts_with('v'))
        text.remove_prefix(1);
    const std::size_t end = std::min(text.find_first_of("-+"), text.size());
    auto numbers = parts(text.substr(0, end), '.');
    for (std::string& part : numbers)
        while (part.size() > 1 && part[0] == '0')
            part.erase(0, 1);
    if (end == text.size())
        while (numbers.size() < 3)
            numbers.emplace_back("0");
    std::string out;
    for (const std::string& part : numbers)
        out += (out.empty() ? "" : ".") + part;
    return out.append(text.substr(end));
}

std::optional<Version> parse(std::string_view text) {
    Version version;
    if (const std::size_t plus = text.find('+'); plus != text.npos) {
        version.build = text.substr(plus + 1);
        if (!std::ranges::all_of(parts(version.build, '.'), isIdentifier))
            return std::nullopt;
        text = text.substr(0, plus);
    }
    if (const std::size_t dash = text.find('-'); dash != text.npos) {
        version.pre = parts(text.substr(dash + 1), '.');
        for (const std::string& part : version.pre)
            if (!isIdentifier(part) || (isNumeric(part) && !number(part)))
                return std::nullopt;
        text = text.substr(0, dash);
    }
    const auto numbers = parts(text, '.');
    if (numbers.size() != 3)
        return std::nullopt;
    const auto major = number(numbers[0]), minor = number(numbers[1]), patch = number(numbers[2]);
    if (!major || !minor || !patch)
        return std::nullopt;
    version.major = *major;
    version.minor = *minor;
    version.patch = *patch;
    return version;
}

int sign(std::strong_ordering order) {
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int comparePre(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    if (a.empty() || b.empty())
        return a.empty() && b.empty() ? 0 : a.empty() ? 1 : -1;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        const auto x = number(a[i]), y = number(b[i]);
        const int order = x && y ? sign(*x <=> *y) : x ? -1 : y ? 1 : sign(a[i] <=> b[i]);
        if (order != 0)
            return order;
    }
    return sign(a.size() <=> b.size());
}

int compare(const Version& a, const Version& b) {
    const auto order = std::tie(a.major, a.minor, a.patch) <=> std::tie(b.major, b.minor, b.patch);
    return order != 0 ? sign(order) : comparePre(a.pre, b.pre);
}

class SemverValue : public Opaque {
public:
    explicit SemverValue(Version version) : version(std::move(version)) {}
    std::string_view typeName() const override { return "kubernetes.Semver"; }
    bool equals(const Opaque& other) const override {
        return compare(version, static_cast<const SemverValue&>(other).version) == 0;
    }
    const Version version;
};

const Version& versionOf(const Value& value) {
    return static_cast<const SemverValue&>(*value.as<OpaquePointer>()).version;
}

std::optional<Version> read(Args args) {
    return args.size() > 1 && args[1].as<bool>() ? parse(normalised(text(args[0]))) : parse(text(args[0]));
}

ValueResult semver(Args args) {
    auto version = read(args);
    if (!version)
        return fail(
            std::format("Semver parse error during conversion from string: invalid version \"{}\"", text(args[0])));
    return OpaquePointer(std::make_shared<SemverValue>(std::move(*version)));
}
ValueResult isSemver(Args args) {
    return read(args).has_value();
}
ValueResult compared(Args args) {
    return std::int64_t(compare(versionOf(args[0]), versionOf(args[1])));
}

} // namespace

std::span<const FunctionRow> semverFunctions() {
    static const std::vector<FunctionRow> rows{
        {"semver(string): Semver", semver, Cost::traversal},
        {"semver(string, bool): Semver", semver, Cost::traversal},
        {"isSemver(string): bool", isSemver, Cost::traversal},
        {"isSemver(string, bool): bool", isSemver, Cost::traversal},
        {"Semver.major(): int", [](Args a) -> ValueResult { return std::int64_t(versionOf(a[0]).major); }},
        {"Semver.minor(): int", [](Args a) -> ValueResult { return std::int64_t(versionOf(a[0]).minor); }},
        {"Semver.patch(): int", [](Args a) -> ValueResult { return std::int64_t(versionOf(a[0]).patch); }},
        {"Semver.compareTo(Semver): int", compared},
        {"Semver.isGreaterThan(Semver): bool",
         [](Args a) -> ValueResult { return compare(versionOf(a[0]), versionOf(a[1])) > 0; }},
        {"Semver.isLessThan(Semver): bool",
         [](Args a) -> ValueResult { return compare(versionOf(a[0]), versionOf(a[1])) < 0; }},
    };
    return rows;
}

} // namespace slipway::api::cel
