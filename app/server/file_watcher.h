#pragma once

#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

namespace slipway::server {

/// Tells when something in the folders of certain files changes: whoever is told reads what it wants to know anew.
/// Links that are turned to other files, as mounted secrets are, count too. One thread, which sleeps meanwhile.
class FileWatcher {
public:
    /// @p changed is called by that thread, once the folders are quiet again.
    FileWatcher(const std::vector<std::filesystem::path>& files, std::function<void()> changed);
    ~FileWatcher();
    FileWatcher(const FileWatcher&) = delete;
    FileWatcher& operator=(const FileWatcher&) = delete;

private:
    void run();
    /// Waits for the kernel's word; false: to stop.
    bool wait(int milliseconds, bool& told);

    const std::function<void()> changed_;
    int events_ = -1, stop_ = -1;
    std::thread thread_;
};

} // namespace slipway::server
