#pragma once

#include "cluster/client/reflector.h"
#include "cluster/controllers/runtime.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace slipway::controllers {

/// Deletes objects whose owners are all gone, and carries out foreground and orphan deletion (the finalizers
/// "foregroundDeletion" and "orphan"). Keeps only what it needs of every object: its name and its owners.
class GarbageCollector {
public:
    explicit GarbageCollector(std::shared_ptr<const client::Client> client);
    ~GarbageCollector();
    void start();
    void stop();

private:
    struct Owner {
        std::string uid;
        bool blocks = false;
    };
    struct Node {
        client::ResourceRef resource;
        std::string ns, name;
        std::vector<Owner> owners;
        std::set<std::string> finalizers;
        bool deleting = false;
    };
    class Watcher;

    void observe(const client::ResourceRef& resource, const api::Json& object, bool deleted);
    client::Result<SyncResult> sync(const std::string& uid);
    client::Result<SyncResult> collect(const std::string& uid, const Node& node);
    client::Result<SyncResult> finishForeground(const std::string& uid, const Node& node);
    client::Result<SyncResult> orphanDependents(const std::string& uid, const Node& node);
    client::Result<void> dropFinalizer(const std::string& uid, const Node& node, std::string_view finalizer);
    bool ownerExists(const std::string& uid) const;
    std::vector<std::pair<std::string, Node>> dependentsOf(const std::string& uid) const;

    const std::shared_ptr<const client::Client> client_;
    mutable std::mutex mutex_;
    std::map<std::string, Node> nodes_;                       ///< by uid
    std::map<std::string, std::set<std::string>> dependents_; ///< owner's uid to theirs
    std::vector<std::unique_ptr<Watcher>> watchers_;
    Controller controller_;
};

} // namespace slipway::controllers
