#include "cluster/controllers/endpoint_slice/slice_plan.h"

#include <algorithm>
#include <map>

namespace slipway::controllers {

using api::discovery_v1::Endpoint;
using api::discovery_v1::EndpointPort;
using api::discovery_v1::EndpointSlice;

namespace {

/// What an endpoint is known by from one state to the next.
std::string identityOf(const Endpoint& endpoint) {
    const std::string address = endpoint.addresses.empty() ? "" : endpoint.addresses.front();
    return address + "/" + (endpoint.targetRef ? endpoint.targetRef->uid : "");
}

/// A slice that is there, as it is to become.
struct Draft {
    SlicePtr before;
    EndpointSlice slice;

    bool changed() const {
        return slice.endpoints != before->endpoints || slice.metadata.labels != before->metadata.labels ||
               slice.metadata.annotations != before->metadata.annotations ||
               slice.metadata.ownerReferences != before->metadata.ownerReferences;
    }
    std::size_t room(std::size_t perSlice) const { return perSlice - std::min(perSlice, slice.endpoints.size()); }
};

/// Plans the slices of one group.
class GroupPlanner {
public:
    GroupPlanner(const EndpointSlice& base, EndpointGroup group, std::size_t perSlice)
        : base_(base), group_(std::move(group)), perSlice_(perSlice) {
        for (Endpoint& endpoint : group_.endpoints)
            wanted_.try_emplace(identityOf(endpoint), &endpoint);
    }

    bool owns(const EndpointSlice& slice) const {
        return slice.addressType == group_.addressType && slice.ports == group_.ports;
    }

    void keep(const SlicePtr& present) {
        Draft draft{present, *present};
        draft.slice.metadata.labels = base_.metadata.labels;
        draft.slice.metadata.annotations = base_.metadata.annotations;
        draft.slice.metadata.ownerReferences = base_.metadata.ownerReferences;
        draft.slice.endpoints.clear();
        for (const Endpoint& endpoint : present->endpoints)
            if (const auto found = wanted_.find(identityOf(endpoint)); found != wanted_.end()) {
                draft.slice.endpoints.push_back(std::move(*found->second));
                wanted_.erase(found);
            }
        drafts_.push_back(std::move(draft));
    }

    void finish(SlicePlan& plan) {
        fill(true);
        fill(false);
        for (Draft& draft : drafts_) {
            if (draft.slice.endpoints.empty())
                plan.remove.push_back(draft.before);
            else if (draft.changed())
                plan.update.push_back(std::move(draft.slice));
        }
        addNew(plan);
    }

private:
    /// Endpoints that have no slice yet, in the order they were given.
    std::vector<Endpoint*> homeless() {
        std::vector<Endpoint*> list;
        for (Endpoint& endpoint : group_.endpoints)
            if (!endpoint.addresses.empty())
                if (const auto found = wanted_.find(identityOf(endpoint));
                    found != wanted_.end() && found->second == &endpoint)
                    list.push_back(&endpoint);
        return list;
    }

    void place(Endpoint& endpoint, EndpointSlice& slice) {
        wanted_.erase(identityOf(endpoint));
        slice.endpoints.push_back(std::move(endpoint));
    }

    /// Slices that change anyway take all they can; another one is touched only when it can take all that is left.
    void fill(bool changing) {
        for (Draft& draft : drafts_) {
            const auto waiting = homeless();
            const std::size_t room = draft.room(perSlice_);
            if (waiting.empty() || draft.changed() != changing || (!changing && room < waiting.size()))
                continue;
            for (std::size_t i = 0; i < std::min(room, waiting.size()); ++i)
                place(*waiting[i], draft.slice);
        }
    }

    void addNew(SlicePlan& plan) {
        const auto waiting = homeless();
        for (std::size_t i = 0; i < waiting.size(); ++i) {
            if (i % perSlice_ == 0) {
                plan.create.push_back(base_);
                plan.create.back().addressType = group_.addressType;
                plan.create.back().ports = group_.ports;
            }
            place(*waiting[i], plan.create.back());
        }
    }

    const EndpointSlice& base_;
    EndpointGroup group_;
    const std::size_t perSlice_;
    std::map<std::string, Endpoint*> wanted_; ///< those without a slice, by identity
    std::vector<Draft> drafts_;
};

} // namespace

EndpointGroup& groupOf(std::vector<EndpointGroup>& groups, const std::string& addressType,
                       const std::vector<EndpointPort>& ports) {
    for (EndpointGroup& group : groups)
        if (group.addressType == addressType && group.ports == ports)
            return group;
    return groups.emplace_back(EndpointGroup{addressType, ports, {}});
}

namespace {

/// One empty slice, which tells that there are no endpoints.
SlicePlan planPlaceholder(EndpointSlice wanted, std::vector<SlicePtr> present) {
    SlicePlan plan;
    const auto same = std::ranges::find_if(present, [&](const SlicePtr& slice) {
        return slice->addressType == wanted.addressType && slice->endpoints.empty() && slice->ports.empty();
    });
    if (same == present.end()) {
        plan.create.push_back(std::move(wanted));
    } else {
        if ((*same)->metadata.labels != wanted.metadata.labels) {
            plan.update.push_back(**same);
            plan.update.back().metadata.labels = wanted.metadata.labels;
        }
        present.erase(same);
    }
    plan.remove = std::move(present);
    return plan;
}

} // namespace

SlicePlan planSlices(const EndpointSlice& base, std::vector<EndpointGroup> groups, const std::vector<SlicePtr>& present,
                     std::size_t perSlice) {
    std::erase_if(groups, [](const EndpointGroup& group) { return group.endpoints.empty(); });
    if (groups.empty() && !base.addressType.empty())
        return planPlaceholder(base, present);
    SlicePlan plan;
    std::vector<SlicePtr> left = present;
    for (EndpointGroup& group : groups) {
        GroupPlanner planner(base, std::move(group), perSlice);
        std::erase_if(left, [&](const SlicePtr& slice) {
            if (!planner.owns(*slice))
                return false;
            planner.keep(slice);
            return true;
        });
        planner.finish(plan);
    }
    plan.remove.insert(plan.remove.end(), left.begin(), left.end());
    return plan;
}

} // namespace slipway::controllers
