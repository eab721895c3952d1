#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// To which nodes a volume is to be attached, as plain functions.
namespace slipway::controllers {

struct AttachPlan {
    std::vector<std::string> attach, detach;
    std::vector<std::string> mustWait; ///< nodes whose pods need the volume while another node has it
};

/// @p wanted: the nodes with pods that use the volume; @p attached: where it is, or is on its way to; @p mounted: the
/// nodes that say that they still use it, which it is not taken from; @p shared: several nodes may have it at once.
AttachPlan planAttachments(const std::set<std::string>& wanted, const std::set<std::string>& attached,
                           const std::set<std::string>& mounted, bool shared);

/// Whether a volume may be attached to several nodes at once. One that does not say is trusted.
bool mayBeShared(const std::vector<std::string>& accessModes);

/// The name of the VolumeAttachment of a CSI volume on a node, which drivers' attachers know it by.
std::string attachmentName(std::string_view handle, std::string_view driver, std::string_view node);
/// Whether a VolumeAttachment has such a name; others belong to somebody else.
bool isAttachmentName(std::string_view name);

} // namespace slipway::controllers
