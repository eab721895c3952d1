#include "ui/history/past_objects.h"

#include "ui/editor/portable_object.h"
#include "ui/session/session.h"

#include <algorithm>
#include <map>

namespace slipway::ui {
namespace {

using Key = std::pair<QString, QString>;

std::map<Key, QString> yamlByName(const std::vector<api::Json>& list, const client::ResourceRef& resource) {
    std::map<Key, QString> all;
    for (const api::Json& item : list) {
        const api::JsonObject* object = item.if_object();
        if (object == nullptr)
            continue;
        api::JsonObject whole{{"apiVersion", resource.apiVersion()}, {"kind", resource.kind}}; // lists leave these out
        for (const auto& [name, value] : *object)
            whole[name] = value;
        all[{text(api::stringAt(whole, {"metadata", "namespace"})), text(api::stringAt(whole, {"metadata", "name"}))}] =
            text(portableYaml(whole));
    }
    return all;
}

} // namespace

std::vector<PastObject> pairWithPast(const std::vector<api::Json>& then, const std::vector<api::Json>& now,
                                     const client::ResourceRef& resource) {
    std::map<Key, QString> before = yamlByName(then, resource);
    std::vector<PastObject> all;
    for (const auto& [key, yaml] : yamlByName(now, resource)) {
        PastObject object{PastObject::State::later, key.first, key.second, {}, yaml};
        if (const auto found = before.find(key); found != before.end()) {
            object.then = found->second;
            object.state = object.then == yaml ? PastObject::State::same : PastObject::State::changed;
            before.erase(found);
        }
        all.push_back(std::move(object));
    }
    for (const auto& [key, yaml] : before)
        all.push_back({PastObject::State::gone, key.first, key.second, yaml, {}});
    std::ranges::stable_sort(all, {}, &PastObject::state);
    return all;
}

client::Result<PastList> readPast(const client::Client& client, const client::ResourceRef& resource,
                                  std::int64_t revision) {
    auto now = client.listAll(resource, {});
    if (!now)
        return std::unexpected(now.error());
    PastList past;
    past.newest = text(now->resourceVersion).toLongLong();
    if (revision <= 0 || revision >= past.newest) {
        past.objects = pairWithPast(now->items, now->items, resource);
        return past;
    }
    client::ListOptions options;
    options.resourceVersion = std::to_string(revision);
    options.resourceVersionMatch = "Exact";
    auto then = client.list(resource, {}, options);
    if (!then)
        return std::unexpected(then.error());
    past.objects = pairWithPast(then->items, now->items, resource);
    return past;
}

} // namespace slipway::ui
