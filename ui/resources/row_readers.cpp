#include "ui/resources/row_readers.h"

#include "ui/session/session.h"

#include <QStringList>

namespace slipway::ui {
namespace {

using api::JsonObject;

Cell plain(QString value) {
    return {std::move(value), Tone::plain, 0, {}};
}
Cell plain(std::string_view value) {
    return plain(text(value));
}
Cell count(std::int64_t value) {
    return {QString::number(value), Tone::plain, double(value), {}};
}

/// "2/3", marked when fewer are ready than wanted.
Cell readyOf(std::int64_t ready, std::int64_t wanted) {
    Tone tone = ready >= wanted ? Tone::ok : Tone::waiting;
    if (wanted == 0)
        tone = Tone::muted;
    return {
        QStringLiteral("%1/%2").arg(ready).arg(wanted), tone, wanted == 0 ? -1.0 : double(ready) / double(wanted), {}};
}

QString imagesOf(const JsonObject& workload) {
    QStringList images;
    for (const api::Json& container : arrayAt(workload, {"spec", "template", "spec", "containers"}))
        images << text(api::stringAt(container, {"image"}));
    return images.join(QStringLiteral(", "));
}

QString ownerOf(const JsonObject& object) {
    for (const api::Json& reference : arrayAt(object, {"metadata", "ownerReferences"}))
        return text(api::stringAt(reference, {"kind"})) + QLatin1Char('/') + text(api::stringAt(reference, {"name"}));
    return {};
}

QString keysOf(const JsonObject& object, std::initializer_list<const char*> members, int& number) {
    QStringList keys;
    for (const char* member : members)
        if (const api::Json* map = api::find(object, {member}); map != nullptr && map->is_object())
            for (const auto& entry : map->get_object())
                keys << text(entry.key());
    number = static_cast<int>(keys.size());
    return keys.join(QStringLiteral(", "));
}

QString numberOrText(const api::Json* value) {
    if (value == nullptr)
        return {};
    return value->is_string() ? text(api::view(value->get_string())) : text(api::printJson(*value));
}

} // namespace

const api::JsonArray& arrayAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    static const api::JsonArray none;
    const api::Json* found = api::find(object, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

QString joinMap(const api::Json* map) {
    QStringList parts;
    if (map != nullptr && map->is_object())
        for (const auto& [key, value] : map->get_object())
            parts << text(key) + QLatin1Char('=') + numberOrText(&value);
    return parts.join(QStringLiteral(", "));
}

void readDeployment(const JsonObject& object, Row& row) {
    const auto wanted = api::intAt(object, {"spec", "replicas"}).value_or(1);
    QStringList conditions;
    bool failing = false;
    for (const api::Json& condition : arrayAt(object, {"status", "conditions"})) {
        const auto type = api::stringAt(condition, {"type"});
        const bool yes = api::stringAt(condition, {"status"}) == "True";
        if (yes)
            conditions << text(type);
        failing = failing || (type == "ReplicaFailure" && yes) ||
                  api::stringAt(condition, {"reason"}) == "ProgressDeadlineExceeded";
    }
    row.replicas = static_cast<int>(wanted);
    Cell ready = readyOf(api::intAt(object, {"status", "readyReplicas"}).value_or(0), wanted);
    if (failing)
        ready.tone = Tone::bad;
    row.cells = {ready,
                 count(api::intAt(object, {"status", "updatedReplicas"}).value_or(0)),
                 count(api::intAt(object, {"status", "availableReplicas"}).value_or(0)),
                 count(wanted),
                 {conditions.join(QStringLiteral(", ")), failing ? Tone::bad : Tone::plain, 0, {}},
                 plain(imagesOf(object))};
}

void readReplicaSet(const JsonObject& object, Row& row) {
    const auto wanted = api::intAt(object, {"spec", "replicas"}).value_or(1);
    row.cells = {count(wanted), count(api::intAt(object, {"status", "replicas"}).value_or(0)),
                 readyOf(api::intAt(object, {"status", "readyReplicas"}).value_or(0), wanted), plain(ownerOf(object)),
                 plain(imagesOf(object))};
}

void readService(const JsonObject& object, Row& row) {
    QStringList ports, external;
    for (const api::Json& port : arrayAt(object, {"spec", "ports"})) {
        QString shown = numberOrText(api::find(port, {"port"}));
        if (const QString node = numberOrText(api::find(port, {"nodePort"}));
            !node.isEmpty() && node != QLatin1String("0"))
            shown += QLatin1Char(':') + node;
        ports << shown + QLatin1Char('/') + text(api::stringAt(port, {"protocol"}));
    }
    for (const api::Json& address : arrayAt(object, {"spec", "externalIPs"}))
        external << numberOrText(&address);
    for (const api::Json& ingress : arrayAt(object, {"status", "loadBalancer", "ingress"}))
        external << text(api::stringAt(ingress, {"ip"})) + text(api::stringAt(ingress, {"hostname"}));
    if (api::stringAt(object, {"spec", "type"}) == "ExternalName")
        external << text(api::stringAt(object, {"spec", "externalName"}));
    row.cells = {plain(api::stringAt(object, {"spec", "type"})), plain(api::stringAt(object, {"spec", "clusterIP"})),
                 plain(external.join(QStringLiteral(", "))), plain(ports.join(QStringLiteral(", "))),
                 plain(joinMap(api::find(object, {"spec", "selector"})))};
}

void readEndpointSlice(const JsonObject& object, Row& row) {
    QStringList ports, addresses;
    for (const api::Json& port : arrayAt(object, {"ports"}))
        ports << numberOrText(api::find(port, {"port"})) + QLatin1Char('/') + text(api::stringAt(port, {"protocol"}));
    for (const api::Json& endpoint : arrayAt(object, {"endpoints"}))
        if (const JsonObject* entry = endpoint.if_object())
            for (const api::Json& address : arrayAt(*entry, {"addresses"}))
                addresses << numberOrText(&address);
    row.cells = {plain(api::stringAt(object, {"addressType"})), plain(ports.join(QStringLiteral(", "))),
                 plain(addresses.join(QStringLiteral(", ")))};
}

void readConfigMap(const JsonObject& object, Row& row) {
    int number = 0;
    const QString keys = keysOf(object, {"data", "binaryData"}, number);
    row.cells = {plain(keys), count(number)};
}

void readSecret(const JsonObject& object, Row& row) {
    int number = 0;
    const QString keys = keysOf(object, {"data"}, number);
    row.cells = {plain(api::stringAt(object, {"type"})), plain(keys), count(number)};
}

void readNode(const JsonObject& object, Row& row) {
    QString status = QStringLiteral("Unknown");
    Tone tone = Tone::muted;
    for (const api::Json& condition : arrayAt(object, {"status", "conditions"}))
        if (api::stringAt(condition, {"type"}) == "Ready") {
            const bool ready = api::stringAt(condition, {"status"}) == "True";
            status = ready ? QStringLiteral("Ready") : QStringLiteral("NotReady");
            tone = ready ? Tone::ok : Tone::bad;
        }
    if (api::boolAt(object, {"spec", "unschedulable"})) {
        status += QStringLiteral(",SchedulingDisabled");
        tone = tone == Tone::ok ? Tone::waiting : tone;
    }
    QStringList roles;
    for (const auto& [key, value] : row.labels)
        if (constexpr std::string_view prefix = "node-role.kubernetes.io/"; key.starts_with(prefix))
            roles << text(std::string_view(key).substr(prefix.size()));
    QString address;
    for (const api::Json& entry : arrayAt(object, {"status", "addresses"}))
        if (api::stringAt(entry, {"type"}) == "InternalIP" && address.isEmpty())
            address = text(api::stringAt(entry, {"address"}));
    row.bounds.memoryLimit = quantityOf(api::find(object, {"status", "allocatable", "memory"}));
    row.bounds.cpuLimit = quantityOf(api::find(object, {"status", "allocatable", "cpu"}));
    const double pods = quantityOf(api::find(object, {"status", "allocatable", "pods"}));
    row.cells = {{status, tone, 0, {}},
                 plain(roles.join(QStringLiteral(", "))),
                 count(static_cast<std::int64_t>(arrayAt(object, {"spec", "taints"}).size())),
                 plain(api::stringAt(object, {"status", "nodeInfo", "kubeletVersion"})),
                 {QString::number(pods), Tone::plain, pods, {}},
                 {cpuText(row.bounds.cpuLimit), Tone::plain, row.bounds.cpuLimit, {}},
                 {memoryText(row.bounds.memoryLimit), Tone::plain, row.bounds.memoryLimit, {}},
                 plain(address),
                 plain(api::stringAt(object, {"status", "nodeInfo", "osImage"}))};
}

void readNamespace(const JsonObject& object, Row& row) {
    const auto phase = api::stringAt(object, {"status", "phase"});
    row.cells = {{text(phase), phase == "Active" ? Tone::ok : Tone::leaving, 0, {}},
                 plain(joinMap(api::find(object, {"metadata", "labels"})))};
}

void readEvent(const JsonObject& object, Row& row) {
    const auto type = api::stringAt(object, {"type"});
    const QString about = text(api::stringAt(object, {"involvedObject", "kind"})) + QLatin1Char('/') +
                          text(api::stringAt(object, {"involvedObject", "name"}));
    row.cells = {{text(type), type == "Warning" ? Tone::waiting : Tone::done, 0, {}},
                 plain(api::stringAt(object, {"reason"})),
                 plain(about),
                 plain(api::stringAt(object, {"message"})),
                 count(api::intAt(object, {"count"}).value_or(1))};
    row.cells[3].tip = row.cells[3].text;
}

void readLease(const JsonObject& object, Row& row) {
    row.cells = {plain(api::stringAt(object, {"spec", "holderIdentity"}))};
}

void readServiceAccount(const JsonObject& object, Row& row) {
    row.cells = {count(static_cast<std::int64_t>(arrayAt(object, {"secrets"}).size()))};
}

} // namespace slipway::ui
