#pragma once

#include "cluster/store/store.h"

#include <filesystem>
#include <utility>

namespace slipway::store {

/// Keeps a second process (or a second store of this one) out for as long as it lives. The lock goes with the process,
/// however it ends.
class FileLock {
public:
    /// No lock.
    FileLock() = default;
    static Result<FileLock> take(const std::filesystem::path& path);
    FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

/// FILE with a suffix: where what belongs to a store's file lies.
std::filesystem::path beside(const std::filesystem::path& file, const char* suffix);
std::filesystem::path folderOf(const std::filesystem::path& file);

/// Makes what was written to a file or folder durable.
Result<void> syncPath(const std::filesystem::path& path);

} // namespace slipway::store
