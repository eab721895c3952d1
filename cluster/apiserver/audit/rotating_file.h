#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace slipway::apiserver::audit {

/// When a log file gives way to a new one, and how long those before it are kept.
struct Rotation {
    std::uintmax_t largest = 100 << 20; ///< bytes of one file
    std::chrono::hours longest{0};      ///< that a former file is kept; none: for ever
    int backups = 0;                    ///< former files that are kept; none: all
};

/// A file that is appended to, line by line, and set aside as NAME-TIME.EXTENSION when it would grow too large.
/// One thread at a time.
class RotatingFile {
public:
    /// @p path "-": standard output, which is never set aside.
    RotatingFile(std::filesystem::path path, Rotation rotation) : path_(std::move(path)), rotation_(rotation) {}
    ~RotatingFile();
    RotatingFile(const RotatingFile&) = delete;
    RotatingFile& operator=(const RotatingFile&) = delete;

    /// Opens the file, making its folder where that is missing. Errors: readable.
    std::expected<void, std::string> open();
    /// Appends whole lines. Errors: readable; a later call tries again.
    std::expected<void, std::string> append(std::string_view lines);

private:
    std::expected<void, std::string> rotate();
    void removeOld() const;

    const std::filesystem::path path_;
    const Rotation rotation_;
    int descriptor_ = -1;
    std::uintmax_t size_ = 0;
};

} // namespace slipway::apiserver::audit
