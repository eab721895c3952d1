// Kinds that have no reader of their own: discovery says that they are there, the server's Table says what to show.
#include "ui/resources/discovered_kinds.h"

#include "ui/resources/row_readers.h"
#include "ui/resources/table_transport.h"
#include "ui/session/session.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>

namespace slipway::ui {
namespace {

struct Store {
    std::mutex mutex;
    std::deque<KindView> kinds;      // places never change
    std::deque<std::string> strings; // what their names point to
};

Store& store() {
    static Store* kept = new Store; // pages may outlive static objects
    return *kept;
}

const char* kept(std::string_view value) { // under the mutex
    for (const std::string& known : store().strings)
        if (known == value)
            return known.c_str();
    return store().strings.emplace_back(value).c_str();
}

const char* groupOf(const client::ResourceRef& resource) {
    const std::string& group = resource.group;
    if (resource.resource.starts_with("persistentvolume") || group == "storage.k8s.io")
        return QT_TRANSLATE_NOOP("Groups", "Storage");
    if (group == "apps" || group == "batch" || group == "autoscaling" ||
        resource.resource == "replicationcontrollers" || resource.resource == "podtemplates")
        return QT_TRANSLATE_NOOP("Groups", "Workloads");
    if (group == "networking.k8s.io" || group == "discovery.k8s.io" || resource.resource == "endpoints")
        return QT_TRANSLATE_NOOP("Groups", "Network");
    if (group == "rbac.authorization.k8s.io" || group == "certificates.k8s.io")
        return QT_TRANSLATE_NOOP("Groups", "Access control");
    if (group == "policy" || resource.resource == "resourcequotas" || resource.resource == "limitranges")
        return QT_TRANSLATE_NOOP("Groups", "Config");
    const bool own = group.empty() || group.ends_with(".k8s.io") || group.find('.') == std::string::npos;
    return own ? QT_TRANSLATE_NOOP("Groups", "Cluster") : QT_TRANSLATE_NOOP("Groups", "Custom resources");
}

const char* iconOf(const char* group) {
    const std::string_view name = group;
    return name == "Workloads"        ? "replicaset"
           : name == "Network"        ? "endpoints"
           : name == "Access control" ? "serviceaccount"
           : name == "Config"         ? "configmap"
           : name == "Storage"        ? "save"
                                      : "settings";
}

/// "StorageClass" to "StorageClasses": what the title of a page says.
std::string pluralOf(const std::string& kind) {
    if (kind.ends_with("s") || kind.ends_with("x"))
        return kind.ends_with("ss") || kind.ends_with("x") ? kind + "es" : kind;
    if (kind.ends_with("y"))
        return kind.substr(0, kind.size() - 1) + "ies";
    return kind + "s";
}

void addKinds(std::vector<DiscoveredKind>& kinds, const api::Json& list, const std::string& group,
              const std::string& version) {
    const api::JsonObject* object = list.if_object();
    if (object == nullptr)
        return;
    for (const api::Json& entry : arrayAt(*object, {"resources"})) {
        const std::string name(api::stringAt(entry, {"name"}));
        const api::JsonObject* parts = entry.if_object();
        if (parts == nullptr || name.contains('/'))
            continue;
        bool lists = false, watches = false;
        for (const api::Json& verb : arrayAt(*parts, {"verbs"})) {
            lists = lists || verb == "list";
            watches = watches || verb == "watch";
        }
        if (lists && watches)
            kinds.push_back({{group, version, name, std::string(api::stringAt(entry, {"kind"})),
                              api::boolAt(*parts, {"namespaced"})}});
    }
}

Cell cellOf(const api::Json& value) {
    if (value.is_string())
        return {text(api::view(value.get_string())), Tone::plain, 0, {}};
    if (value.is_int64())
        return {QString::number(value.get_int64()), Tone::plain, double(value.get_int64()), {}};
    if (value.is_double())
        return {QString::number(value.get_double()), Tone::plain, value.get_double(), {}};
    return {value.is_null() ? QString() : text(api::printJson(value)), Tone::plain, 0, {}};
}

} // namespace

client::Result<std::vector<DiscoveredKind>> discoverKinds(const client::Client& client) {
    std::vector<DiscoveredKind> kinds;
    auto core = client.getJson("/api/v1");
    if (!core)
        return std::unexpected(core.error());
    addKinds(kinds, *core, "", "v1");
    auto groups = client.getJson("/apis");
    if (!groups || !groups->is_object())
        return kinds;
    for (const api::Json& group : arrayAt(groups->get_object(), {"groups"})) {
        const std::string name(api::stringAt(group, {"name"}));
        const std::string version(api::stringAt(group, {"preferredVersion", "version"}));
        if (name == "events.k8s.io" || name.empty() || version.empty()) // the same objects as the core group's events
            continue;
        if (auto resources = client.getJson("/apis/" + name + "/" + version))
            addKinds(kinds, *resources, name, version);
    }
    return kinds;
}

std::vector<const KindView*> viewsOf(const std::vector<DiscoveredKind>& discovered) {
    const auto same = [](const client::ResourceRef& a, const client::ResourceRef& b) {
        return a.group == b.group && a.resource == b.resource;
    };
    std::vector<const KindView*> views;
    for (const KindView& kind : allKinds())
        if (std::ranges::any_of(discovered, [&](const auto& found) { return same(found.resource, kind.resource); }))
            views.push_back(&kind);
    std::lock_guard lock(store().mutex);
    for (const DiscoveredKind& found : discovered) {
        if (std::ranges::any_of(allKinds(), [&](const KindView& kind) { return same(kind.resource, found.resource); }))
            continue;
        const auto known = std::ranges::find_if(store().kinds, [&](const KindView& kind) {
            return same(kind.resource, found.resource) && kind.resource.version == found.resource.version &&
                   kind.resource.namespaced == found.resource.namespaced && kind.resource.kind == found.resource.kind;
        });
        if (known != store().kinds.end()) {
            views.push_back(&*known);
            continue;
        }
        const char* group = groupOf(found.resource);
        const std::string id = found.resource.group.empty() ? found.resource.resource
                                                            : found.resource.resource + "." + found.resource.group;
        views.push_back(&store().kinds.emplace_back(KindView{
            kept(id), found.resource, kept(pluralOf(found.resource.kind)), iconOf(group), group, {}, nullptr, false}));
    }
    return views;
}

client::Result<std::vector<ColumnSpec>> fetchColumns(const client::Client& client,
                                                     const client::ResourceRef& resource) {
    client::Request request;
    request.target = resource.path() + "?limit=1";
    request.accept = tableAccept;
    auto answer = client.transport().send(request);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->code != 200)
        return std::unexpected(client::errorFromResponse(*answer));
    std::vector<ColumnSpec> columns;
    const auto table = api::parseJson(answer->body);
    if (!table || !table->is_object())
        return columns;
    std::lock_guard lock(store().mutex);
    int source = -1;
    for (const api::Json& definition : arrayAt(table->get_object(), {"columnDefinitions"})) {
        ++source;
        const auto name = api::stringAt(definition, {"name"}), type = api::stringAt(definition, {"type"});
        if (name == "Name" || name == "Namespace" || name == "Age" || name == "Created At" || !definition.is_object())
            continue;
        const bool number = type == "integer" || type == "number";
        const int width = std::clamp(static_cast<int>(name.size()) * 8 + 30, number ? 70 : 110, 220);
        columns.push_back({kept(name), number ? ColumnRole::number : ColumnRole::text, width, source,
                           api::intAt(definition.get_object(), {"priority"}).value_or(0) > 0});
    }
    return columns;
}

void setColumns(const QString& id, std::vector<ColumnSpec> columns) {
    std::lock_guard lock(store().mutex);
    for (KindView& kind : store().kinds)
        if (id == QLatin1String(kind.id)) {
            kind.columns = columns;
            kind.columnsKnown = true;
        }
}

const KindView* findDiscovered(const std::function<bool(const KindView&)>& fits) {
    std::lock_guard lock(store().mutex);
    const auto found = std::ranges::find_if(store().kinds, fits);
    return found == store().kinds.end() ? nullptr : &*found;
}

void readTabled(const KindView& kind, const api::JsonObject& object, Row& row) {
    const api::Json* cells = object.if_contains(cellsMember);
    if (cells == nullptr || !cells->is_array())
        return;
    for (const ColumnSpec& column : kind.columns)
        row.cells.push_back(column.source >= 0 && column.source < static_cast<int>(cells->get_array().size())
                                ? cellOf(cells->get_array()[static_cast<std::size_t>(column.source)])
                                : Cell{});
}

} // namespace slipway::ui
