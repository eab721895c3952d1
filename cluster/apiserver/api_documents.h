#pragma once

#include "cluster/apiserver/custom/catalog.h"
#include "cluster/apiserver/request.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace slipway::apiserver {

class ApiServices;

/// Discovery and OpenAPI: each document is printed once and kept until what is served changes. Those of built-in groups
/// never do. Thread-safe.
class ApiDocuments {
public:
    /// @p serverAddress: where clients reach this server, for /api.
    explicit ApiDocuments(std::string serverAddress) : serverAddress_(std::move(serverAddress)) {}

    /// Answers /api, /apis and all below them that is no resource. @p others: the groups of other servers.
    Answer discovery(const Request& request, const RequestInfo& info, const Catalog& catalog,
                     const ApiServices& others);
    /// Answers /openapi/v2 and /openapi/v3.
    Answer openApi(const Request& request, const RequestInfo& info, const Catalog& catalog);

private:
    struct Document {
        std::string text, etag;
    };
    using Shared = std::shared_ptr<const Document>;
    using Print = std::function<std::string()>;

    Shared lasting(const std::string& name, const Print& print);
    std::string groupList(const Catalog& catalog, const ApiServices& others, std::string_view aggregated) const;
    Shared current(const std::string& name, const Catalog& catalog, const Print& print);
    static Answer answer(const Request& request, const Document& document, std::string_view contentType);
    Answer v3(const Request& request, std::string_view path, std::string_view askedHash, const Catalog& catalog);
    Shared v3Document(const std::string& path, const Catalog& catalog);
    std::string v3Index(const Catalog& catalog);
    std::string v2Json(const Catalog& catalog);
    std::string v2Protobuf(const Catalog& catalog);

    const std::string serverAddress_;
    std::mutex mutex_; ///< held while a document is printed: who asks for the same one waits for it
    std::map<std::string, Shared> lasting_, current_;
    std::uint64_t generation_ = 0; ///< of current_
};

} // namespace slipway::apiserver
