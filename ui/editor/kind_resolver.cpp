#include "ui/editor/kind_resolver.h"

#include "cluster/api/schema.h"

namespace slipway::ui {
namespace {

std::pair<std::string, std::string> splitVersion(const std::string& apiVersion) {
    const auto slash = apiVersion.find('/');
    return slash == std::string::npos ? std::pair(std::string(), apiVersion)
                                      : std::pair(apiVersion.substr(0, slash), apiVersion.substr(slash + 1));
}

} // namespace

client::Result<client::ResourceRef> KindResolver::resolve(const std::string& apiVersion, const std::string& kind) {
    const auto [group, version] = splitVersion(apiVersion);
    if (const api::Resource* known = api::findKind(group, version, kind))
        return client::ResourceRef{group, version, std::string(known->name), kind, known->namespaced};
    {
        std::lock_guard lock(mutex_);
        if (const auto found = found_.find({apiVersion, kind}); found != found_.end())
            return found->second;
    }
    auto asked = discover(apiVersion);
    if (!asked && asked.error().kind != client::Errc::notFound)
        return std::unexpected(asked.error());
    std::lock_guard lock(mutex_);
    if (const auto found = found_.find({apiVersion, kind}); found != found_.end())
        return found->second;
    return std::unexpected(client::Error{client::Errc::notFound,
                                         404,
                                         "NotFound",
                                         "no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"",
                                         {}});
}

client::Result<void> KindResolver::discover(const std::string& apiVersion) {
    const auto [group, version] = splitVersion(apiVersion);
    auto answer = client_->getJson((group.empty() ? "/api/" : "/apis/") + apiVersion);
    if (!answer)
        return std::unexpected(answer.error());
    const api::Json* resources = api::find(*answer, {"resources"});
    if (resources == nullptr || !resources->is_array())
        return {};
    std::lock_guard lock(mutex_);
    for (const api::Json& resource : resources->get_array()) {
        const auto* object = resource.if_object();
        const std::string name(api::stringAt(resource, {"name"}));
        if (object == nullptr || name.contains('/'))
            continue; // a subresource
        const std::string kind(api::stringAt(resource, {"kind"}));
        found_[{apiVersion, kind}] = {group, version, name, kind, api::boolAt(*object, {"namespaced"})};
    }
    return {};
}

} // namespace slipway::ui
