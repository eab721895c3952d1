#include "ui/logs/log_target.h"

#include "cluster/api/selectors.h"
#include "ui/resources/row_readers.h"

namespace slipway::ui {
namespace {

/// The label selector of a workload or a service in its text form; empty: it selects nothing.
std::string selectorOf(const api::JsonObject& object) {
    const api::Json* selector = api::find(object, {"spec", "selector"});
    if (selector == nullptr || !selector->is_object())
        return {};
    const api::JsonObject& parts = selector->get_object();
    if (parts.contains("matchLabels") || parts.contains("matchExpressions"))
        return api::formatSelector(parts);
    return api::formatSelector(api::JsonObject{{"matchLabels", parts}}); // of services: the labels themselves
}

} // namespace

QStringList containersOf(const api::JsonObject& pod) {
    QStringList names;
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
        for (const api::Json& container : arrayAt(pod, {"spec", list}))
            names << text(api::stringAt(container, {"name"}));
    return names;
}

client::Result<LogTarget> logTargetOf(const client::Client& client, const std::vector<ObjectRef>& objects) {
    LogTarget target;
    for (const ObjectRef& object : objects) {
        auto live = client.get(object.kind->resource, object.ns.toStdString(), object.name.toStdString());
        if (!live)
            return std::unexpected(live.error());
        if (!live->is_object())
            continue;
        if (target.name.isEmpty())
            target.name = object.name;
        if (object.kind->hasLogs()) {
            for (const QString& container : containersOf(live->get_object()))
                target.sources.push_back({object.ns, object.name, container});
        } else if (std::string labels = selectorOf(live->get_object()); !labels.empty()) {
            target.selectors.push_back({object.ns, std::move(labels)});
        }
    }
    return target;
}

} // namespace slipway::ui
