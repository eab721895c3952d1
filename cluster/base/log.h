#pragma once

#include <format>
#include <string>
#include <string_view>

/// Logging to standard error, one line a message: time, level, component, text. Thread-safe.
/// Nothing secret (tokens, keys, Secret data) may be passed to it.
namespace slipway::base {

enum class LogLevel { debug, info, warning, error };

/// Sets the least level that is written; the default is info.
void setLogLevel(LogLevel level);

/// Writes one message. @p component names the part of the program, for instance "scheduler".
void log(LogLevel level, std::string_view component, std::string_view text);

template <class... Args> void debug(std::string_view component, std::format_string<Args...> text, Args&&... args) {
    log(LogLevel::debug, component, std::format(text, std::forward<Args>(args)...));
}
template <class... Args> void info(std::string_view component, std::format_string<Args...> text, Args&&... args) {
    log(LogLevel::info, component, std::format(text, std::forward<Args>(args)...));
}
template <class... Args> void warn(std::string_view component, std::format_string<Args...> text, Args&&... args) {
    log(LogLevel::warning, component, std::format(text, std::forward<Args>(args)...));
}
template <class... Args> void error(std::string_view component, std::format_string<Args...> text, Args&&... args) {
    log(LogLevel::error, component, std::format(text, std::forward<Args>(args)...));
}

} // namespace slipway::base
