#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::agent {

/// A file or folder below a folder that is shown to clients, opened without leaving that folder by any link.
class ShownFile {
public:
    /// Nothing when @p path (relative) does not lead to a regular file or a folder inside @p root.
    static std::optional<ShownFile> open(const std::filesystem::path& root, const std::string& path);
    ShownFile(ShownFile&& other) noexcept;
    ShownFile& operator=(ShownFile&&) = delete;
    ~ShownFile();

    bool isFolder() const { return folder_; }
    std::uint64_t size() const { return size_; }
    /// The next piece of a file; empty at its end.
    std::string read();
    /// A folder as a page of links, as Go's file server makes it.
    std::string listing() const;

private:
    ShownFile(int descriptor, bool folder, std::uint64_t size)
        : descriptor_(descriptor), folder_(folder), size_(size) {}

    int descriptor_;
    bool folder_;
    std::uint64_t size_;
};

} // namespace slipway::agent
