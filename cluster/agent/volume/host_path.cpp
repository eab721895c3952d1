#include "cluster/agent/volume/host_path.h"

#include <cstring>
#include <fcntl.h>
#include <format>
#include <unistd.h>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

struct Kind {
    const char* type;
    fs::file_type is;
    const char* words;
};

constexpr Kind kinds[] = {{"Directory", fs::file_type::directory, "a directory"},
                          {"File", fs::file_type::regular, "a file"},
                          {"Socket", fs::file_type::socket, "a socket file"},
                          {"CharDevice", fs::file_type::character, "a character device"},
                          {"BlockDevice", fs::file_type::block, "a block device"}};

std::expected<void, std::string> wrongKind(const std::string& path, const char* words) {
    return std::unexpected(std::format("hostPath type check failed: {} is not {}", path, words));
}

std::expected<void, std::string> makeFile(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC | O_NOCTTY, 0644);
    if (file < 0)
        return std::unexpected(std::format("open {}: {}", path, std::strerror(errno)));
    ::close(file);
    return {};
}

} // namespace

std::expected<void, std::string> prepareHostPath(const std::string& path, const std::string& type) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    const bool exists = fs::exists(status);
    for (const Kind& kind : kinds)
        if (type == kind.type)
            return status.type() == kind.is ? std::expected<void, std::string>() : wrongKind(path, kind.words);
    if (type == "FileOrCreate" && exists)
        return fs::is_regular_file(status) ? std::expected<void, std::string>() : wrongKind(path, "a file");
    if (type == "FileOrCreate")
        return makeFile(path);
    if (type == "DirectoryOrCreate" && exists)
        return fs::is_directory(status) ? std::expected<void, std::string>() : wrongKind(path, "a directory");
    error.clear();
    if (!exists)
        fs::create_directories(path, error);
    if (error)
        return std::unexpected(std::format("mkdir {}: {}", path, error.message()));
    return {};
}

} // namespace slipway::agent
