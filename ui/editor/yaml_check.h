#pragma once

#include "ui/editor/schema_catalog.h"
#include "ui/editor/yaml_cursor.h"
#include "ui/editor/yaml_document.h"

namespace slipway::ui {

/// Something the schema has against a document.
struct YamlFinding {
    int line = 1;
    QString message;
};

/// Compares a document with its kind's schema: unknown members, wrong types, missing members, values that are none of
/// the possible ones. Pure.
std::vector<YamlFinding> checkDocument(const YamlDocument& document, const Schema& schema);

/// A text as a whole: what cannot be read, else what the schemas of its documents find. The catalog must have them
/// loaded; kinds it does not know are passed over.
std::vector<YamlFinding> checkYaml(const QString& text, const SchemaCatalog& catalog);

/// One thing that could be written at the cursor.
struct Completion {
    QString word, insert, detail; ///< insert: with what follows; detail: its type and what it is for
};
/// What fits at the cursor. Pure but for the catalog.
std::vector<Completion> completionsAt(const YamlCursor& cursor, const SchemaCatalog& catalog);
/// The schema of the mapping the cursor is in, or (@p key given) of one of its members.
Schema schemaAt(const YamlCursor& cursor, const SchemaCatalog& catalog, const QString& key = {});

} // namespace slipway::ui
