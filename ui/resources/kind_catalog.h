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
    int source = -1;    ///< position among the cells of the server's Table; only where the kind has no reader
    bool extra = false; ///< shown only when asked for: the Table's priority is above 0
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
    void (*read)(const api::JsonObject& object, Row& row); ///< fills cells (one per column); null: the server's Table
    bool columnsKnown = true;                              ///< false until the Table's columns have been asked for

    QString translatedTitle() const;
    QString translatedGroup() const;
    bool hasLogs() const;
    bool scales() const;
    /// Its pods can be found by a selector: workloads and services.
    bool hasPods() const;
    /// Deployments, stateful and daemon sets: their pods can be replaced one after another.
    bool restarts() const;
};

/// The kinds that have a reader of their own, in the sidebar's order.
std::span<const KindView> allKinds();
/// A kind as discovery names it.
struct DiscoveredKind {
    client::ResourceRef resource;
};
/// Every kind the server lists and watches, from discovery. Blocks. A group that does not answer is left out.
client::Result<std::vector<DiscoveredKind>> discoverKinds(const client::Client& client);
/// The views of what was discovered: those with a reader first, then the others, which are made when first seen and
/// live as long as the program. GUI thread.
std::vector<const KindView*> viewsOf(const std::vector<DiscoveredKind>& discovered);
/// The columns of a kind without a reader, from the server's Table. Blocks.
client::Result<std::vector<ColumnSpec>> fetchColumns(const client::Client& client, const client::ResourceRef& resource);
/// Gives a discovered kind its columns, before any page of it exists. GUI thread.
void setColumns(const QString& id, std::vector<ColumnSpec> columns);

/// The kind of that id, or null.
const KindView* findKindView(const QString& id);
/// The kind of an object ("Pod", "apps/v1"), or null.
const KindView* findKindView(const QString& kind, const QString& apiVersion);

/// Reads the row of an object: the common members, then the kind's own.
Row readRow(const KindView& kind, const api::Json& object);

/// The header of a column.
QString columnTitle(const char* title);

} // namespace slipway::ui
