#include "cluster/apiserver/admission/pod_resources.h"

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;

void add(Amounts& sum, const Amounts& more) {
    for (const auto& [name, amount] : more)
        sum[name] += amount;
}

void atLeast(Amounts& amounts, const Amounts& least) {
    for (const auto& [name, amount] : least) {
        const auto [place, isNew] = amounts.emplace(name, amount);
        if (!isNew && place->second < amount)
            place->second = amount;
    }
}

const JsonObject* objectAtPath(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = api::find(object, path);
    return found == nullptr ? nullptr : found->if_object();
}

} // namespace

Amounts amountsOf(const Json* member) {
    Amounts amounts;
    if (member == nullptr || !member->is_object())
        return amounts;
    for (const auto& [name, value] : member->get_object())
        if (value.is_string())
            if (const auto amount = api::Quantity::parse(api::view(value.get_string())))
                amounts.emplace(name, *amount);
    return amounts;
}

void eachContainer(const JsonObject& podSpec, std::initializer_list<std::string_view> lists,
                   const std::function<void(const JsonObject&, std::string_view)>& visit) {
    for (std::string_view list : lists)
        if (const Json* containers = podSpec.if_contains(list); containers != nullptr && containers->is_array())
            for (const Json& container : containers->get_array())
                if (container.is_object())
                    visit(container.get_object(), list);
}

Amounts podAmounts(const JsonObject& podSpec, std::string_view member) {
    Amounts sum, sidecars, whileInitialising;
    eachContainer(podSpec, {"containers"}, [&](const JsonObject& container, std::string_view) {
        add(sum, amountsOf(api::find(container, {"resources", member})));
    });
    eachContainer(podSpec, {"initContainers"}, [&](const JsonObject& container, std::string_view) {
        const Amounts own = amountsOf(api::find(container, {"resources", member}));
        if (api::stringAt(container, {"restartPolicy"}) == "Always")
            add(sidecars, own);
        Amounts now = sidecars;
        if (api::stringAt(container, {"restartPolicy"}) != "Always")
            add(now, own);
        atLeast(whileInitialising, now);
    });
    add(sum, sidecars);
    atLeast(sum, whileInitialising);
    for (const auto& [name, amount] : amountsOf(api::find(podSpec, {"resources", member})))
        sum[name] = amount;
    for (const auto& [name, amount] : amountsOf(podSpec.if_contains("overhead")))
        if (member == "requests" || sum.contains(name)) // an overhead makes no limit where there was none
            sum[name] += amount;
    return sum;
}

const JsonObject* podSpecOf(const JsonObject& object) {
    if (const JsonObject* spec = objectAtPath(object, {"spec", "jobTemplate", "spec", "template", "spec"}))
        return spec;
    if (const JsonObject* spec = objectAtPath(object, {"spec", "template", "spec"}))
        return spec;
    if (const JsonObject* spec = objectAtPath(object, {"template", "spec"}))
        return spec;
    const JsonObject* spec = objectAtPath(object, {"spec"});
    return spec != nullptr && spec->contains("containers") ? spec : nullptr;
}

const JsonObject* podMetadataOf(const JsonObject& object) {
    if (const JsonObject* metadata = objectAtPath(object, {"spec", "jobTemplate", "spec", "template", "metadata"}))
        return metadata;
    if (objectAtPath(object, {"spec", "template", "spec"}) != nullptr)
        return objectAtPath(object, {"spec", "template", "metadata"});
    if (objectAtPath(object, {"template", "spec"}) != nullptr)
        return objectAtPath(object, {"template", "metadata"});
    return objectAtPath(object, {"metadata"});
}

} // namespace slipway::apiserver::admission
