#include "ui/editor/applier.h"

#include "ui/editor/apply_patch.h"
#include "ui/editor/portable_object.h"
#include "ui/session/session.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

/// The context of this file's texts.
struct ApplyWords {
    Q_DECLARE_TR_FUNCTIONS(ApplyChecks)
};

client::Result<Json> request(const client::Client& client, client::Request request) {
    auto answer = client.transport().send(request);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->code < 200 || answer->code >= 300)
        return std::unexpected(client::errorFromResponse(*answer));
    auto json = api::parseJson(answer->body);
    if (!json)
        return std::unexpected(client::Error{client::Errc::decode, answer->code, "", "the answer is not JSON", {}});
    return std::move(*json);
}

std::string query(bool dryRun) {
    return std::string("?fieldManager=slipway&fieldValidation=Strict") + (dryRun ? "&dryRun=All" : "");
}

/// Whether two states of an object differ in more than bookkeeping.
bool sameContent(Json a, Json b) {
    for (Json* object : {&a, &b})
        if (JsonObject* top = object->if_object())
            if (Json* metadata = top->if_contains("metadata"); metadata != nullptr && metadata->is_object())
                for (const char* name : {"resourceVersion", "generation", "managedFields"})
                    metadata->get_object().erase(name);
    return a == b;
}

} // namespace

int lineOfError(const YamlDocument& document, const client::Error& error) {
    if (const Json* causes = api::find(error.status, {"details", "causes"}); causes != nullptr && causes->is_array())
        for (const Json& cause : causes->get_array())
            if (const auto field = api::stringAt(cause, {"field"}); !field.empty() && field != "<nil>")
                return document.lineOf(field);
    // strict decoding error: unknown field "spec.replica"; cannot unmarshal ... Go struct field
    // DeploymentSpec.spec.replicas of
    static const QRegularExpression named(
        QStringLiteral("(?:unknown|duplicate) field \"([^\"]+)\"|struct field [A-Za-z]+\\.(\\S+) of"));
    const auto match = named.match(QString::fromStdString(error.message));
    if (!match.hasMatch())
        return document.line;
    const QString path = match.captured(1).isEmpty() ? match.captured(2) : match.captured(1);
    if (document.lines.contains(path.toStdString()) || match.capturedLength(1) > 0)
        return document.lineOf(path.toStdString());
    // Go names list members without their index: the first written path that is the same without indices.
    for (const auto& [written, line] : document.lines) {
        QString bare = QString::fromStdString(written);
        if (bare.remove(QRegularExpression(QStringLiteral("\\[\\d+\\]"))) == path)
            return line;
    }
    return document.line;
}

Applier::Applier(std::shared_ptr<const client::Client> client, std::string defaultNamespace, ApplyMode mode)
    : client_(client)
    , defaultNamespace_(defaultNamespace.empty() ? "default" : std::move(defaultNamespace))
    , mode_(mode)
    , resolver_(std::move(client)) {}

bool Applier::identify(ApplyItem& item) {
    JsonObject& object = item.document.object;
    const std::string apiVersion(api::stringAt(object, {"apiVersion"})), kind(api::stringAt(object, {"kind"}));
    item.kind = QString::fromStdString(kind);
    item.name = text(api::stringAt(object, {"metadata", "name"}));
    item.line = item.document.line;
    const auto refuse = [&item](const QString& why) {
        item.action = ApplyAction::failed;
        item.message = why;
        return false;
    };
    if (apiVersion.empty())
        return refuse(ApplyWords::tr("apiVersion is missing"));
    if (kind.empty())
        return refuse(ApplyWords::tr("kind is missing"));
    const bool generated = !api::stringAt(object, {"metadata", "generateName"}).empty();
    if (item.name.isEmpty() && !generated) {
        item.line = item.document.lineOf("metadata.name");
        return refuse(ApplyWords::tr("metadata.name is missing: resource name may not be empty"));
    }
    auto resource = resolver_.resolve(apiVersion, kind);
    if (!resource) {
        item.line = item.document.lineOf("kind");
        return refuse(errorText(resource.error()));
    }
    item.resource = std::move(*resource);
    if (item.resource.namespaced) {
        if (api::stringAt(object, {"metadata", "namespace"}).empty())
            api::objectAt(object, {"metadata"})["namespace"] = defaultNamespace_;
        item.ns = text(api::stringAt(object, {"metadata", "namespace"}));
    }
    return true;
}

client::Result<Json> Applier::send(ApplyItem& item, bool dryRun, Json& live) {
    const std::string ns = item.ns.toStdString(), name = item.name.toStdString();
    item.action = ApplyAction::create;
    if (!name.empty()) {
        auto found = client_->get(item.resource, ns, name);
        if (!found && found.error().kind != client::Errc::notFound)
            return std::unexpected(found.error());
        if (found && found->is_object()) {
            item.action = ApplyAction::update;
            live = std::move(*found);
        }
    }
    client::Request message;
    if (item.action == ApplyAction::create) {
        message.method = "POST";
        message.target = item.resource.path(ns) + query(dryRun);
        message.body = api::printJson(name.empty() ? item.document.object : withLastApplied(item.document.object));
        message.contentType = "application/json";
    } else {
        message = changeOf(item, live.get_object(), dryRun);
    }
    return request(*client_, message);
}

client::Request Applier::changeOf(const ApplyItem& item, const JsonObject& live, bool dryRun) const {
    client::Request message;
    message.target = item.resource.path(item.ns.toStdString(), item.name.toStdString()) + query(dryRun);
    if (mode_ == ApplyMode::replace) {
        JsonObject wanted = item.document.object;
        if (api::stringAt(wanted, {"metadata", "resourceVersion"}).empty()) // else it says itself what it replaces
            api::objectAt(wanted, {"metadata"})["resourceVersion"] =
                api::stringAt(live, {"metadata", "resourceVersion"});
        message.method = "PUT";
        message.body = api::printJson(wanted);
        message.contentType = "application/json";
        return message;
    }
    const api::Resource* known = api::findKind(item.resource.group, item.resource.version, item.resource.kind);
    message.method = "PATCH";
    message.body = api::printJson(
        applyPatch(lastApplied(live), withLastApplied(item.document.object), known == nullptr ? nullptr : known->type));
    message.contentType = known == nullptr ? "application/merge-patch+json" : "application/strategic-merge-patch+json";
    return message;
}

void Applier::rehearse(ApplyItem& item, const std::vector<ApplyItem>& earlier) {
    Json live;
    auto answer = send(item, true, live);
    if (answer) {
        item.line = 0;
        item.before = text(portableYaml(live));
        item.after = text(portableYaml(*answer));
        if (item.action == ApplyAction::update && sameContent(live, *answer))
            item.action = ApplyAction::unchanged;
        return;
    }
    // Its namespace may be made by an earlier document of the same file.
    if (answer.error().kind == client::Errc::notFound)
        for (const ApplyItem& other : earlier)
            if (other.kind == QLatin1String("Namespace") && other.name == item.ns &&
                other.action == ApplyAction::create)
                return;
    item.action = ApplyAction::failed;
    item.message = errorText(answer.error());
    item.line = lineOfError(item.document, answer.error());
}

std::vector<ApplyItem> Applier::plan(std::vector<YamlDocument> documents) {
    std::vector<ApplyItem> items;
    for (YamlDocument& document : documents) {
        ApplyItem item;
        item.document = std::move(document);
        if (identify(item))
            rehearse(item, items);
        items.push_back(std::move(item));
    }
    return items;
}

void Applier::apply(ApplyItem& item) {
    Json live;
    auto answer = send(item, false, live);
    item.applied = answer.has_value();
    if (answer) {
        item.message.clear();
        if (item.action == ApplyAction::update && sameContent(live, *answer))
            item.action = ApplyAction::unchanged;
        return;
    }
    item.action = ApplyAction::failed;
    item.message = errorText(answer.error());
    item.line = lineOfError(item.document, answer.error());
}

client::Result<Json> Applier::replace(const YamlDocument& document, bool dryRun) {
    ApplyItem item;
    item.document = document;
    if (!identify(item))
        return std::unexpected(client::Error{client::Errc::invalid, 0, "", item.message.toStdString(), {}});
    client::Request message;
    message.method = "PUT";
    message.target = item.resource.path(item.ns.toStdString(), item.name.toStdString()) + query(dryRun);
    message.body = api::printJson(item.document.object);
    message.contentType = "application/json";
    return request(*client_, message);
}

} // namespace slipway::ui
