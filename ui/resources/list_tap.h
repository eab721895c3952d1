#pragma once

#include "cluster/client/client.h"

#include <functional>
#include <vector>

namespace slipway::ui {

/// Hands the objects of a list to somebody page by page, as they arrive, and passes the pages on without them: the
/// first rows are there long before the last page, and a list of any length is never in memory as a whole. Watches and
/// everything else pass unchanged. Thread-safe when @p page is.
class ListTap final : public client::Transport {
public:
    /// Called by the thread of the request. @p first: the list begins, or begins anew.
    using Page = std::function<void(const api::JsonArray& objects, bool first)>;

    ListTap(std::shared_ptr<const client::Client> client, Page page)
        : client_(std::move(client)), page_(std::move(page)) {}

    client::Result<client::Response> send(const client::Request& request) override;
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request& request) override;
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request& request,
                                                               const std::vector<std::string>& protocols) override;

private:
    std::shared_ptr<const client::Client> client_;
    Page page_;
};

/// Shows every object of a list to @p see, holding no more than a page of them at a time. Blocks.
client::Result<void> forEachObject(const std::shared_ptr<const client::Client>& client,
                                   const client::ResourceRef& resource, const std::string& ns,
                                   const std::function<void(const api::Json&)>& see);

} // namespace slipway::ui
