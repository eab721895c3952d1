#pragma once

#include "cluster/client/client.h"

#include <QString>
#include <QStringList>
#include <map>
#include <memory>
#include <mutex>

namespace slipway::ui {

/// One schema of an OpenAPI v3 document, with its references followed. A plain value; null when there is none.
class Schema {
public:
    Schema() = default;
    Schema(std::shared_ptr<const api::Json> document, const api::Json* node);

    explicit operator bool() const { return node_ != nullptr; }
    QString type() const;        ///< "object", "array", "string", "integer", "boolean", "number"; empty: not said
    QString description() const; ///< of the property where it stands, or of what it refers to
    QStringList properties() const;
    QStringList required() const;
    QStringList enumeration() const;
    Schema property(std::string_view name) const;
    Schema items() const;
    Schema additional() const; ///< the values of a map
    bool takesAnyMember() const;
    bool isIntOrString() const;

private:
    const api::JsonObject* object() const;

    std::shared_ptr<const api::Json> document_;
    const api::Json *node_ = nullptr, *outer_ = nullptr; ///< outer_: what referred to it, with its own description
};

/// The schemas of a cluster's kinds, custom ones included, from its OpenAPI v3. Thread-safe.
class SchemaCatalog {
public:
    explicit SchemaCatalog(std::shared_ptr<const client::Client> client) : client_(std::move(client)) {}

    /// Fetches the document of a group version ("apps/v1") unless it is known. Blocks.
    void load(const std::string& apiVersion);
    /// The schema of a kind whose document is loaded; null otherwise.
    Schema find(const std::string& apiVersion, const std::string& kind) const;
    bool isLoaded(const std::string& apiVersion) const;
    /// The kinds of a loaded document.
    QStringList kinds(const std::string& apiVersion) const;

private:
    std::shared_ptr<const client::Client> client_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const api::Json>> documents_; ///< null: there is none
};

} // namespace slipway::ui
