#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Empties a namespace that is being deleted, then lets it go (removes the finalizer "kubernetes").
class NamespaceController {
public:
    NamespaceController(Informers& informers, std::shared_ptr<const client::Client> client);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<std::size_t> emptyOut(const std::string& ns);

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    Controller controller_;
};

} // namespace slipway::controllers
