#include "cluster/scheduler/plugins/device_allocation.h"

#include "cluster/api/cel/device_value.h"
#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <format>
#include <set>
#include <tuple>

namespace slipway::scheduler::plugins {
namespace {

using api::core_v1::NodeSelector;
using api::resource_v1::AllocationResult;
using api::resource_v1::Device;
using api::resource_v1::DeviceAttribute;
using api::resource_v1::DeviceConstraint;
using api::resource_v1::DeviceRequestAllocationResult;
using api::resource_v1::DeviceSelector;
using api::resource_v1::ResourceClaim;
using api::resource_v1::ResourceSlice;

constexpr int mostSteps = 10'000; ///< of one search, so that no claim holds up the other pods

using DeviceId = std::tuple<std::string, std::string, std::string>; ///< driver, pool, name

/// A device that can be used on the node.
struct Candidate {
    DeviceId id;
    const Device* device;
    const NodeSelector* where; ///< of its slice; null: by name, or everywhere
    bool everywhere;
    api::cel::Value value;
};

/// One alternative of a request.
struct Choice {
    std::string request; ///< as the result names it: "gpu", or "gpu/large" of several alternatives
    std::string deviceClass;
    std::vector<std::size_t> suitable; ///< candidates
    std::size_t count = 0;
    bool possible = true, shares = false; ///< shares: with whoever has the device (administrators)
};

struct Request {
    std::string claim, name;
    std::vector<Choice> choices;
};

struct Given {
    std::size_t request, choice, candidate;
};

const DeviceAttribute* attributeOf(const Candidate& candidate, const std::string& qualified) {
    const auto& attributes = candidate.device->attributes;
    if (const auto found = attributes.find(qualified); found != attributes.end())
        return &found->second;
    const std::size_t slash = qualified.find('/');
    if (slash == qualified.npos || qualified.substr(0, slash) != std::get<0>(candidate.id))
        return nullptr;
    const auto found = attributes.find(qualified.substr(slash + 1));
    return found == attributes.end() ? nullptr : &found->second;
}

bool usableOn(const ResourceSlice& slice, const Device& device, const NodeInfo& node) {
    const bool each = slice.spec.perDeviceNodeSelection.value_or(false);
    const std::string& name = each ? device.nodeName : slice.spec.nodeName;
    const auto& selector = each ? device.nodeSelector : slice.spec.nodeSelector;
    return (each ? device.allNodes : slice.spec.allNodes).value_or(false) || (!name.empty() && name == node.name) ||
           (selector && meetsSelector(*selector, node));
}

/// The devices of complete pools, of their newest generation, that can be used on the node.
std::vector<Candidate> candidatesOn(const Devices& devices, const NodeInfo& node) {
    struct Pool {
        std::int64_t generation = -1, wanted = 0;
        std::vector<const ResourceSlice*> slices;
    };
    std::map<std::pair<std::string, std::string>, Pool> pools;
    for (const auto& [name, slice] : devices.slices) {
        const auto& told = slice->spec.pool;
        Pool& pool = pools[{slice->spec.driver, told.name}];
        if (told.generation < pool.generation)
            continue;
        if (told.generation > pool.generation)
            pool = {told.generation, told.resourceSliceCount, {}};
        pool.slices.push_back(slice.get());
    }
    std::vector<Candidate> result;
    for (const auto& [id, pool] : pools) {
        if (std::int64_t(pool.slices.size()) < pool.wanted)
            continue;
        for (const ResourceSlice* slice : pool.slices)
            for (const Device& device : slice->spec.devices) {
                if (!device.consumesCounters.empty() || !usableOn(*slice, device, node))
                    continue;
                const bool each = slice->spec.perDeviceNodeSelection.value_or(false);
                const auto& where = each ? device.nodeSelector : slice->spec.nodeSelector;
                result.push_back({{id.first, id.second, device.name},
                                  &device,
                                  where ? &*where : nullptr,
                                  (each ? device.allNodes : slice->spec.allNodes).value_or(false),
                                  api::cel::deviceValue(id.first, device)});
            }
    }
    return result;
}

/// Selectors, read once and asked for every device.
class Selection {
public:
    explicit Selection(const std::vector<DeviceSelector>& selectors) {
        for (const DeviceSelector& selector : selectors)
            if (selector.cel)
                conditions_.push_back(api::cel::Expression::parse(selector.cel->expression));
    }

    bool suits(const Candidate& candidate) const {
        return std::ranges::all_of(conditions_, [&](const auto& condition) {
            api::cel::Budget budget;
            const auto value = condition ? condition->evaluate({{"device", candidate.value}}, budget)
                                         : std::unexpected(condition.error());
            return value && value->isTrue();
        });
    }

private:
    std::vector<decltype(api::cel::Expression::parse(""))> conditions_;
};

class Allocation {
public:
    Allocation(const Devices& devices, const std::vector<std::string>& claims, const NodeInfo& node)
        : devices_(devices), node_(node), candidates_(candidatesOn(devices, node)) {
        for (const auto& [key, claim] : devices.claims)
            noteTaken(devices.allocationOf(key));
        for (const auto& [key, assumed] : devices.assumed)
            if (!devices.claims.contains(key))
                noteTaken(&assumed.allocation);
        for (const std::string& key : claims)
            addRequests(key, *devices.claims.at(key));
    }

    bool find() { return place(0); }

    AllocationResult resultFor(const std::string& key) const {
        AllocationResult result;
        auto& devices = result.devices.emplace();
        const auto& wish = devices_.claims.at(key)->spec.devices;
        std::vector<const Candidate*> chosen;
        std::set<std::string> classesSeen;
        for (const Given& given : given_) {
            const Request& request = requests_[given.request];
            if (request.claim != key)
                continue;
            const Choice& choice = request.choices[given.choice];
            const Candidate& candidate = candidates_[given.candidate];
            DeviceRequestAllocationResult one;
            one.request = choice.request;
            std::tie(one.driver, one.pool, one.device) = candidate.id;
            if (choice.shares)
                one.adminAccess = true;
            devices.results.push_back(std::move(one));
            chosen.push_back(&candidate);
            if (classesSeen.insert(choice.request).second)
                for (const auto& config : devices_.classes.at(choice.deviceClass)->spec.config)
                    devices.config.push_back({config.opaque, {choice.request}, "FromClass"});
        }
        if (wish)
            for (const auto& config : wish->config)
                devices.config.push_back({config.opaque, config.requests, "FromClaim"});
        result.nodeSelector = selectorFor(chosen);
        return result;
    }

private:
    void noteTaken(const AllocationResult* allocation) {
        if (allocation != nullptr && allocation->devices)
            for (const auto& one : allocation->devices->results)
                if (!one.adminAccess.value_or(false))
                    taken_.emplace(one.driver, one.pool, one.device);
    }

    void addRequests(const std::string& key, const ResourceClaim& claim) {
        if (!claim.spec.devices)
            return;
        for (const auto& wish : claim.spec.devices->requests) {
            Request request{key, wish.name, {}};
            if (wish.exactly)
                request.choices.push_back(choiceOf(*wish.exactly, wish.name));
            if (wish.exactly && wish.exactly->adminAccess.value_or(false))
                request.choices.back().shares = true;
            for (const auto& alternative : wish.firstAvailable)
                request.choices.push_back(choiceOf(alternative, wish.name + "/" + alternative.name));
            requests_.push_back(std::move(request));
        }
        for (const DeviceConstraint& constraint : claim.spec.devices->constraints)
            constraints_.emplace_back(key, &constraint);
    }

    template <class Wish> Choice choiceOf(const Wish& wish, std::string name) const {
        Choice choice{std::move(name), wish.deviceClassName, {}};
        const auto found = devices_.classes.find(wish.deviceClassName);
        choice.possible = found != devices_.classes.end();
        if (!choice.possible)
            return choice;
        const Selection ofClass(found->second->spec.selectors), ofWish(wish.selectors);
        for (std::size_t i = 0; i < candidates_.size(); ++i)
            if (ofClass.suits(candidates_[i]) && ofWish.suits(candidates_[i]))
                choice.suitable.push_back(i);
        const bool all = wish.allocationMode == "All";
        choice.count = all ? choice.suitable.size() : std::size_t(wish.count.value_or(1));
        choice.possible = choice.count > 0 && choice.suitable.size() >= choice.count;
        return choice;
    }

    bool place(std::size_t request) {
        if (request == requests_.size())
            return true;
        const auto& choices = requests_[request].choices;
        for (std::size_t i = 0; i < choices.size(); ++i)
            if (choices[i].possible && pick(request, i, 0, choices[i].count))
                return true;
        return false;
    }

    /// Gives the request @p missing more devices, of those from @p from on, and then what comes after it.
    bool pick(std::size_t request, std::size_t choice, std::size_t from, std::size_t missing) {
        if (missing == 0)
            return place(request + 1);
        const Choice& wish = requests_[request].choices[choice];
        for (std::size_t i = from; i + missing <= wish.suitable.size(); ++i) {
            if (++steps_ > mostSteps)
                return false;
            const Candidate& candidate = candidates_[wish.suitable[i]];
            if ((!wish.shares && taken_.contains(candidate.id)) || !allows(request, choice, candidate))
                continue;
            given_.push_back({request, choice, wish.suitable[i]});
            if (!wish.shares)
                taken_.insert(candidate.id);
            if (pick(request, choice, i + 1, missing - 1))
                return true;
            if (!wish.shares)
                taken_.erase(candidate.id);
            given_.pop_back();
        }
        return false;
    }

    bool concerns(const DeviceConstraint& constraint, std::size_t request, std::size_t choice) const {
        const auto& names = constraint.requests;
        return names.empty() || std::ranges::contains(names, requests_[request].name) ||
               std::ranges::contains(names, requests_[request].choices[choice].request);
    }

    /// Whether the constraints let the device stand beside those chosen before.
    bool allows(std::size_t request, std::size_t choice, const Candidate& candidate) const {
        return std::ranges::all_of(constraints_, [&](const auto& entry) {
            const auto& [claim, constraint] = entry;
            if (claim != requests_[request].claim || !concerns(*constraint, request, choice))
                return true;
            const bool same = !constraint->matchAttribute.empty();
            const std::string& name = same ? constraint->matchAttribute : constraint->distinctAttribute;
            const DeviceAttribute* mine = attributeOf(candidate, name);
            return mine != nullptr && std::ranges::all_of(given_, [&](const Given& other) {
                       if (requests_[other.request].claim != claim ||
                           !concerns(*constraint, other.request, other.choice))
                           return true;
                       return (*attributeOf(candidates_[other.candidate], name) == *mine) == same;
                   });
        });
    }

    /// The nodes on which all of the devices can be used.
    std::optional<NodeSelector> selectorFor(const std::vector<const Candidate*>& chosen) const {
        api::core_v1::NodeSelectorTerm term;
        for (const Candidate* candidate : chosen) {
            if (candidate->everywhere)
                continue;
            if (candidate->where == nullptr || candidate->where->nodeSelectorTerms.size() != 1) {
                term = {.matchExpressions = {},
                        .matchFields = {{.key = "metadata.name", .operator_ = "In", .values = {node_.name}}}};
                break;
            }
            for (const auto& expression : candidate->where->nodeSelectorTerms.front().matchExpressions)
                if (!std::ranges::contains(term.matchExpressions, expression))
                    term.matchExpressions.push_back(expression);
        }
        if (term == api::core_v1::NodeSelectorTerm())
            return std::nullopt;
        NodeSelector selector;
        selector.nodeSelectorTerms.push_back(std::move(term));
        return selector;
    }

    const Devices& devices_;
    const NodeInfo& node_;
    std::vector<Candidate> candidates_;
    std::vector<Request> requests_;
    std::vector<std::pair<std::string, const DeviceConstraint*>> constraints_; ///< with their claims
    std::set<DeviceId> taken_;
    std::vector<Given> given_;
    int steps_ = 0;
};

} // namespace

std::optional<std::map<std::string, AllocationResult>>
allocateDevices(const Devices& devices, const std::vector<std::string>& claims, const NodeInfo& node) {
    Allocation allocation(devices, claims, node);
    if (!allocation.find())
        return std::nullopt;
    std::map<std::string, AllocationResult> results;
    for (const std::string& key : claims)
        results.emplace(key, allocation.resultFor(key));
    return results;
}

} // namespace slipway::scheduler::plugins
