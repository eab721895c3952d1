#include "cluster/apiserver/api_documents.h"

#include "cluster/api/openapi.h"
#include "cluster/apiserver/api_services.h"
#include "cluster/apiserver/metrics_api.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::JsonObject;

constexpr std::string_view v2ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

std::string hashOf(std::string_view text) {
    std::uint64_t low = 14695981039346656037ULL, high = 0x6c62272e07bb0142ULL; // FNV-1a, twice
    for (const char c : text) {
        low = (low ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
        high = (high ^ static_cast<unsigned char>(c)) * 1099511628211ULL + 1;
    }
    return std::format("{:016X}{:016X}", high, low);
}

std::string printed(const JsonObject& object) {
    return object.empty() ? std::string() : api::printJson(object) + "\n";
}

std::vector<std::string> partsOf(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (slash != 0)
            parts.emplace_back(path.substr(0, slash));
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

/// The version of the aggregated form a client understands, or nothing.
std::string_view aggregatedVersion(std::string_view accept) {
    if (!accept.contains("as=APIGroupDiscoveryList"))
        return {};
    const std::size_t v2 = accept.find("v=v2;"), beta = accept.find("v=v2beta1;");
    return beta < v2 ? "v2beta1" : "v2";
}

/// What two documents have in common stays one: "{a,b}" and "{c}" are "{a,b,c}".
std::string spliced(std::string_view one, std::string_view other) {
    if (other.size() <= 2)
        return std::string(one);
    if (one.size() <= 2)
        return std::string(other);
    return std::string(one.substr(0, one.size() - 1)) + "," + std::string(other.substr(1));
}

} // namespace

ApiDocuments::Shared ApiDocuments::lasting(const std::string& name, const Print& print) {
    auto& document = lasting_[name];
    if (document == nullptr) {
        std::string text = print();
        std::string etag = hashOf(text);
        document = std::make_shared<const Document>(std::move(text), std::move(etag));
    }
    return document;
}

ApiDocuments::Shared ApiDocuments::current(const std::string& name, const Catalog& catalog, const Print& print) {
    if (generation_ != catalog.generation()) {
        generation_ = catalog.generation();
        current_.clear();
    }
    auto& document = current_[name];
    if (document == nullptr) {
        std::string text = print();
        std::string etag = hashOf(text);
        document = std::make_shared<const Document>(std::move(text), std::move(etag));
    }
    return document;
}

Answer ApiDocuments::answer(const Request& request, const Document& document, std::string_view contentType) {
    if (document.text.empty())
        return replyWith(api::unknownPath());
    const std::string etag = "\"" + document.etag + "\"";
    Reply reply{
        200, {}, std::string(contentType), {}, {{"ETag", etag}, {"Vary", "Accept"}, {"Cache-Control", "public"}}};
    if (!request.ifNoneMatch.empty() && request.ifNoneMatch == etag)
        reply.code = 304;
    else
        reply.body = document.text;
    return reply;
}

/// The document of /apis, in the aggregated form of that version or, without one, in the older form.
std::string ApiDocuments::groupList(const Catalog& catalog, const ApiServices& others,
                                    std::string_view aggregated) const {
    JsonObject groups = aggregated.empty() ? api::discoveryGroups(catalog.all())
                                           : api::discoveryAggregated(false, catalog.all(), aggregated);
    addMetricsGroup(groups);
    others.addGroups(groups);
    return printed(groups);
}

Answer ApiDocuments::discovery(const Request& request, const RequestInfo& info, const Catalog& catalog,
                               const ApiServices& others) {
    const auto parts = partsOf(info.path);
    const bool core = parts[0] == "api";
    std::lock_guard lock(mutex_);
    if (parts.size() == 1) {
        const std::string_view version = aggregatedVersion(request.accept);
        const std::string type =
            version.empty()
                ? "application/json"
                : std::format("application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList", version);
        const auto print = [&] {
            if (!core)
                return groupList(catalog, others, version);
            return version.empty() ? printed(api::discoveryApiVersions(serverAddress_))
                                   : printed(api::discoveryAggregated(true, catalog.all(), version));
        };
        if (!core && !others.none()) { // comes and goes with other servers: not kept
            const std::string text = print();
            return answer(request, {text, hashOf(text)}, type);
        }
        return answer(request, *current(std::format("{} {}", parts[0], version), catalog, print), type);
    }
    if (parts.size() > 3)
        return replyWith(api::unknownPath());
    const auto print = [&] {
        if (!core && parts[1] == metricsGroup)
            return printed(metricsDiscovery(parts));
        if (core)
            return parts.size() == 2 ? printed(api::discoveryResources("", parts[1])) : std::string();
        const JsonObject own = parts.size() == 2 ? api::discoveryGroup(parts[1], catalog.all())
                                                 : api::discoveryResources(parts[1], parts[2], catalog.all());
        return printed(own.empty() ? others.document(parts) : own);
    };
    const std::string text = print(); // small, and there are as many as clients can make up paths
    return answer(request, {text, hashOf(text)}, "application/json");
}

ApiDocuments::Shared ApiDocuments::v3Document(const std::string& path, const Catalog& catalog) {
    static const auto builtIn = api::openApiGroupVersions();
    if (std::ranges::find(builtIn, path) != builtIn.end())
        return lasting("v3/" + path, [&] { return printed(api::openApiV3Document(path)); });
    return current("v3/" + path, catalog, [&] { return printed(api::openApiV3Document(path, catalog.custom())); });
}

std::string ApiDocuments::v3Index(const Catalog& catalog) {
    JsonObject paths;
    for (const std::string& path : api::openApiGroupVersions(catalog.all()))
        paths[path] = JsonObject{
            {"serverRelativeURL", std::format("/openapi/v3/{}?hash={}", path, v3Document(path, catalog)->etag)}};
    return printed({{"paths", std::move(paths)}});
}

Answer ApiDocuments::v3(const Request& request, std::string_view path, std::string_view askedHash,
                        const Catalog& catalog) {
    if (path.empty())
        return answer(request, *current("v3", catalog, [&] { return v3Index(catalog); }), "application/json");
    const auto known = api::openApiGroupVersions(catalog.all());
    if (std::ranges::find(known, path) == known.end())
        return replyWith(api::unknownPath());
    const auto document = v3Document(std::string(path), catalog);
    if (!askedHash.empty() && askedHash != document->etag) // an address of the past: the present one is elsewhere
        return Reply{
            301, {}, "text/plain", {}, {{"Location", std::format("/openapi/v3/{}?hash={}", path, document->etag)}}};
    Answer given = answer(request, *document, "application/json");
    if (!askedHash.empty())
        if (auto* reply = std::get_if<Reply>(&given))
            for (auto& [name, value] : reply->headers)
                if (name == "Cache-Control")
                    value = "public, immutable";
    return given;
}

std::string ApiDocuments::v2Json(const Catalog& catalog) {
    const auto part = [](const JsonObject& document, std::string_view name) {
        return api::printJson(document.at(name));
    };
    const auto paths = lasting("v2 paths", [&] { return part(api::openApiV2Document(), "paths"); });
    const auto definitions = lasting("v2 definitions", [&] { return part(api::openApiV2Document(), "definitions"); });
    JsonObject custom = api::openApiV2Document(catalog.custom());
    return std::format(R"({{"swagger":"2.0","info":{},"paths":{},"definitions":{}}})", part(custom, "info"),
                       spliced(paths->text, part(custom, "paths")),
                       spliced(definitions->text, catalog.custom().empty() ? "{}" : part(custom, "definitions")));
}

std::string ApiDocuments::v2Protobuf(const Catalog& catalog) {
    const auto builtIn = lasting("v2 protobuf", [] { return api::openApiV2Protobuf(api::openApiV2Document()); });
    if (catalog.custom().empty())
        return builtIn->text;
    const JsonObject custom = api::openApiV2Document(catalog.custom());
    return builtIn->text + api::openApiV2ProtobufDefinitions(custom.at("definitions").as_object());
}

Answer ApiDocuments::openApi(const Request& request, const RequestInfo& info, const Catalog& catalog) {
    std::lock_guard lock(mutex_);
    if (info.path == "/openapi/v2") {
        if (request.accept.contains("proto-openapi.spec.v2"))
            // Asked for with an @, which no media type may have; Kubernetes answers with this one too.
            return answer(request, *current("v2 protobuf", catalog, [&] { return v2Protobuf(catalog); }),
                          v2ProtobufType);
        return answer(request, *current("v2", catalog, [&] { return v2Json(catalog); }), "application/json");
    }
    std::string_view rest = std::string_view(info.path).substr(std::string_view("/openapi/v3").size());
    while (rest.starts_with('/'))
        rest.remove_prefix(1);
    return v3(request, rest, info.query.get("hash"), catalog);
}

} // namespace slipway::apiserver
