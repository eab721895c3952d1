#pragma once

#include "cluster/api/codec.h"
#include "cluster/client/transport.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::client {

/// A resource as a client names it.
struct ResourceRef {
    std::string group, version, resource, kind;
    bool namespaced = true;

    /// "/api/v1/namespaces/default/pods/web-1/status"; empty parts are left out.
    std::string path(std::string_view ns = {}, std::string_view name = {}, std::string_view subresource = {}) const;
    std::string apiVersion() const { return group.empty() ? version : group + "/" + version; }
};

/// The reference of a generated struct: resourceOf<core_v1::Pod>().
template <class T> ResourceRef resourceOf() {
    using R = api::ResourceOf<T>;
    return {std::string(R::group), std::string(R::version), std::string(R::resource), std::string(R::kind),
            R::namespaced};
}

struct ListOptions {
    std::string labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, continueToken;
    int limit = 0;
    bool metadataOnly = false; ///< the items are PartialObjectMetadata
};

/// The Accept header that asks for metadata alone.
inline constexpr char partialMetadata[] = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,"
                                          "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

struct List {
    std::vector<api::Json> items;
    std::string resourceVersion, continueToken;
};

enum class PatchKind { json, merge, strategicMerge, apply };

struct PatchOptions {
    std::string fieldManager;
    bool force = false, dryRun = false;
    std::string subresource;
};

struct DeleteOptions {
    std::optional<int> gracePeriodSeconds;
    std::string propagationPolicy;    ///< "", "Background", "Foreground", "Orphan"
    std::string uid, resourceVersion; ///< preconditions; empty: none
};

/// Requests for one API server, untyped and typed. Thread-safe; calls block.
class Client {
public:
    explicit Client(std::shared_ptr<Transport> transport);

    Transport& transport() const { return *transport_; }

    Result<api::Json> get(const ResourceRef& resource, std::string_view ns, std::string_view name) const;
    /// One page; every page with listAll.
    Result<List> list(const ResourceRef& resource, std::string_view ns, const ListOptions& options = {}) const;
    Result<List> listAll(const ResourceRef& resource, std::string_view ns, ListOptions options = {}) const;
    Result<api::Json> create(const ResourceRef& resource, std::string_view ns, const api::JsonObject& object,
                             std::string_view subresource = {}, std::string_view name = {}) const;
    Result<api::Json> update(const ResourceRef& resource, std::string_view ns, std::string_view name,
                             const api::JsonObject& object, std::string_view subresource = {}) const;
    Result<api::Json> patch(const ResourceRef& resource, std::string_view ns, std::string_view name, PatchKind kind,
                            const api::Json& patch, const PatchOptions& options = {}) const;
    Result<void> remove(const ResourceRef& resource, std::string_view ns, std::string_view name,
                        const DeleteOptions& options = {}) const;
    /// Any GET that answers JSON: discovery, OpenAPI, subresources. @p accept empty: application/json.
    Result<api::Json> getJson(std::string target, std::string accept = {}) const;

    template <class T> Result<T> get(std::string_view ns, std::string_view name) const {
        return decode<T>(get(resourceOf<T>(), ns, name));
    }
    template <class T> Result<T> create(std::string_view ns, const T& object) const {
        return decode<T>(create(resourceOf<T>(), ns, api::toJson(object)));
    }
    /// Replaces the object; metadata.resourceVersion makes it conditional.
    template <class T> Result<T> update(const T& object, std::string_view subresource = {}) const {
        return decode<T>(update(resourceOf<T>(), object.metadata.namespace_, object.metadata.name, api::toJson(object),
                                subresource));
    }
    template <class T> Result<T> updateStatus(const T& object) const { return update(object, "status"); }

private:
    template <class T> static Result<T> decode(Result<api::Json> answer) {
        if (!answer)
            return std::unexpected(std::move(answer.error()));
        auto object = api::fromJson<T>(*answer);
        if (!object)
            return std::unexpected(Error{Errc::decode, 0, "", object.error().path + ": " + object.error().message, {}});
        return std::move(*object);
    }

    std::shared_ptr<Transport> transport_;
};

/// Percent-encodes a query value or path segment.
std::string percentEncode(std::string_view text);

/// The Error that an HTTP answer other than 2xx means.
Error errorFromResponse(const Response& response);

} // namespace slipway::client
