#include "vmdriver/native/cgroup_tree.h"

#include <unistd.h>
#include <vector>

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

/// Deepest first: a group can only go when it has no children. remove_all does not work here, since the kernel's files
/// in a group cannot be deleted one by one.
bool removeTree(const fs::path& group) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(group, ignored))
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
            removeTree(entry.path());
    for (int attempt = 0; attempt < 50; ++attempt) {
        if (rmdir(group.c_str()) == 0 || errno == ENOENT)
            return true;
        if (errno != EBUSY)
            return false;
        usleep(10'000); // the last process has been reaped, but the kernel is still taking it out of the group
    }
    return false;
}

} // namespace

bool removeCgroups(const std::string& group, const fs::path& top) {
    std::error_code ignored;
    std::vector<fs::path> hierarchies{top};
    for (const auto& entry : fs::directory_iterator(top, ignored))
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
            hierarchies.push_back(entry.path());
    bool gone = true;
    for (const auto& hierarchy : hierarchies) {
        const fs::path path = hierarchy / fs::path(group).relative_path();
        gone = removeTree(path) && gone;
        rmdir(path.parent_path().c_str()); // refused while other nodes are in it
    }
    return gone;
}

} // namespace slipway::vmdriver
