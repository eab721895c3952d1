#include "cluster/controllers/attach_detach/attach_plan.h"

#include <algorithm>
#include <array>
#include <format>
#include <openssl/sha.h>

namespace slipway::controllers {

namespace {

constexpr std::string_view namePrefix = "csi-";

} // namespace

AttachPlan planAttachments(const std::set<std::string>& wanted, const std::set<std::string>& attached,
                           const std::set<std::string>& mounted, bool shared) {
    AttachPlan plan;
    for (const std::string& node : attached)
        if (!wanted.contains(node) && !mounted.contains(node))
            plan.detach.push_back(node);
    bool taken = !attached.empty();
    for (const std::string& node : wanted) {
        if (attached.contains(node))
            continue;
        (taken && !shared ? plan.mustWait : plan.attach).push_back(node);
        taken = true;
    }
    return plan;
}

bool mayBeShared(const std::vector<std::string>& accessModes) {
    return accessModes.empty() || std::ranges::any_of(accessModes, [](const std::string& mode) {
               return mode == "ReadWriteMany" || mode == "ReadOnlyMany";
           });
}

std::string attachmentName(std::string_view handle, std::string_view driver, std::string_view node) {
    const std::string what = std::format("{}{}{}", handle, driver, node);
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(what.data()), what.size(), digest.data());
    std::string name(namePrefix);
    for (const unsigned char byte : digest)
        name += std::format("{:02x}", byte);
    return name;
}

bool isAttachmentName(std::string_view name) {
    return name.starts_with(namePrefix) && name.size() == namePrefix.size() + 2 * SHA256_DIGEST_LENGTH;
}

} // namespace slipway::controllers
