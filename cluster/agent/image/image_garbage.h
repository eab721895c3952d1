#pragma once

#include "cluster/agent/runtime/runtime.h"

#include <set>

namespace slipway::agent {

/// Which images nobody uses any more. Remembers when each was first seen and last used. For one thread at a time.
class ImageGarbage {
public:
    /// Takes note of what is here and what containers use (image ids, names or digests).
    void note(const std::vector<ImageInfo>& images, const std::set<std::string>& used, WallTime now);

    /// Images to remove, those unused for longest first, until @p bytes would be freed. Pinned images stay, those that
    /// came within the last two minutes, and those that no registry has: they could not be fetched again.
    std::vector<ImageInfo> toRemove(std::uint64_t bytes, WallTime now) const;

private:
    struct Known {
        ImageInfo image;
        WallTime firstSeen, lastUsed;
        bool used = false;
    };
    std::map<std::string, Known> known_; ///< by id
};

} // namespace slipway::agent
