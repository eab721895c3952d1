#include "cluster/controllers/resource_quota/resource_quota.h"

#include "cluster/api/schema.h"
#include "cluster/api/types/core_v1.h"
#include "cluster/base/time.h"
#include "cluster/controllers/controllers.h"
#include "cluster/controllers/resource_quota/quota_names.h"
#include "cluster/controllers/workload/pod_state.h"

#include <algorithm>
#include <set>

namespace slipway::controllers {

using api::Json;
using api::JsonObject;
using api::Quantity;
using api::core_v1::Pod;
using api::core_v1::ResourceQuota;
using client::ResourceRef;

namespace {

constexpr std::chrono::milliseconds gathering{100}, // many objects come and go together
    changing{5000};                                 // a change of a counted object may change what it uses
constexpr std::chrono::seconds resync{300}, again{2}, young{60};

bool isYoung(const api::meta_v1::ObjectMeta& metadata) {
    const auto made = base::parseTime(metadata.creationTimestamp);
    return made && std::chrono::system_clock::now() - *made < young;
}

bool countsAny(const ResourceQuota& quota, const ResourceRef& resource) {
    return quota.spec && std::ranges::any_of(quota.spec->hard, [&](const auto& limit) {
               return !countedBy(limit.first, {resource}).empty();
           });
}

class ResourceQuotaController : public Reconciler {
public:
    explicit ResourceQuotaController(const Context& context)
        : Reconciler(context), kinds_(context.metadata), evaluate_(context.options.quota) {
        watch<ResourceQuota>([this](const auto& before, const auto& after) {
            if (after &&
                (!before || before->spec != after->spec || !after->status || after->status->hard != after->spec->hard))
                enqueue(client::objectKey(after->metadata.namespace_, after->metadata.name));
        });
        // What ends gives back. What begins has been let in by admission, which counts for itself and tells nobody.
        context.metadata.onChange(
            [this](const ResourceRef& resource, const api::meta_v1::ObjectMeta& metadata, bool deleted) {
                if (!metadata.namespace_.empty())
                    recount(resource, metadata.namespace_, deleted || isYoung(metadata) ? gathering : changing);
            });
        watch<Pod>([this](const auto& before, const auto& after) {
            if (before && after && isFinished(*after) && !isFinished(*before))
                replenish(after->metadata.namespace_);
        });
        watch<api::core_v1::Service>([this](const auto& before, const auto& after) {
            if (before && after && before->spec != after->spec)
                replenish(after->metadata.namespace_);
        });
    }

private:
    void recount(const ResourceRef& resource, const std::string& ns, std::chrono::milliseconds after) {
        for (const auto& quota : caches_.of<ResourceQuota>().list(ns))
            if (countsAny(*quota, resource))
                enqueueAfter(client::objectKey(ns, quota->metadata.name), after);
    }

    void replenish(const std::string& ns) {
        for (const auto& quota : caches_.of<ResourceQuota>().list(ns))
            enqueueAfter(client::objectKey(ns, quota->metadata.name), gathering);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto quota = caches_.of<ResourceQuota>().getKey(key);
        if (!quota || !quota->spec || !evaluate_.usage)
            return SyncResult{};
        auto used = usageOf(*quota);
        if (!used)
            return std::unexpected(used.error());
        api::core_v1::ResourceQuotaStatus status;
        status.hard = quota->spec->hard;
        for (const auto& [name, limit] : quota->spec->hard)
            status.used[name] = (*used)[name].print();
        const bool changed = !quota->status || *quota->status != status;
        if (auto written = writeStatusIfChanged(*quota, status); !written)
            return std::unexpected(written.error());
        // An object that admission had counted may not have been in the list yet.
        return SyncResult{changed ? std::chrono::milliseconds(again) : std::chrono::milliseconds(resync)};
    }

    client::Result<QuotaAmounts> usageOf(const ResourceQuota& quota) const {
        const JsonObject json = api::toJson(quota);
        const auto served = kinds_.resources();
        std::map<std::string, ResourceRef> counted;
        for (const auto& [name, limit] : quota.spec->hard)
            for (const ResourceRef& resource : countedBy(name, served))
                counted.emplace(resource.resource + "." + resource.group, resource);
        QuotaAmounts used;
        for (const auto& [name, resource] : counted) {
            const auto listed = client_->listAll(resource, quota.metadata.namespace_);
            if (!listed)
                return std::unexpected(listed.error());
            for (const Json& item : listed->items)
                if (evaluate_.inScope(json, resource, item.get_object()))
                    for (const auto& [counter, amount] : evaluate_.usage(resource, item.get_object()))
                        used[counter] += amount;
        }
        return used;
    }

    const MetadataWatch& kinds_;
    const QuotaEvaluation evaluate_;
};

} // namespace

std::unique_ptr<Reconciler> makeResourceQuotaController(const Context& context) {
    return std::make_unique<ResourceQuotaController>(context);
}

} // namespace slipway::controllers
