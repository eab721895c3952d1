#include "ui/resources/list_tap.h"

#include "cluster/api/json.h"

namespace slipway::ui {

client::Result<client::Response> ListTap::send(const client::Request& request) {
    auto answer = client_->transport().send(request);
    if (!answer || answer->code != 200)
        return answer;
    auto body = api::parseJson(answer->body);
    api::JsonObject* list = body ? body->if_object() : nullptr;
    api::Json* items = list == nullptr ? nullptr : list->if_contains("items");
    if (items == nullptr || !items->is_array())
        return answer;
    answer->body = {}; // the text is not needed beside its objects
    page_(items->get_array(), !request.target.contains("continue="));
    *items = api::JsonArray();
    answer->body = api::printJson(*body);
    return answer;
}

client::Result<std::unique_ptr<client::Stream>> ListTap::open(const client::Request& request) {
    return client_->transport().open(request);
}

client::Result<std::unique_ptr<client::WebSocket>> ListTap::connect(const client::Request& request,
                                                                    const std::vector<std::string>& protocols) {
    return client_->transport().connect(request, protocols);
}

client::Result<void> forEachObject(const std::shared_ptr<const client::Client>& client,
                                   const client::ResourceRef& resource, const std::string& ns,
                                   const std::function<void(const api::Json&)>& see) {
    const client::Client tapped(std::make_shared<ListTap>(client, [&see](const api::JsonArray& page, bool) {
        for (const api::Json& object : page)
            see(object);
    }));
    const auto list = tapped.listAll(resource, ns);
    if (!list)
        return std::unexpected(list.error());
    return {};
}

} // namespace slipway::ui
