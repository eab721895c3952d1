#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace slipway::agent {

/// One file of a projected volume.
struct VolumeFile {
    std::string data;
    unsigned mode = 0644;
    std::optional<std::int64_t> owner; ///< the user it belongs to; nothing: root
    bool operator==(const VolumeFile&) const = default;
};

/// By path relative to the volume.
using VolumeFiles = std::map<std::string, VolumeFile>;

/// Writes @p files into @p folder so that a reader sees the old set or the new set, never a mix: a fresh folder is
/// filled and the link "..data" moved to it, with a link per file beside it. Does nothing when nothing changed.
/// @p group: owner group of the files, if any. The error is a readable message.
std::expected<void, std::string> publishFiles(const std::filesystem::path& folder, const VolumeFiles& files,
                                              std::optional<std::int64_t> group = {});

/// A path inside a volume that stays inside it: relative, without "..".
bool isSafeRelativePath(std::string_view path);

} // namespace slipway::agent
