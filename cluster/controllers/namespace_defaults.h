#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Sees to it that every namespace has what pods in it rely on: the service account "default" and the config map
/// "kube-root-ca.crt" with the cluster's certificate authority.
class NamespaceDefaultsController {
public:
    /// @p accounts writes service accounts, @p maps config maps.
    NamespaceDefaultsController(Informers& informers, std::shared_ptr<const client::Client> accounts,
                                std::shared_ptr<const client::Client> maps, std::string caPem);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<void> bringServiceAccount(const std::string& ns);
    client::Result<void> bringRootCa(const std::string& ns);

    Informers& informers_;
    const std::shared_ptr<const client::Client> accounts_, maps_;
    const std::string caPem_;
    Controller controller_;
};

} // namespace slipway::controllers
