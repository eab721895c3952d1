#include "cluster/api/json_arena.h"

#include <vector>

namespace slipway::api {
namespace {

constexpr std::size_t mostSpare = 2; // of a thread: a body, and the object it changes

std::vector<std::unique_ptr<unsigned char[]>>& spareBlocks() {
    static thread_local std::vector<std::unique_ptr<unsigned char[]>> blocks;
    return blocks;
}

std::unique_ptr<unsigned char[]> firstBlock(std::size_t size) {
    auto& spare = spareBlocks();
    if (spare.empty())
        return std::make_unique_for_overwrite<unsigned char[]>(size);
    auto block = std::move(spare.back());
    spare.pop_back();
    return block;
}

} // namespace

JsonArena::JsonArena() : block_(firstBlock(blockSize)), memory_(block_.get(), blockSize) {}

JsonArena::~JsonArena() {
    memory_.release();
    if (auto& spare = spareBlocks(); spare.size() < mostSpare)
        spare.push_back(std::move(block_));
}

} // namespace slipway::api
