#pragma once

#include "cluster/client/client.h"

#include <QString>
#include <vector>

namespace slipway::ui {

/// One revision of a Helm release, as Helm keeps it in a Secret.
struct HelmRelease {
    QString name, ns, status, chart, chartVersion, appVersion, description, updated;
    std::int64_t revision = 0;
    QString values, allValues, manifest, notes; ///< values: what the user gave; allValues: with the chart's own
};

/// Reads a Secret of type helm.sh/release.v1: base64 of base64 of gzip of JSON. Nothing when it is not one. Bounded in
/// size. Pure.
std::optional<HelmRelease> readRelease(const api::JsonObject& secret);
/// The bytes of a gzip stream; nothing when it is broken or larger than @p most. Pure.
std::optional<std::string> gunzip(std::string_view bytes, std::size_t most);

/// All revisions of all releases, the newest of each release first. Blocks.
client::Result<std::vector<HelmRelease>> readReleases(const client::Client& client);

} // namespace slipway::ui
