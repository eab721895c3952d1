#pragma once

#include "cluster/client/client.h"
#include "ui/resources/row.h"

#include <QString>
#include <span>
#include <vector>

namespace slipway::ui {

struct ColumnSpec {
    const char* title; ///< untranslated; context "Columns"
    ColumnRole role = ColumnRole::text;
    int width = 120;
};

/// Everything the window knows of one kind: where it is served, how it is called, its columns and how to read them.
/// Constant data; usable from any thread.
struct KindView {
    const char* id; ///< "pods"
    client::ResourceRef resource;
    const char* title; ///< plural, untranslated; context "Kinds"
    const char* icon;
    const char* group;                                     ///< of the sidebar, untranslated; context "Groups"
    std::vector<ColumnSpec> columns;                       ///< between Namespace and Age
    void (*read)(const api::JsonObject& object, Row& row); ///< fills cells (one per column) and what else it knows

    QString translatedTitle() const;
    QString translatedGroup() const;
    bool hasLogs() const;
    bool scales() const;
};

/// All kinds that have a table, in the sidebar's order.
std::span<const KindView> allKinds();
/// The kind of that id, or null.
const KindView* findKindView(const QString& id);
/// The kind of an object ("Pod", "apps/v1"), or null.
const KindView* findKindView(const QString& kind, const QString& apiVersion);

/// Reads the row of an object: the common members, then the kind's own.
Row readRow(const KindView& kind, const api::Json& object);

/// The header of a column.
QString columnTitle(const char* title);

} // namespace slipway::ui
