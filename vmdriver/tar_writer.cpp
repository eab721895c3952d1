#include "vmdriver/tar_writer.h"

#include <cstring>
#include <filesystem>
#include <format>
#include <set>

namespace slipway::vmdriver {

namespace {

constexpr std::size_t blockSize = 512;

/// One 512-byte header block.
struct Header {
    char name[100], mode[8], uid[8], gid[8], size[12], time[12], checksum[8], type, link[100], magic[8], user[32],
        group[32], major[8], minor[8], prefix[155], padding[12];
};
static_assert(sizeof(Header) == blockSize);

void put(char* field, const std::string& text) {
    std::memcpy(field, text.data(), text.size());
}

/// Splits a path at a slash so that both parts fit the header's fields; false when none does.
bool setName(Header& header, const std::string& path) {
    if (path.size() <= sizeof header.name) {
        put(header.name, path);
        return true;
    }
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        if (slash <= sizeof header.prefix && path.size() - slash - 1 <= sizeof header.name) {
            put(header.prefix, path.substr(0, slash));
            put(header.name, path.substr(slash + 1));
            return true;
        }
    return false;
}

void append(std::string& archive, const std::string& path, char type, unsigned mode, const std::string& content) {
    Header header{};
    if (!setName(header, path))
        return;
    put(header.mode, std::format("{:07o}", mode));
    put(header.uid, "0000000");
    put(header.gid, "0000000");
    put(header.size, std::format("{:011o}", content.size()));
    put(header.time, "00000000000");
    put(header.checksum, "        ");
    header.type = type;
    std::memcpy(header.magic, "ustar\00000", 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < sizeof header; ++i)
        sum += reinterpret_cast<const unsigned char*>(&header)[i];
    put(header.checksum, std::format("{:06o}", sum) + std::string(1, '\0') + " ");
    archive.append(reinterpret_cast<const char*>(&header), sizeof header);
    archive += content;
    archive.append((blockSize - content.size() % blockSize) % blockSize, '\0');
}

} // namespace

std::string tarOf(const std::vector<NodeFile>& files) {
    std::string archive;
    std::set<std::string> folders;
    for (const auto& file : files) {
        const auto path = std::filesystem::path(file.path).relative_path();
        std::filesystem::path folder;
        for (const auto& part : path.parent_path())
            if (folder /= part; folders.insert(folder.string()).second)
                append(archive, folder.string() + "/", '5', 0755, {});
        append(archive, path.string(), '0', file.mode, file.content);
    }
    archive.append(2 * blockSize, '\0');
    return archive;
}

} // namespace slipway::vmdriver
