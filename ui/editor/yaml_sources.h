#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace slipway::ui {

/// A file or text somebody dropped.
struct YamlSource {
    QString name; ///< the file's name; empty for text
    QString yaml;
};

struct GatheredYaml {
    std::vector<YamlSource> sources;
    QString problem; ///< what could not be read
};

/// Reads files, and folders: one with a kustomization is built by `kubectl kustomize`, others give every YAML and JSON
/// file in them. Bounded in number and size. Blocks.
GatheredYaml readYamlSources(const QStringList& paths);

} // namespace slipway::ui
