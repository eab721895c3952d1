#include "cluster/controllers/workload/object_edit.h"

namespace slipway::controllers {

client::Result<void> editObject(const client::Client& client, const client::ResourceRef& resource, std::string_view ns,
                                std::string_view name, std::string_view uid,
                                const std::function<void(api::JsonObject&)>& change, std::string_view subresource) {
    const auto present = client.get(resource, ns, name);
    if (!present)
        return present.error().kind == client::Errc::notFound ? client::Result<void>()
                                                              : std::unexpected(present.error());
    if (api::stringAt(*present, {"metadata", "uid"}) != uid)
        return {};
    api::JsonObject next = present->get_object();
    change(next);
    if (next == present->get_object())
        return {};
    const auto written = client.update(resource, ns, name, next, subresource);
    if (!written && written.error().kind != client::Errc::notFound)
        return std::unexpected(written.error());
    return {};
}

} // namespace slipway::controllers
