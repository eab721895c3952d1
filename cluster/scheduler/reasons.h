#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slipway::scheduler {

/// Why a node cannot take a pod, in Kubernetes' words. The texts live as long as the cycle and the snapshot they come
/// from: for thousands of nodes nothing is copied.
using Reasons = std::vector<std::string_view>;

/// How many nodes gave each reason.
class ReasonCounts {
public:
    void add(std::string_view reason) {
        if (last_ == nullptr || reason.data() != text_.data()) {
            last_ = &counts_[reason];
            text_ = reason;
        }
        ++*last_;
    }
    const std::unordered_map<std::string_view, int>& all() const { return counts_; }

private:
    std::unordered_map<std::string_view, int> counts_;
    std::string_view text_;
    int* last_ = nullptr;
};

} // namespace slipway::scheduler
