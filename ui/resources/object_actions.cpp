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

void ObjectActions::patchAll(const std::vector<ObjectRef>& objects, const api::Json& patch) {
    auto work = [session = session_, objects, patch] {
        std::pair<int, QString> result{0, {}};
        for (const ObjectRef& object : objects) {
            client::PatchOptions options;
            options.fieldManager = "slipway";
            const auto done =
                session->client->patch(object.kind->resource, object.ns.toStdString(), object.name.toStdString(),
                                       client::PatchKind::merge, patch, options);
            if (done)
                ++result.first;
            else
                result.second = object.name + QStringLiteral(": ") + errorText(done.error());
        }
        return result;
    };
    inBackground(this, std::move(work), [this](const std::pair<int, QString>& result) {
        if (!result.second.isEmpty())
            emit failed(result.second);
        else
            emit changed(result.first);
    });
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

} // namespace slipway::ui
