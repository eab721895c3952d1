#include "ui/resources/object_actions.h"

#include "ui/session/background.h"

#include <QDateTime>

namespace slipway::ui {

ObjectActions::ObjectActions(SessionPtr session, QObject* parent) : QObject(parent), session_(std::move(session)) {
    pause_.setSingleShot(true);
    pause_.setInterval(250);
    connect(&pause_, &QTimer::timeout, this, [this] {
        for (const Wish& wish : std::exchange(wishes_, {}))
            sendScale(wish.object, wish.replicas);
    });
}

void ObjectActions::scale(const ObjectRef& object, int replicas) {
    wishes_.insert(object.uid, {object, replicas});
    pause_.start();
}

void ObjectActions::sendScale(const ObjectRef& object, int replicas) {
    auto work = [session = session_, object, replicas] {
        const api::Json patch = {{"spec", {{"replicas", replicas}}}};
        client::PatchOptions options;
        options.fieldManager = "slipway";
        options.subresource = "scale";
        return session->client->patch(object.kind->resource, object.ns.toStdString(), object.name.toStdString(),
                                      client::PatchKind::merge, patch, options);
    };
    inBackground(this, std::move(work), [this, object](const client::Result<api::Json>& answer) {
        if (!answer)
            return emit scaleFailed(object, errorText(answer.error()));
        const api::JsonObject* scale = answer->if_object();
        emit scaled(object,
                    scale == nullptr ? 0 : static_cast<int>(api::intAt(*scale, {"spec", "replicas"}).value_or(0)));
    });
}

void ObjectActions::remove(const std::vector<ObjectRef>& objects) {
    auto work = [session = session_, objects] {
        std::pair<int, QString> result{0, {}};
        for (const ObjectRef& object : objects) {
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            options.uid = object.uid.toStdString();
            const auto done = session->client->remove(object.kind->resource, object.ns.toStdString(),
                                                      object.name.toStdString(), options);
            if (done || done.error().kind == client::Errc::notFound)
                ++result.first;
            else
                result.second = object.name + QStringLiteral(": ") + errorText(done.error());
        }
        return result;
    };
    inBackground(this, std::move(work), [this](const std::pair<int, QString>& result) {
        if (!result.second.isEmpty())
            emit failed(result.second);
        if (result.first > 0)
            emit removed(result.first);
    });
}

template <class Work> void ObjectActions::forEach(const std::vector<ObjectRef>& objects, Work work) {
    auto all = [session = session_, objects, work = std::move(work)] {
        Outcome outcome;
        for (const ObjectRef& object : objects) {
            const client::Result<api::Json> done = work(*session->client, object);
            if (done)
                ++outcome.done;
            else
                outcome.error = object.name + QStringLiteral(": ") + errorText(done.error());
        }
        return outcome;
    };
    inBackground(this, std::move(all), [this](const Outcome& outcome) {
        if (!outcome.error.isEmpty())
            emit failed(outcome.error);
        else
            emit changed(outcome.done);
    });
}

void ObjectActions::patchAll(const std::vector<ObjectRef>& objects, const api::Json& patch, client::PatchKind kind) {
    forEach(objects, [patch, kind](const client::Client& client, const ObjectRef& object) {
        client::PatchOptions options;
        options.fieldManager = "slipway";
        return client.patch(object.kind->resource, object.ns.toStdString(), object.name.toStdString(), kind, patch,
                            options);
    });
}

void ObjectActions::decide(const std::vector<ObjectRef>& requests, bool approve) {
    forEach(requests, [approve](const client::Client& client, const ObjectRef& request) -> client::Result<api::Json> {
        const std::string name = request.name.toStdString();
        auto live = client.get(request.kind->resource, {}, name);
        if (!live || !live->is_object())
            return live;
        const auto wanted = decided(live->get_object(), approve);
        return wanted ? client.update(request.kind->resource, {}, name, *wanted, "approval") : live;
    });
}

std::optional<api::JsonObject> decided(api::JsonObject request, bool approve) {
    const std::string_view type = approve ? "Approved" : "Denied";
    api::JsonObject& status = api::objectAt(request, {"status"});
    if (!status.contains("conditions") || !status["conditions"].is_array())
        status["conditions"] = api::JsonArray();
    api::JsonArray& conditions = status["conditions"].get_array();
    for (const api::Json& condition : conditions)
        if (api::stringAt(condition, {"type"}) == type)
            return std::nullopt;
    conditions.push_back(api::JsonObject{{"type", type},
                                         {"status", "True"},
                                         {"reason", approve ? "SlipwayApprove" : "SlipwayDeny"},
                                         {"message", approve ? "Approved in Slipway." : "Denied in Slipway."}});
    return request;
}

void ObjectActions::restart(const std::vector<ObjectRef>& objects) {
    const std::string now = QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
    const api::Json annotations = {{"kubectl.kubernetes.io/restartedAt", now}};
    const api::Json inner = {{"metadata", {{"annotations", annotations}}}};
    patchAll(objects, {{"spec", {{"template", inner}}}});
}

void ObjectActions::cordon(const std::vector<ObjectRef>& nodes, bool away) {
    patchAll(nodes, {{"spec", {{"unschedulable", away ? api::Json(true) : api::Json(nullptr)}}}});
}

void ObjectActions::report(const client::Result<api::Json>& answer, const ObjectRef& object) {
    if (answer)
        emit changed(1);
    else
        emit failed(object.name + QStringLiteral(": ") + errorText(answer.error()));
}

void ObjectActions::toggle(const ObjectRef& object, std::initializer_list<std::string_view> path) {
    auto work = [session = session_, object,
                 names = std::vector<std::string_view>(path)]() -> client::Result<api::Json> {
        const std::string ns = object.ns.toStdString(), name = object.name.toStdString();
        const auto live = session->client->get(object.kind->resource, ns, name);
        if (!live)
            return live;
        const api::Json* value = &*live;
        for (const std::string_view member : names)
            value = value == nullptr ? nullptr : api::find(*value, {member});
        api::Json patch = value == nullptr || !value->is_bool() || !value->get_bool();
        for (auto member = names.rbegin(); member != names.rend(); ++member)
            patch = api::JsonObject{{*member, std::move(patch)}};
        client::PatchOptions options;
        options.fieldManager = "slipway";
        return session->client->patch(object.kind->resource, ns, name, client::PatchKind::merge, patch, options);
    };
    inBackground(this, std::move(work),
                 [this, object](const client::Result<api::Json>& answer) { report(answer, object); });
}

void ObjectActions::trigger(const ObjectRef& cronJob) {
    auto work = [session = session_, cronJob]() -> client::Result<api::Json> {
        const std::string ns = cronJob.ns.toStdString();
        auto live = session->client->get(cronJob.kind->resource, ns, cronJob.name.toStdString());
        if (!live || !live->is_object())
            return live;
        return session->client->create({"batch", "v1", "jobs", "Job", true}, ns,
                                       jobOf(live->get_object(), QDateTime::currentSecsSinceEpoch()));
    };
    inBackground(this, std::move(work),
                 [this, cronJob](const client::Result<api::Json>& answer) { report(answer, cronJob); });
}

api::JsonObject jobOf(const api::JsonObject& cronJob, std::int64_t now) {
    api::JsonObject job{{"apiVersion", "batch/v1"}, {"kind", "Job"}};
    if (const api::Json* made = api::find(cronJob, {"spec", "jobTemplate"}); made != nullptr && made->is_object())
        for (const auto& [name, value] : made->get_object())
            job[name] = value;
    const std::string name(api::stringAt(cronJob, {"metadata", "name"}));
    api::JsonObject& metadata = api::objectAt(job, {"metadata"});
    metadata["name"] = name.substr(0, 45) + "-manual-" + std::to_string(now % 100'000'000);
    metadata["namespace"] = api::stringAt(cronJob, {"metadata", "namespace"});
    api::objectAt(job, {"metadata", "annotations"})["cronjob.kubernetes.io/instantiate"] = "manual";
    metadata["ownerReferences"] = api::JsonArray{api::JsonObject{{"apiVersion", "batch/v1"},
                                                                 {"kind", "CronJob"},
                                                                 {"name", name},
                                                                 {"uid", api::stringAt(cronJob, {"metadata", "uid"})},
                                                                 {"controller", true}}};
    return job;
}

} // namespace slipway::ui
