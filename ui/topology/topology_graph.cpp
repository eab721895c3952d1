#include "ui/topology/topology_graph.h"

#include "cluster/api/selectors.h"
#include "ui/resources/row_readers.h"

#include <algorithm>
#include <set>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

/// Builds the graph piece by piece.
class Builder {
public:
    explicit Builder(const TopologyInput& input) : input_(input) {}

    TopologyGraph build() {
        addNodes();
        for (const auto* list : {&input_.deployments, &input_.statefulSets, &input_.daemonSets, &input_.jobs})
            for (const Json& item : *list)
                addWorkload(item);
        for (const Json& set : input_.replicaSets)
            if (const JsonObject* object = set.if_object())
                ownerOf_[uid(*object)] = controllerUid(*object);
        for (const Json& item : input_.pods)
            addPod(item);
        for (const Json& item : input_.services)
            addService(item);
        for (const Json& item : input_.ingresses)
            addIngress(item);
        layOut();
        return std::move(graph_);
    }

private:
    static std::string uid(const JsonObject& object) { return std::string(api::stringAt(object, {"metadata", "uid"})); }
    static QString nameOf(const JsonObject& object) { return text(api::stringAt(object, {"metadata", "name"})); }
    static QString nsOf(const JsonObject& object) { return text(api::stringAt(object, {"metadata", "namespace"})); }
    static std::string controllerUid(const JsonObject& object) {
        for (const Json& owner : arrayAt(object, {"metadata", "ownerReferences"}))
            if (owner.is_object() && api::boolAt(owner.get_object(), {"controller"}))
                return std::string(api::stringAt(owner, {"uid"}));
        return {};
    }

    int add(TopologyNode node) {
        graph_.nodes.push_back(std::move(node));
        return static_cast<int>(graph_.nodes.size()) - 1;
    }
    void join(int from, int to) {
        if (joined_.insert({from, to}).second)
            graph_.edges.push_back({from, to});
    }

    void addNodes() {
        for (const Json& item : input_.nodes) {
            const Row row = readRow(*findKindView(QStringLiteral("nodes")), item);
            byNodeName_[row.name] =
                add({TopologyNode::node, "Node", {}, row.name, row.cells[0].text, row.cells[0].tone});
        }
    }

    void addWorkload(const Json& item) {
        const JsonObject* object = item.if_object();
        if (object == nullptr)
            return;
        const auto wanted = api::intAt(*object, {"spec", "replicas"})
                                .value_or(api::intAt(*object, {"status", "desiredNumberScheduled"}).value_or(1));
        const auto ready = api::intAt(*object, {"status", "readyReplicas"})
                               .value_or(api::intAt(*object, {"status", "numberReady"})
                                             .value_or(api::intAt(*object, {"status", "succeeded"}).value_or(0)));
        const std::string kind(api::stringAt(*object, {"kind"}));
        byUid_[uid(*object)] =
            add({TopologyNode::workload, kind, nsOf(*object), nameOf(*object),
                 QStringLiteral("%1/%2").arg(ready).arg(wanted), ready >= wanted ? Tone::ok : Tone::waiting});
    }

    void addPod(const Json& item) {
        const JsonObject* object = item.if_object();
        if (object == nullptr)
            return;
        const PodSummary summary = summarizePod(*object);
        const int at = add({TopologyNode::pod, "Pod", nsOf(*object), nameOf(*object), summary.status, summary.tone});
        pods_.push_back({object, at});
        std::string owner = controllerUid(*object);
        if (const auto up = ownerOf_.find(owner); up != ownerOf_.end() && !byUid_.contains(owner))
            owner = up->second;
        if (const auto found = byUid_.find(owner); found != byUid_.end()) {
            join(found->second, at);
            workloadOf_[at] = found->second;
        }
        if (const auto node = byNodeName_.find(text(api::stringAt(*object, {"spec", "nodeName"})));
            node != byNodeName_.end())
            join(at, node->second);
    }

    void addService(const Json& item) {
        const JsonObject* object = item.if_object();
        if (object == nullptr)
            return;
        const QString ns = nsOf(*object);
        const int at = add({TopologyNode::service, "Service", ns, nameOf(*object),
                            text(api::stringAt(*object, {"spec", "type"})), Tone::plain});
        services_[{ns, nameOf(*object)}] = at;
        const Json* selector = api::find(*object, {"spec", "selector"});
        if (selector == nullptr || !selector->is_object() || selector->get_object().empty())
            return;
        const auto matcher =
            api::LabelMatcher::parse(api::formatSelector(JsonObject{{"matchLabels", selector->get_object()}}));
        bool found = false;
        for (const auto& [pod, place] : pods_)
            if (matcher && nsOf(*pod) == ns && matcher->matches(*pod)) {
                const auto workload = workloadOf_.find(place);
                join(at, workload == workloadOf_.end() ? place : workload->second);
                found = true;
            }
        if (!found)
            graph_.nodes[static_cast<std::size_t>(at)].tone = Tone::waiting; // it leads nowhere
    }

    void addIngress(const Json& item) {
        const JsonObject* object = item.if_object();
        if (object == nullptr)
            return;
        const QString ns = nsOf(*object);
        const int at = add({TopologyNode::ingress, "Ingress", ns, nameOf(*object), {}, Tone::plain});
        const auto lead = [&](std::string_view service) {
            if (const auto found = services_.find({ns, text(service)}); found != services_.end())
                join(at, found->second);
            else if (!service.empty())
                graph_.nodes[static_cast<std::size_t>(at)].tone = Tone::bad;
        };
        lead(api::stringAt(*object, {"spec", "defaultBackend", "service", "name"}));
        for (const Json& rule : arrayAt(*object, {"spec", "rules"}))
            if (const Json* http = api::find(rule, {"http"}); http != nullptr && http->is_object())
                for (const Json& path : arrayAt(http->get_object(), {"paths"}))
                    lead(api::stringAt(path, {"backend", "service", "name"}));
    }

    /// Each column in the order of the middle of what it is joined with, from left to right and back, some times.
    void layOut() {
        std::array<std::vector<int>, 5> columns;
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            columns[graph_.nodes[i].column].push_back(static_cast<int>(i));
        const auto place = [this](std::vector<int>& column) {
            for (std::size_t i = 0; i < column.size(); ++i)
                at(column[i]).y = static_cast<double>(i);
        };
        for (auto& column : columns) {
            std::ranges::stable_sort(column, [this](int a, int b) {
                return std::pair(at(a).ns, at(a).name) < std::pair(at(b).ns, at(b).name);
            });
            place(column);
        }
        std::vector<std::vector<int>> neighbours(graph_.nodes.size());
        for (const TopologyEdge& edge : graph_.edges) {
            neighbours[static_cast<std::size_t>(edge.from)].push_back(edge.to);
            neighbours[static_cast<std::size_t>(edge.to)].push_back(edge.from);
        }
        for (int round = 0; round < 6; ++round)
            for (int step = 0; step < 5; ++step) {
                auto& column = columns[static_cast<std::size_t>(round % 2 == 0 ? step : 4 - step)];
                std::map<int, double> middle;
                for (const int each : column) {
                    double sum = 0;
                    const auto& all = neighbours[static_cast<std::size_t>(each)];
                    for (const int other : all)
                        sum += at(other).y / std::max<double>(1, static_cast<double>(columns[at(other).column].size()));
                    middle[each] = all.empty() ? 2 : sum / static_cast<double>(all.size());
                }
                std::ranges::stable_sort(column, {}, [&middle](int each) { return middle[each]; });
                place(column);
            }
    }

    TopologyNode& at(int index) { return graph_.nodes[static_cast<std::size_t>(index)]; }

    const TopologyInput& input_;
    TopologyGraph graph_;
    std::map<QString, int> byNodeName_;
    std::map<std::string, int> byUid_;
    std::map<std::string, std::string> ownerOf_; ///< of ReplicaSets: their Deployment
    std::vector<std::pair<const JsonObject*, int>> pods_;
    std::map<int, int> workloadOf_;
    std::map<std::pair<QString, QString>, int> services_;
    std::set<std::pair<int, int>> joined_;
};

} // namespace

TopologyGraph topologyOf(const TopologyInput& input) {
    return Builder(input).build();
}

client::Result<TopologyInput> readTopology(const client::Client& client, const std::string& ns) {
    TopologyInput input;
    const auto read = [&](const client::ResourceRef& resource, std::vector<Json>& into) -> client::Result<void> {
        auto list = client.listAll(resource, resource.namespaced ? ns : std::string());
        if (!list)
            return std::unexpected(list.error());
        into = std::move(list->items);
        for (Json& item : into) // lists leave the kind out
            if (JsonObject* object = item.if_object())
                (*object)["kind"] = resource.kind;
        return {};
    };
    if (auto pods = read({"", "v1", "pods", "Pod", true}, input.pods); !pods)
        return std::unexpected(pods.error());
    (void)read({"networking.k8s.io", "v1", "ingresses", "Ingress", true},
               input.ingresses); // what is refused is left out
    (void)read({"", "v1", "services", "Service", true}, input.services);
    (void)read({"apps", "v1", "deployments", "Deployment", true}, input.deployments);
    (void)read({"apps", "v1", "statefulsets", "StatefulSet", true}, input.statefulSets);
    (void)read({"apps", "v1", "daemonsets", "DaemonSet", true}, input.daemonSets);
    (void)read({"apps", "v1", "replicasets", "ReplicaSet", true}, input.replicaSets);
    (void)read({"batch", "v1", "jobs", "Job", true}, input.jobs);
    (void)read({"", "v1", "nodes", "Node", false}, input.nodes);
    return input;
}

} // namespace slipway::ui
