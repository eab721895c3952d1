#include "cluster/api/openapi_schema.h"

#include <algorithm>
#include <cctype>
#include <format>
#include <map>

/// What kubectl explain and the editor say about kinds and common members; our own words.
namespace slipway::api {
namespace {

const std::map<std::string_view, std::string_view>& typeTexts() {
    static const std::map<std::string_view, std::string_view> texts{
        {"apps.v1.ControllerRevision",
         "A past state of a stateful set or daemon set, kept so that it can be returned to."},
        {"apps.v1.DaemonSet", "Runs one copy of a pod on every node, or on the nodes chosen."},
        {"apps.v1.Deployment",
         "Keeps a number of equal pods running and replaces them step by step when their template changes."},
        {"apps.v1.ReplicaSet", "Keeps a number of equal pods running. Usually made by a Deployment."},
        {"apps.v1.StatefulSet", "Runs pods with lasting names, an order, and storage of their own."},
        {"autoscaling.v1.HorizontalPodAutoscaler",
         "Changes the number of replicas of a workload by its use of the processor."},
        {"autoscaling.v1.Scale", "The number of replicas of a workload, wanted and present."},
        {"autoscaling.v2.HorizontalPodAutoscaler", "Changes the number of replicas of a workload by measured values."},
        {"batch.v1.CronJob", "Starts a Job at the times of a schedule."},
        {"batch.v1.Job", "Runs pods until enough of them have finished successfully."},
        {"coordination.v1.Lease",
         "A named lock held for a time; nodes and controllers show with it that they are alive."},
        {"core.v1.Affinity", "Rules that draw a pod to nodes or to other pods, or keep it away from them."},
        {"core.v1.ConfigMap", "Configuration as keys and values, for pods to read."},
        {"core.v1.Container", "One program of a pod: its image, command, surroundings and limits."},
        {"core.v1.ContainerPort", "A port a container listens on."},
        {"core.v1.Endpoints", "The addresses behind a Service. EndpointSlice is its successor."},
        {"core.v1.EnvVar", "An environment variable of a container."},
        {"core.v1.Event", "Something that happened to an object, for people to read. Kept for a limited time."},
        {"core.v1.LimitRange",
         "Bounds and defaults of what single pods, containers and claims of a namespace may ask for."},
        {"core.v1.Namespace", "A room for names: objects of different namespaces may be called the same."},
        {"core.v1.Node", "A machine that runs pods."},
        {"core.v1.PersistentVolume", "A piece of storage in the cluster that outlives pods."},
        {"core.v1.PersistentVolumeClaim", "A request for storage, bound to a PersistentVolume."},
        {"core.v1.Pod", "Containers that run together on one node and share network and volumes. The smallest thing "
                        "that is deployed."},
        {"core.v1.PodSpec", "What a pod is to run, and where."},
        {"core.v1.PodStatus", "What was last observed of a pod."},
        {"core.v1.PodTemplate", "A stored description from which pods are made."},
        {"core.v1.PodTemplateSpec", "Metadata and spec that made pods are given."},
        {"core.v1.Probe", "A check of a container, repeated."},
        {"core.v1.ReplicationController", "Keeps a number of equal pods running. Deployment is its successor."},
        {"core.v1.ResourceQuota", "Bounds what a whole namespace may use."},
        {"core.v1.ResourceRequirements", "How much of each resource is set aside, and how much may be used at most."},
        {"core.v1.Secret", "Data that is not for every eye: passwords, keys, tokens."},
        {"core.v1.Service", "A lasting address and name in front of a changing set of pods."},
        {"core.v1.ServiceAccount", "An identity that programs in pods have towards the API."},
        {"core.v1.ServicePort", "A port a service is reached at, and the port of the pods behind it."},
        {"core.v1.Taint", "Keeps pods off a node unless they tolerate it."},
        {"core.v1.Toleration", "Lets a pod onto nodes with a matching taint."},
        {"core.v1.Volume", "Files that containers of a pod may mount."},
        {"core.v1.VolumeMount", "Where in a container a volume appears."},
        {"discovery.v1.EndpointSlice", "A part of the addresses behind a Service."},
        {"events.v1.Event", "Something that happened to an object, for people to read. Kept for a limited time."},
        {"meta.v1.LabelSelector", "Chooses objects by their labels; all conditions must hold."},
        {"meta.v1.ObjectMeta", "What every stored object has: name, labels, owners, times."},
        {"meta.v1.Status", "The answer to a request that has no object to return, mostly because it failed."},
        {"networking.v1.Ingress", "Leads HTTP requests from outside to services, by host and path."},
        {"networking.v1.IngressClass", "Names the controller that serves ingresses of this class."},
        {"networking.v1.NetworkPolicy", "Says which traffic pods accept and may send."},
        {"policy.v1.PodDisruptionBudget", "Says how many pods of a set may be taken away at once on purpose."},
        {"rbac.v1.ClusterRole", "A set of permissions, for the whole cluster or to be bound in namespaces."},
        {"rbac.v1.ClusterRoleBinding",
         "Gives the permissions of a ClusterRole to users, groups or service accounts everywhere."},
        {"rbac.v1.Role", "A set of permissions in one namespace."},
        {"rbac.v1.RoleBinding",
         "Gives the permissions of a role to users, groups or service accounts in one namespace."},
        {"scheduling.v1.PriorityClass", "A named importance of pods."},
        {"storage.v1.StorageClass", "A kind of storage that volumes are made of when they are claimed."},
    };
    return texts;
}

const std::map<std::string_view, std::string_view>& fieldTexts() {
    static const std::map<std::string_view, std::string_view> texts{
        {"apiVersion", "Group and version of the form this object is written in."},
        {"kind", "The kind of this object, in CamelCase."},
        {"metadata", "Name, labels and the rest that every object has."},
        {"spec", "What is wanted."},
        {"status", "What was last observed; written by the system."},
        {"name", "The name."},
        {"namespace", "The namespace."},
        {"labels", "Keys and values by which objects are chosen."},
        {"annotations", "Keys and values for tools and people; nothing is chosen by them."},
        {"uid", "Identifies the object for all time; given by the server."},
        {"resourceVersion",
         "Changes with every write; sent back, it guards against overwriting a change of someone else."},
        {"creationTimestamp", "CreationTimestamp is a timestamp: when the object was made."},
        {"deletionTimestamp", "When the object is to be gone; set when its deletion was asked for."},
        {"finalizers", "What must be done before the object may go."},
        {"ownerReferences", "The objects this one belongs to; it is removed with them."},
        {"replicas", "How many pods are wanted or present."},
        {"selector", "Chooses the objects this one is about."},
        {"template", "What the objects made by this one look like."},
        {"containers", "The containers that run together."},
        {"initContainers", "Containers that run to their end, one after another, before the others start."},
        {"image", "The name of the image."},
        {"imagePullPolicy", "When the image is fetched: Always, IfNotPresent or Never."},
        {"command", "The program; without it the image's own."},
        {"args", "The arguments; without them the image's own."},
        {"env", "Environment variables."},
        {"ports", "The ports."},
        {"volumes", "The volumes containers may mount."},
        {"volumeMounts", "Where volumes appear in the container."},
        {"resources", "What is set aside and what may be used at most."},
        {"limits", "The most that may be used."},
        {"requests", "What is set aside."},
        {"restartPolicy", "What happens when a container ends."},
        {"nodeName", "The node it runs on; set by the scheduler."},
        {"nodeSelector", "Labels a node must have."},
        {"tolerations", "The taints that are tolerated."},
        {"affinity", "Rules about nodes and neighbours."},
        {"serviceAccountName", "The service account whose identity is used."},
        {"livenessProbe", "The container is started anew when this check fails."},
        {"readinessProbe", "Services send no traffic while this check fails."},
        {"startupProbe", "The other checks wait until this one has succeeded."},
        {"type", "Which of several forms this is."},
        {"port", "The port."},
        {"protocol", "TCP, UDP or SCTP."},
        {"message", "An explanation for people."},
        {"reason", "One word for programs: why."},
        {"conditions", "The conditions the object is in."},
        {"data", "Keys and values."},
        {"immutable", "If true, the data can no longer be changed."},
    };
    return texts;
}

/// "terminationGracePeriodSeconds" as "Termination grace period seconds."
std::string spelledOut(std::string_view name) {
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        const bool starts = std::isupper(c) && i > 0 &&
                            (std::islower(static_cast<unsigned char>(name[i - 1])) ||
                             (i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1]))));
        const bool word = i + 1 < name.size() &&
                          std::isupper(static_cast<unsigned char>(name[i + 1])); // an abbreviation stays as it is
        if (starts)
            text += ' ';
        text += static_cast<char>(i == 0 ? std::toupper(c) : starts && !word ? std::tolower(c) : c);
    }
    return text + ".";
}

/// The sentence about something, or nothing.
std::string_view sentenceOn(std::string_view about) {
    const auto all = descriptions();
    const auto found = std::ranges::lower_bound(all, about, {}, &Description::about);
    return found == all.end() || found->about != about ? std::string_view() : found->sentence;
}

/// What is said of a type, or nothing.
std::string_view sentenceOnType(const Type& type) {
    if (const auto found = typeTexts().find(type.name); found != typeTexts().end())
        return found->second;
    return sentenceOn(type.name);
}

} // namespace

std::string typeDescription(const Type& type) {
    const std::string_view sentence = sentenceOnType(type);
    return sentence.empty() ? spelledOut(type.name.substr(type.name.rfind('.') + 1)) : std::string(sentence);
}

std::string fieldDescription(const Type& owner, const Field& field) {
    if (const auto sentence = sentenceOn(std::format("{}.{}", owner.name, field.name)); !sentence.empty())
        return std::string(sentence);
    if (const auto found = fieldTexts().find(field.name); found != fieldTexts().end())
        return std::string(found->second);
    if (field.type != nullptr)
        if (const auto sentence = sentenceOnType(*field.type); !sentence.empty())
            return std::string(sentence);
    return spelledOut(field.name);
}

} // namespace slipway::api
