#include "cluster/agent/simulated/behaviour.h"

#include "cluster/api/quantity.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace slipway::agent {

using std::chrono::milliseconds;

namespace {

constexpr std::string_view prefix = "slipway.dev/simulated-";
constexpr milliseconds initRunFor{0};

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

/// FNV-1a, brought to 0..1: stands for chance, but is the same every time.
double draw(std::string_view uid, std::string_view container, unsigned attempt) {
    std::uint64_t hash = 1469598103934665603ULL;
    const auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ULL; };
    for (const char c : uid)
        mix(static_cast<unsigned char>(c));
    for (const char c : container)
        mix(static_cast<unsigned char>(c));
    for (unsigned i = 0; i < 4; ++i)
        mix(static_cast<unsigned char>(attempt >> (8 * i)));
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33;
    return double(hash >> 11) / double(1ULL << 53);
}

void readDelay(const std::string& text, milliseconds& into) {
    if (const auto delay = parseDelay(text))
        into = *delay;
}

} // namespace

std::expected<milliseconds, std::string> parseDelay(std::string_view text) {
    const std::size_t digits = text.find_first_not_of("0123456789.");
    const std::string_view unit = digits == std::string_view::npos ? "s" : text.substr(digits);
    const auto amount = number(text.substr(0, digits));
    const double scale = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : unit == "h" ? 3'600'000 : 0;
    if (!amount || scale == 0 || *amount * scale > 1e12)
        return std::unexpected(std::format("\"{}\" is not a time such as 250ms, 1.5s or 2m", text));
    return milliseconds(static_cast<std::int64_t>(*amount * scale));
}

Behaviour Behaviour::with(const StringMap& annotations) const {
    Behaviour result = *this;
    for (auto one = annotations.lower_bound(std::string(prefix)); one != annotations.end(); ++one) {
        if (!one->first.starts_with(prefix))
            break;
        const std::string_view what = std::string_view(one->first).substr(prefix.size());
        const std::string& text = one->second;
        if (what == "start-delay")
            readDelay(text, result.startDelay);
        else if (what == "ready-after")
            readDelay(text, result.readyAfter);
        else if (what == "stop-delay")
            readDelay(text, result.stopDelay);
        else if (what == "run-for" && text == "forever")
            result.runFor = milliseconds::max();
        else if (what == "run-for")
            result.runFor =
                parseDelay(text).transform([](auto delay) { return std::optional(delay); }).value_or(runFor);
        else if (what == "failure-rate")
            result.failureRate = std::clamp(number(text).value_or(failureRate), 0.0, 1.0);
        else if (what == "exit-code")
            result.exitCode = std::clamp(static_cast<int>(number(text).value_or(exitCode)), 0, 255);
        else if (const auto amount = api::Quantity::parse(text); amount && what == "cpu")
            result.milliCpu = std::max<std::int64_t>(0, amount->milli());
        else if (amount && what == "memory")
            result.memoryBytes = std::max<std::int64_t>(0, amount->value());
    }
    return result;
}

Behaviour::Fate Behaviour::fateOf(const core::Pod& pod, const core::Container& container, bool init,
                                  unsigned attempt) const {
    const bool fails = failureRate > 0 && draw(pod.metadata.uid, container.name, attempt) < failureRate;
    const int code = fails ? failureCode : exitCode;
    if (init) {
        if (container.restartPolicy == "Always")
            return {};
        return {initRunFor, fails ? failureCode : 0};
    }
    if (runFor)
        return *runFor == milliseconds::max() ? Fate{} : Fate{runFor, code};
    const bool ends = pod.spec->restartPolicy == "Never" || pod.spec->restartPolicy == "OnFailure";
    if (ends || fails)
        return {jobRunFor, code};
    return {};
}

} // namespace slipway::agent
