#include "ui/helm/helm_release.h"

#include "cluster/api/base64.h"
#include "ui/editor/yaml_document.h"
#include "ui/session/session.h"

#include <algorithm>
#include <zlib.h>

namespace slipway::ui {

std::optional<std::string> gunzip(std::string_view bytes, std::size_t most) {
    z_stream stream{};
    constexpr int gzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzipOnly) != Z_OK)
        return std::nullopt;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    std::string result;
    int state = Z_OK;
    while (state == Z_OK && result.size() <= most) {
        char piece[64 * 1024];
        stream.next_out = reinterpret_cast<Bytef*>(piece);
        stream.avail_out = sizeof piece;
        state = inflate(&stream, Z_NO_FLUSH);
        result.append(piece, sizeof piece - stream.avail_out);
    }
    inflateEnd(&stream);
    if (state != Z_STREAM_END || result.size() > most)
        return std::nullopt;
    return result;
}

std::optional<HelmRelease> readRelease(const api::JsonObject& secret) {
    if (api::stringAt(secret, {"type"}) != "helm.sh/release.v1")
        return std::nullopt;
    const auto once = api::decodeBase64(api::stringAt(secret, {"data", "release"}));
    const auto twice = once ? api::decodeBase64(*once) : std::nullopt;
    if (!twice)
        return std::nullopt;
    constexpr std::size_t most = 32u << 20;
    const auto body = twice->starts_with("\x1f\x8b") ? gunzip(*twice, most) : std::optional(*twice);
    const auto parsed = body ? api::parseJson(*body) : std::unexpected(api::JsonError{});
    if (!parsed || !parsed->is_object())
        return std::nullopt;
    const api::JsonObject& json = parsed->get_object();
    const auto at = [&json](std::initializer_list<std::string_view> path) { return text(api::stringAt(json, path)); };
    const auto yaml = [&json](std::initializer_list<std::string_view> path) {
        const api::Json* found = api::find(json, path);
        return found == nullptr || found->is_null() ? QString() : text(writeYaml(*found));
    };
    HelmRelease release;
    release.name = at({"name"});
    release.ns = at({"namespace"});
    release.status = at({"info", "status"});
    release.description = at({"info", "description"});
    release.updated = at({"info", "last_deployed"});
    release.notes = at({"info", "notes"});
    release.chart = at({"chart", "metadata", "name"});
    release.chartVersion = at({"chart", "metadata", "version"});
    release.appVersion = at({"chart", "metadata", "appVersion"});
    release.manifest = at({"manifest"});
    release.values = yaml({"config"});
    release.allValues = yaml({"chart", "values"});
    release.revision = api::intAt(json, {"version"}).value_or(0);
    return release;
}

client::Result<std::vector<HelmRelease>> readReleases(const client::Client& client) {
    client::ListOptions options;
    options.labelSelector = "owner=helm";
    auto secrets = client.listAll({"", "v1", "secrets", "Secret", true}, {}, options);
    if (!secrets)
        return std::unexpected(secrets.error());
    std::vector<HelmRelease> releases;
    for (const api::Json& secret : secrets->items)
        if (const api::JsonObject* object = secret.if_object()) {
            api::JsonObject typed = *object;
            if (auto release = readRelease(typed))
                releases.push_back(std::move(*release));
        }
    std::ranges::sort(releases, [](const HelmRelease& a, const HelmRelease& b) {
        return std::tuple(a.ns, a.name, -a.revision) < std::tuple(b.ns, b.name, -b.revision);
    });
    return releases;
}

} // namespace slipway::ui
