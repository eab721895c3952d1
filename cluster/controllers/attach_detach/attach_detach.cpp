#include "cluster/controllers/attach_detach/attach_detach.h"

#include "cluster/api/types/storage_v1.h"
#include "cluster/controllers/attach_detach/attach_plan.h"
#include "cluster/controllers/workload/object_edit.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <format>
#include <map>

namespace slipway::controllers {

using api::JsonArray;
using api::JsonObject;
using api::core_v1::Node;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using api::storage_v1::CSIDriver;
using api::storage_v1::VolumeAttachment;
using client::objectKey;

namespace {

using Pods = std::vector<std::shared_ptr<const Pod>>;

/// The name nodes know a CSI volume by.
std::string nodesNameOf(const PersistentVolume& volume) {
    return std::format("kubernetes.io/csi/{}^{}", volume.spec->csi->driver, volume.spec->csi->volumeHandle);
}

bool isOutOfService(const Node& node) {
    return node.spec && std::ranges::any_of(node.spec->taints, [](const auto& taint) {
               return taint.key == "node.kubernetes.io/out-of-service";
           });
}

std::vector<std::string> usedOn(const std::shared_ptr<const Node>& node) {
    return node && node->status ? node->status->volumesInUse : std::vector<std::string>();
}

const std::string& volumeOf(const VolumeAttachment& attachment) {
    return attachment.spec.source.persistentVolumeName;
}

class AttachDetachController : public Reconciler {
public:
    explicit AttachDetachController(const Context& context) : Reconciler(context, 2) {
        auto& attachments = caches_.of<VolumeAttachment>();
        attachments.addIndex("volume", [](const VolumeAttachment& attachment, std::vector<std::string>& keys) {
            keys.push_back(volumeOf(attachment));
        });
        attachments.addIndex("node", [](const VolumeAttachment& attachment, std::vector<std::string>& keys) {
            keys.push_back(attachment.spec.nodeName);
        });
        watch<CSIDriver>([](const auto&, const auto&) {});
        watch<PersistentVolume>();
        watch<VolumeAttachment>([this](const auto& before, const auto& after) {
            enqueue(volumeOf(after ? *after : *before));
            if (after)
                tellOfFailure(before.get(), *after);
        });
        watch<PersistentVolumeClaim>([this](const auto& before, const auto& after) {
            const auto& claim = after ? after : before;
            if (claim->spec && !claim->spec->volumeName.empty())
                enqueue(claim->spec->volumeName);
        });
        watch<Pod>([this](const auto& before, const auto& after) {
            if (!before || !after || before->spec->nodeName != after->spec->nodeName ||
                isFinished(*before) != isFinished(*after))
                podMoved(after ? *after : *before);
        });
        watch<Node>([this](const auto& before, const auto& after) {
            const bool outOfService = after && isOutOfService(*after);
            if (before && (!after || outOfService || usedOn(before) != usedOn(after)))
                for (const auto& attachment : caches_.of<VolumeAttachment>().by("node", before->metadata.name))
                    enqueue(volumeOf(*attachment));
        });
    }

private:
    void podMoved(const Pod& pod) {
        if (pod.spec->nodeName.empty())
            return;
        for (const auto& volume : pod.spec->volumes) {
            if (!volume.persistentVolumeClaim && !volume.ephemeral)
                continue;
            const std::string name = volume.persistentVolumeClaim ? volume.persistentVolumeClaim->claimName
                                                                  : pod.metadata.name + "-" + volume.name;
            if (const auto claim = caches_.of<PersistentVolumeClaim>().get(pod.metadata.namespace_, name);
                claim && claim->spec && !claim->spec->volumeName.empty())
                enqueue(claim->spec->volumeName);
        }
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto volume = caches_.of<PersistentVolume>().getKey(key);
        std::map<std::string, std::string> attached; ///< names by node
        for (const auto& one : caches_.of<VolumeAttachment>().by("volume", key))
            if (isAttachmentName(one->metadata.name) && one->metadata.deletionTimestamp.empty())
                attached[one->spec.nodeName] = one->metadata.name;
        if (!volume || !volume->spec || !volume->spec->csi) {
            for (const auto& [node, name] : attached)
                if (const auto done = remove(name); !done)
                    return std::unexpected(done.error());
            return SyncResult{};
        }
        const auto pods = podsByNode(*volume);
        if (const auto done = carryOut(*volume, pods, attached); !done)
            return std::unexpected(done.error());
        for (const auto& one : caches_.of<VolumeAttachment>().by("volume", key))
            if (one->status && one->status->attached && attached.contains(one->spec.nodeName))
                if (const auto done = noteAttached(*volume, one->spec.nodeName, pods); !done)
                    return std::unexpected(done.error());
        return SyncResult{};
    }

    client::Result<void> carryOut(const PersistentVolume& volume, const std::map<std::string, Pods>& pods,
                                  std::map<std::string, std::string>& attached) {
        std::set<std::string> wanted, present, mounted;
        for (const auto& [node, users] : pods)
            if (attached.contains(node) || needsAttaching(volume))
                wanted.insert(node);
        for (const auto& [node, name] : attached) {
            present.insert(node);
            if (isMounted(volume, node))
                mounted.insert(node);
        }
        const AttachPlan plan = planAttachments(wanted, present, mounted, mayBeShared(volume.spec->accessModes));
        for (const std::string& node : plan.detach) {
            auto done = noteDetached(volume, node);
            if (done)
                done = remove(attached.at(node));
            if (!done)
                return done;
            attached.erase(node);
        }
        for (const std::string& node : plan.attach)
            if (auto done = attach(volume, node); !done)
                return done;
        for (const std::string& node : plan.mustWait)
            tell(pods.at(node), "Warning", "FailedAttachVolume",
                 std::format("Multi-Attach error for volume \"{}\" Volume is already exclusively attached to one node "
                             "and can't be attached to another",
                             volume.metadata.name));
        return {};
    }

    /// The pods that are on a node and use the volume.
    std::map<std::string, Pods> podsByNode(const PersistentVolume& volume) const {
        std::map<std::string, Pods> pods;
        if (!volume.spec->claimRef)
            return pods;
        const auto& claim = *volume.spec->claimRef;
        const auto bound = caches_.of<PersistentVolumeClaim>().get(claim.namespace_, claim.name);
        if (!bound || !bound->spec || bound->spec->volumeName != volume.metadata.name)
            return pods;
        for (const auto& pod : caches_.of<Pod>().by("claim", objectKey(claim.namespace_, claim.name)))
            if (!pod->spec->nodeName.empty() && !isFinished(*pod))
                pods[pod->spec->nodeName].push_back(pod);
        return pods;
    }

    bool needsAttaching(const PersistentVolume& volume) const {
        const auto driver = caches_.of<CSIDriver>().getKey(volume.spec->csi->driver);
        return !driver || driver->spec.attachRequired.value_or(true);
    }

    bool isMounted(const PersistentVolume& volume, const std::string& name) const {
        const auto node = caches_.of<Node>().getKey(name);
        return node && !isOutOfService(*node) && std::ranges::contains(usedOn(node), nodesNameOf(volume));
    }

    client::Result<void> attach(const PersistentVolume& volume, const std::string& node) {
        VolumeAttachment attachment;
        const std::string& driver = volume.spec->csi->driver;
        attachment.metadata.name = attachmentName(volume.spec->csi->volumeHandle, driver, node);
        attachment.spec.attacher = driver;
        attachment.spec.nodeName = node;
        attachment.spec.source.persistentVolumeName = volume.metadata.name;
        const auto made = client_->create("", attachment);
        if (made || made.error().kind == client::Errc::alreadyExists)
            return {};
        return std::unexpected(made.error());
    }

    client::Result<void> remove(const std::string& name) {
        return ignoreGone(client_->remove(client::resourceOf<VolumeAttachment>(), "", name, {}));
    }

    client::Result<void> noteAttached(const PersistentVolume& volume, const std::string& nodeName,
                                      const std::map<std::string, Pods>& pods) {
        bool added = false;
        const auto done = editVolumes(
            nodeName,
            [&](JsonArray& list, auto entry) {
                added = entry == list.end();
                if (added)
                    list.push_back(JsonObject{{"name", nodesNameOf(volume)}, {"devicePath", ""}});
            },
            nodesNameOf(volume));
        if (done && added && pods.contains(nodeName))
            tell(pods.at(nodeName), "Normal", "SuccessfulAttachVolume",
                 std::format("AttachVolume.Attach succeeded for volume \"{}\" ", volume.metadata.name));
        return done;
    }

    client::Result<void> noteDetached(const PersistentVolume& volume, const std::string& nodeName) {
        return editVolumes(
            nodeName,
            [&](JsonArray& list, auto entry) {
                if (entry != list.end())
                    list.erase(entry);
            },
            nodesNameOf(volume));
    }

    /// Changes the list of the volumes attached to a node; @p change gets it and the place of the one named in it.
    template <class Change>
    client::Result<void> editVolumes(const std::string& nodeName, const Change& change, const std::string& volume) {
        const auto node = caches_.of<Node>().getKey(nodeName);
        if (!node)
            return {};
        return editObject(
            *client_, client::resourceOf<Node>(), "", nodeName, node->metadata.uid,
            [&](JsonObject& json) {
                JsonObject& status = api::objectAt(json, {"status"});
                const api::Json* known = status.if_contains("volumesAttached");
                JsonArray list = known != nullptr && known->is_array() ? known->get_array() : JsonArray();
                change(list, std::ranges::find_if(
                                 list, [&](const api::Json& one) { return api::stringAt(one, {"name"}) == volume; }));
                if (list.empty())
                    status.erase("volumesAttached");
                else
                    status["volumesAttached"] = std::move(list);
            },
            "status");
    }

    void tellOfFailure(const VolumeAttachment* before, const VolumeAttachment& after) {
        if (!after.status || !after.status->attachError ||
            (before != nullptr && before->status && before->status->attachError == after.status->attachError))
            return;
        const auto volume = caches_.of<PersistentVolume>().getKey(volumeOf(after));
        if (!volume || !volume->spec || !volume->spec->csi)
            return;
        if (const auto pods = podsByNode(*volume); pods.contains(after.spec.nodeName))
            tell(pods.at(after.spec.nodeName), "Warning", "FailedAttachVolume",
                 std::format("AttachVolume.Attach failed for volume \"{}\" : {}", volume->metadata.name,
                             after.status->attachError->message));
    }

    void tell(const Pods& pods, const char* type, const char* reason, const std::string& message) {
        for (const auto& pod : pods)
            events_.record(client::EventRecorder::referenceTo(*pod), type, reason, message);
    }
};

} // namespace

std::unique_ptr<Reconciler> makeAttachDetachController(const Context& context) {
    return std::make_unique<AttachDetachController>(context);
}

} // namespace slipway::controllers
