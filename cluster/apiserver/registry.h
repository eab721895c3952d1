#pragma once

#include "cluster/api/apply/managed_fields.h"
#include "cluster/api/decode.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/admission.h"
#include "cluster/apiserver/request.h"
#include "cluster/apiserver/watch_cache.h"
#include "cluster/store/store.h"

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slipway::apiserver {

/// Who writes, and how.
struct WriteContext {
    const User& user;
    bool dryRun = false;
    api::FieldValidation validation = api::FieldValidation::warn;
    std::vector<std::string> warnings = {}; ///< grows while the request is worked on
    std::string fieldManager = {};          ///< whose fields are written; empty: nobody's are recorded
    api::StrictFindings findings = {};      ///< what the body was found to have twice
    std::string_view body = {};             ///< as it was sent, for the order of findings
    /// Who owns what after an apply; set by the change that applies.
    std::optional<api::apply::Entries> applied = {};
    std::map<std::string, std::string>* annotations = nullptr; ///< of the audit event; null: there is none
};

/// DeleteOptions, read.
struct Deletion {
    std::optional<long long> gracePeriodSeconds;
    std::string propagationPolicy, uid, resourceVersion;
};

template <class T> using Outcome = std::expected<T, api::Status>;

/// Creates, changes and deletes objects: structure, defaults, admission, validation, commit. Thread-safe.
class Registry {
public:
    Registry(store::Store& store, WatchCache& cache, Admission& admission);

    Outcome<CachedObject> get(const api::Resource& resource, std::string_view ns, std::string_view name) const;

    /// @p object as the client sent it.
    Outcome<CachedObject> create(const api::Resource& resource, std::string_view ns, api::Json object,
                                 WriteContext& context);

    /// An object that nothing stands in the way of.
    struct Fresh {
        const api::Resource& resource;
        std::string ns;
        api::JsonObject object;
    };
    /// Creates what every cluster has, all or nothing in one commit: structure, defaults and validation, but no
    /// admission.
    Outcome<void> createFresh(std::vector<Fresh> objects, WriteContext& context);

    /// Computes the wanted object from the current one; called again when another write came between.
    using Change = std::function<Outcome<api::JsonObject>(const api::JsonObject& current)>;

    /// Changes an object through its main path or a subresource ("status", "scale" is translated by its caller).
    Outcome<CachedObject> update(const api::Resource& resource, std::string_view ns, std::string_view name,
                                 std::string_view subresource, const Change& change, WriteContext& context);

    /// What a deletion left: the object that goes on until its finalizers or grace period are done, or nothing.
    struct Deleted {
        CachedObject object;
        bool gone = true;
    };
    Outcome<Deleted> remove(const api::Resource& resource, std::string_view ns, std::string_view name,
                            const Deletion& options, WriteContext& context);

    /// Structure check, pruning and defaults, as for every object that comes in. The object is of the resource's own
    /// version; it is stored, and cached, in the version of storage.
    Outcome<api::JsonObject> accept(const api::Resource& resource, api::Json object, WriteContext& context) const;

private:
    /// @p outpaced: another server decided at the same time what only one may; to be tried again.
    Outcome<CachedObject> make(const api::Resource& resource, std::string_view ns, api::JsonObject object,
                               WriteContext& context, bool& outpaced);
    std::optional<api::Status> settle(const api::Resource& resource, WriteContext& context) const;
    /// @p companions are written, or deleted, in the same commit.
    Outcome<CachedObject> put(const api::Resource& resource, const std::string& key, api::JsonObject object,
                              store::Revision expected, const WriteContext& context, bool& outpaced,
                              const Admission::Turn& turn, std::vector<Admission::Companion> companions = {});
    Outcome<Deleted> erase(const api::Resource& resource, const std::string& key, const CachedObject& current,
                           const WriteContext& context, bool& outpaced, const Admission::Turn& turn,
                           std::vector<Admission::Companion> companions = {});
    store::Operation putOperation(const api::Resource& resource, const std::string& key, api::JsonObject object,
                                  store::Revision expected) const;
    store::Operation companionOperation(Admission::Companion companion) const;
    Outcome<CachedObject> tryUpdate(const api::Resource& resource, const std::string& key, const CachedObject& found,
                                    std::string_view subresource, const Change& change, WriteContext& context,
                                    bool& again);

    store::Store& store_;
    WatchCache& cache_;
    Admission& admission_;
    const std::string versionMark_; ///< stands where the resource version goes until the store knows it
};

} // namespace slipway::apiserver
