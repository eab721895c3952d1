#pragma once

#include "cluster/api/json.h"

#include <QString>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ui {

/// What is wrong with a text, and where.
struct YamlError {
    int line = 0; ///< counted from 1; 0: nowhere in particular
    QString message;
};

/// One document of a YAML file as JSON, with the line every member stands at.
struct YamlDocument {
    api::JsonObject object;
    int line = 1;                     ///< where the document begins
    std::map<std::string, int> lines; ///< "spec.template.spec.containers[0].image" -> line

    /// The line of a path as the server names fields, or of its nearest parent that was written.
    int lineOf(std::string_view path) const;
};

/// Reads a file of YAML (or JSON) documents by Kubernetes' rules: plain scalars become booleans, numbers and null by
/// the YAML 1.2 core schema with the 1.1 booleans that Kubernetes' own reader leaves as text left as text; quoted
/// scalars stay strings; empty documents are skipped; duplicate keys are an error. Pure; any thread.
std::expected<std::vector<YamlDocument>, YamlError> parseYaml(std::string_view text);

/// Writes JSON as YAML in the way kubectl does: block style, keys in the object's own order, strings quoted only
/// where they must be, longer texts as literal blocks.
std::string writeYaml(const api::Json& value);

} // namespace slipway::ui
