#include "ui/editor/form_values.h"

#include "ui/editor/yaml_document.h"
#include "ui/session/session.h"

#include <algorithm>
#include <map>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

constexpr int deepest = 24; ///< of members that demand members that demand members

/// What people want first of the kinds they make most; written as they would write it.
std::string_view commonObject(const std::string& apiVersion, const std::string& kind) {
    static const std::map<std::string, std::string_view> known = {
        {"apps/v1/Deployment", "metadata: {name: web, labels: {app: web}}\n"
                               "spec: {replicas: 1, selector: {matchLabels: {app: web}}, template: {metadata: {labels: "
                               "{app: web}}, spec: {containers: [{name: web, image: nginx, ports: [{containerPort: "
                               "80}]}]}}}\n"},
        {"apps/v1/StatefulSet",
         "metadata: {name: db, labels: {app: db}}\n"
         "spec: {serviceName: db, replicas: 1, selector: {matchLabels: {app: db}}, template: "
         "{metadata: {labels: {app: db}}, spec: {containers: [{name: db, image: postgres}]}}}\n"},
        {"apps/v1/DaemonSet", "metadata: {name: agent, labels: {app: agent}}\n"
                              "spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: "
                              "agent}}, spec: {containers: [{name: agent, image: busybox}]}}}\n"},
        {"batch/v1/Job", "metadata: {name: task}\n"
                         "spec: {template: {spec: {restartPolicy: Never, containers: [{name: task, image: busybox, "
                         "command: [sh, -c, 'echo done']}]}}}\n"},
        {"batch/v1/CronJob",
         "metadata: {name: task}\n"
         "spec: {schedule: '0 * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: "
         "Never, containers: [{name: task, image: busybox, command: [sh, -c, 'echo done']}]}}}}}\n"},
        {"v1/Pod", "metadata: {name: web, labels: {app: web}}\nspec: {containers: [{name: web, image: nginx}]}\n"},
        {"v1/Service", "metadata: {name: web}\n"
                       "spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80, targetPort: 80}]}\n"},
        {"v1/ConfigMap", "metadata: {name: settings}\ndata: {key: value}\n"},
        {"v1/Secret", "metadata: {name: secret}\ntype: Opaque\nstringData: {key: value}\n"},
        {"v1/PersistentVolumeClaim", "metadata: {name: data}\n"
                                     "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n"},
        {"networking.k8s.io/v1/Ingress", "metadata: {name: web}\n"
                                         "spec: {rules: [{host: web.localhost, http: {paths: [{path: /, pathType: "
                                         "Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}\n"},
        {"autoscaling/v2/HorizontalPodAutoscaler",
         "metadata: {name: web}\n"
         "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 1, maxReplicas: 5, "
         "metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}\n"},
    };
    const auto found = known.find(apiVersion + "/" + kind);
    return found == known.end() ? std::string_view() : found->second;
}

Json initialAt(const Schema& schema, int depth) {
    const QString type = schema.type();
    if (!schema.enumeration().isEmpty())
        return Json(schema.enumeration().front().toStdString());
    if (type == QLatin1String("array"))
        return JsonArray();
    if (type == QLatin1String("integer") || type == QLatin1String("number"))
        return 0;
    if (type == QLatin1String("boolean"))
        return false;
    if (type != QLatin1String("object"))
        return Json("");
    JsonObject made;
    if (depth < deepest)
        for (const QString& name : schema.required())
            made[name.toStdString()] = initialAt(schema.property(name.toStdString()), depth + 1);
    return made;
}

bool isEmpty(const Json& value) {
    return (value.is_string() && value.get_string().empty()) || (value.is_array() && value.get_array().empty()) ||
           (value.is_object() && value.get_object().empty());
}

} // namespace

QString pathText(const FormPath& path) {
    QString words;
    for (const auto& part : path)
        if (const auto* name = std::get_if<std::string>(&part))
            words += (words.isEmpty() ? QString() : QStringLiteral(".")) + QString::fromStdString(*name);
        else
            words += QStringLiteral("[%1]").arg(std::get<std::size_t>(part));
    return words;
}

Json* valueAt(Json& root, const FormPath& path) {
    Json* at = &root;
    for (const auto& part : path) {
        if (const auto* name = std::get_if<std::string>(&part)) {
            at = at->is_object() ? at->get_object().if_contains(*name) : nullptr;
        } else {
            const auto place = std::get<std::size_t>(part);
            at = at->is_array() && place < at->get_array().size() ? &at->get_array()[place] : nullptr;
        }
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

void removeAt(Json& root, const FormPath& path) {
    if (path.empty())
        return;
    Json* parent = valueAt(root, FormPath(path.begin(), path.end() - 1));
    if (parent == nullptr)
        return;
    if (const auto* name = std::get_if<std::string>(&path.back())) {
        if (parent->is_object())
            parent->get_object().erase(*name);
    } else if (const auto place = std::get<std::size_t>(path.back());
               parent->is_array() && place < parent->get_array().size()) {
        parent->get_array().erase(parent->get_array().begin() + static_cast<std::ptrdiff_t>(place));
    }
}

Json initialValue(const Schema& schema) {
    return initialAt(schema, 0);
}

JsonObject newObject(const std::string& apiVersion, const std::string& kind, bool namespaced, const QString& ns,
                     const Schema& schema) {
    JsonObject object{{"apiVersion", apiVersion}, {"kind", kind}};
    const auto common = parseYaml(commonObject(apiVersion, kind));
    if (common && !common->empty()) {
        for (const auto& [name, value] : common->front().object)
            object[name] = value;
    } else {
        object["metadata"] = JsonObject{{"name", ""}};
        QStringList demanded = schema.required();
        if (!demanded.contains(QStringLiteral("spec")) && schema.properties().contains(QStringLiteral("spec")))
            demanded << QStringLiteral("spec");
        for (const QString& name : demanded)
            if (!object.contains(name.toStdString()))
                object[name.toStdString()] = initialValue(schema.property(name.toStdString()));
    }
    if (namespaced)
        api::objectAt(object, {"metadata"})["namespace"] = ns.toStdString();
    return object;
}

Json scalarOf(const Schema& schema, const QString& typed) {
    const QString type = schema.type();
    bool whole = false, any = false;
    const qlonglong number = typed.trimmed().toLongLong(&whole);
    const double fraction = typed.trimmed().toDouble(&any);
    if (whole && (type == QLatin1String("integer") || type == QLatin1String("number") || schema.isIntOrString()))
        return number;
    if (any && type == QLatin1String("number"))
        return fraction;
    return Json(typed.toStdString());
}

Json withoutEmpty(const Json& value, const Schema& schema) {
    if (const JsonArray* array = value.if_array()) {
        JsonArray kept;
        for (const Json& item : *array)
            kept.push_back(withoutEmpty(item, schema.items()));
        return kept;
    }
    const JsonObject* object = value.if_object();
    if (object == nullptr)
        return value;
    const QStringList required = schema.required();
    const bool map = schema.properties().isEmpty();
    JsonObject kept;
    for (const auto& [name, member] : *object) {
        Json inner = withoutEmpty(member, map ? schema.additional() : schema.property(name));
        // An empty mapping says something where somebody put it ("emptyDir: {}"); an empty text or list does not.
        const bool says = inner.is_object() && member.is_object() && member.get_object().empty();
        if (map || says || !isEmpty(inner) || required.contains(text(name)))
            kept[name] = std::move(inner);
    }
    return kept;
}

QStringList offeredMembers(const Schema& schema, const FormPath& path) {
    QStringList names = schema.properties();
    const auto drop = [&names](std::initializer_list<const char*> gone) {
        for (const char* name : gone)
            names.removeAll(QLatin1String(name));
    };
    if (path.empty())
        drop({"apiVersion", "kind", "status"});
    if (path.size() == 1 && path.front() == FormPath::value_type(std::string("metadata")))
        drop({"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
              "deletionTimestamp", "deletionGracePeriodSeconds"});
    return names;
}

} // namespace slipway::ui
