#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QHash>
#include <QObject>
#include <QTimer>
#include <optional>

namespace slipway::ui {

/// What can be done to objects of the open cluster besides looking: scale and delete. Requests run in the background;
/// results come back as signals. GUI thread.
class ObjectActions : public QObject {
    Q_OBJECT
public:
    explicit ObjectActions(SessionPtr session, QObject* parent = nullptr);

    /// Sets spec.replicas through the scale subresource. Calls for the same object in quick succession become one.
    void scale(const ObjectRef& object, int replicas);
    /// Deletes objects, each by its uid so that a namesake made meanwhile is safe.
    void remove(const std::vector<ObjectRef>& objects);

    /// Replaces the pods of workloads one after another, as `kubectl rollout restart` does.
    void restart(const std::vector<ObjectRef>& objects);
    /// Lets pods come to nodes, or keeps new ones away.
    void cordon(const std::vector<ObjectRef>& nodes, bool away);
    /// Turns a boolean field round, as it is on the server ("spec.suspend").
    void toggle(const ObjectRef& object, std::initializer_list<std::string_view> path);
    /// Makes a Job of a CronJob at once, as `kubectl create job --from` does.
    void trigger(const ObjectRef& cronJob);
    /// Approves certificate signing requests or denies them, as `kubectl certificate` does.
    void decide(const std::vector<ObjectRef>& requests, bool approve);
    /// Patches all of them.
    void patchAll(const std::vector<ObjectRef>& objects, const api::Json& patch,
                  client::PatchKind kind = client::PatchKind::merge);

signals:
    /// All of them took the change.
    void changed(int count);
    /// The server's answer: the number it took, or what was before on error.
    void scaled(const slipway::ui::ObjectRef& object, int replicas);
    void scaleFailed(const slipway::ui::ObjectRef& object, const QString& error);
    void removed(int count);
    void failed(const QString& error);

private:
    /// What a piece of work on several objects came to.
    struct Outcome {
        int done = 0;
        QString error; ///< of the last that failed
    };
    /// Does something to each object in turn, off this thread, and tells the outcome.
    template <class Work> void forEach(const std::vector<ObjectRef>& objects, Work work);
    void report(const client::Result<api::Json>& answer, const ObjectRef& object);
    void sendScale(const ObjectRef& object, int replicas);

    SessionPtr session_;
    struct Wish {
        ObjectRef object;
        int replicas = 0;
    };
    QHash<QString, Wish> wishes_; ///< by uid, waiting for the pause
    QTimer pause_;
};

/// A certificate signing request with the decision in its conditions, or nothing when one stands already. Pure.
std::optional<api::JsonObject> decided(api::JsonObject request, bool approve);
/// The Job a CronJob would make, by hand, at @p now (seconds since the epoch, for its name). Pure.
api::JsonObject jobOf(const api::JsonObject& cronJob, std::int64_t now);

} // namespace slipway::ui
