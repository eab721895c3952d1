#pragma once

#include "ui/editor/kind_resolver.h"
#include "ui/editor/yaml_document.h"

#include <QString>
#include <string>
#include <vector>

namespace slipway::ui {

enum class ApplyAction { create, update, unchanged, failed };

/// One document on its way into the cluster.
struct ApplyItem {
    YamlDocument document;
    client::ResourceRef resource;
    QString kind, name, ns;
    ApplyAction action = ApplyAction::failed;
    bool applied = false;
    QString message;       ///< why it failed, in the server's words
    int line = 0;          ///< the line of the file the message is about; 0: none
    QString before, after; ///< the object as YAML before and after, by the server's dry run
};

/// How an existing object gets a new state.
enum class ApplyMode {
    merge,  ///< as kubectl apply: what others added stays
    replace ///< exactly what is written: to bring back an earlier state
};

/// Puts objects into a cluster as kubectl apply does: created when absent, else patched three ways with what was
/// applied last time. One request per object, so nothing is half-applied within one. Needs no window; calls block;
/// one thread at a time.
class Applier {
public:
    /// @p defaultNamespace is for objects that name none.
    Applier(std::shared_ptr<const client::Client> client, std::string defaultNamespace,
            ApplyMode mode = ApplyMode::merge);

    /// Finds out what would happen to every document, by asking the server with a dry run.
    std::vector<ApplyItem> plan(std::vector<YamlDocument> documents);
    /// Does it for one item; sets applied, or action and message.
    void apply(ApplyItem& item);
    /// Replaces an existing object, on condition that it has not changed since (its resourceVersion).
    /// Errors: conflict among those of every update.
    client::Result<api::Json> replace(const YamlDocument& document, bool dryRun);

private:
    bool identify(ApplyItem& item);
    void rehearse(ApplyItem& item, const std::vector<ApplyItem>& earlier);
    client::Result<api::Json> send(ApplyItem& item, bool dryRun, api::Json& live);
    client::Request changeOf(const ApplyItem& item, const api::JsonObject& live, bool dryRun) const;

    std::shared_ptr<const client::Client> client_;
    std::string defaultNamespace_;
    ApplyMode mode_;
    KindResolver resolver_;
};

/// The line of a document that a server's refusal is about, from its causes or its message; the document's first line
/// when it names no field.
int lineOfError(const YamlDocument& document, const client::Error& error);

} // namespace slipway::ui
