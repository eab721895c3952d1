#include "cluster/agent/image/image_garbage.h"

#include <algorithm>

namespace slipway::agent {
namespace {

constexpr std::chrono::minutes leastAge{2};

bool isUsed(const ImageInfo& image, const std::set<std::string>& used) {
    const auto named = [&](const std::string& name) { return used.contains(name); };
    return named(image.id) || std::ranges::any_of(image.tags, named) || std::ranges::any_of(image.digests, named);
}

} // namespace

void ImageGarbage::note(const std::vector<ImageInfo>& images, const std::set<std::string>& used, WallTime now) {
    std::map<std::string, Known> fresh;
    for (const ImageInfo& image : images) {
        Known& known = fresh[image.id];
        const auto before = known_.find(image.id);
        known = before == known_.end() ? Known{image, now, {}, false} : before->second;
        known.image = image;
        known.used = isUsed(image, used);
        if (known.used)
            known.lastUsed = now;
    }
    known_ = std::move(fresh);
}

std::vector<ImageInfo> ImageGarbage::toRemove(std::uint64_t bytes, WallTime now) const {
    std::vector<const Known*> unused;
    for (const auto& [id, known] : known_)
        if (!known.used && !known.image.pinned && !known.image.digests.empty() && now - known.firstSeen >= leastAge)
            unused.push_back(&known);
    std::ranges::stable_sort(unused, {},
                             [](const Known* known) { return std::pair(known->lastUsed, known->firstSeen); });
    std::vector<ImageInfo> result;
    std::uint64_t freed = 0;
    for (const Known* known : unused) {
        if (freed >= bytes)
            break;
        freed += known->image.size;
        result.push_back(known->image);
    }
    return result;
}

} // namespace slipway::agent
