#pragma once

#include "cluster/client/client.h"

namespace slipway::ui {

inline constexpr std::string_view tableAccept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
/// The member of an object that holds its cells of the server's Table.
inline constexpr std::string_view cellsMember = "slipway.dev/cells";

/// Asks for lists and watches as the server's Table (meta.k8s.io/v1) and hands each row's object on with its cells in
/// it, so that whoever lists and watches need not know. What is not a Table passes unchanged. Thread-safe.
class TableTransport final : public client::Transport {
public:
    explicit TableTransport(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}

    client::Result<client::Response> send(const client::Request& request) override;
    client::Result<std::unique_ptr<client::Stream>> open(const client::Request& request) override;
    client::Result<std::unique_ptr<client::WebSocket>> connect(const client::Request& request,
                                                               const std::vector<std::string>& protocols) override;

private:
    std::shared_ptr<const client::Client> client_;
};

/// A Table as the List it was made from: the rows' objects with their cells. Anything else unchanged. Pure.
api::Json listOfTable(api::Json table);
/// The object of a watch event whose object is a Table of one row. Anything else unchanged. Pure.
api::Json objectOfTable(api::Json table);

} // namespace slipway::ui
