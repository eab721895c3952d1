#include "ui/history/change_journal.h"

#include "ui/editor/portable_object.h"
#include "ui/session/guarded_transport.h"
#include "ui/session/session.h"

#include <QCoreApplication>
#include <QDir>
#include <QSettings>
#include <QStandardPaths>

namespace slipway::ui {
namespace {

/// Resources that are not somebody's writing: bookkeeping, and secrets, which are not put on disk.
bool isKept(const RequestedObject& object) {
    static const QSet<QString> left = {QStringLiteral("secrets"), QStringLiteral("events"), QStringLiteral("leases"),
                                       QStringLiteral("bindings")};
    return !left.contains(object.resource) && (object.subresource.isEmpty() || object.subresource == "scale");
}

QString verbOf(const client::Request& request) {
    if (request.method == "POST")
        return ChangeJournal::tr("Create");
    if (request.method == "DELETE")
        return ChangeJournal::tr("Delete");
    return request.method == "PUT" ? ChangeJournal::tr("Edit") : ChangeJournal::tr("Change");
}

QString folderKey(const QString& cluster) {
    return QStringLiteral("historyFolder/") + QString(cluster).replace(QLatin1Char('/'), QLatin1Char('_'));
}

/// How long after the last write it is committed, and how often at most one that could not be read is asked for again.
constexpr int commitPause = 700, longestPause = 60'000; // ms

struct Reading {
    std::optional<QString> yaml;
    bool answered = false; ///< the server has said whether there is such an object
};

Reading readYaml(client::Transport& reader, const std::string& path) {
    client::Request request;
    request.target = path;
    const auto answer = reader.send(request);
    if (!answer || answer->code != 200)
        return {.yaml = {}, .answered = answer && answer->code < 500 && answer->code != 429};
    const auto object = api::parseJson(answer->body);
    return {object ? std::optional(text(portableYaml(*object))) : std::nullopt, true};
}

} // namespace

QString RequestedObject::path() const {
    return QStringLiteral("%1/%2%3/%4.yaml")
        .arg(ns.isEmpty() ? QStringLiteral("_cluster") : ns, resource,
             group.isEmpty() ? QString() : QLatin1Char('.') + group, name);
}

std::optional<RequestedObject> requestedObject(std::string_view target) {
    QStringList parts = text(target.substr(0, target.find('?'))).split(QLatin1Char('/'), Qt::SkipEmptyParts);
    RequestedObject object;
    if (parts.size() >= 3 && parts[0] == "api") {
        object.version = parts[1];
        parts.remove(0, 2);
    } else if (parts.size() >= 4 && parts[0] == "apis") {
        object.group = parts[1];
        object.version = parts[2];
        parts.remove(0, 3);
    } else {
        return std::nullopt;
    }
    if (parts.size() >= 3 && parts[0] == "namespaces") {
        object.ns = parts[1];
        parts.remove(0, 2);
    }
    object.resource = parts.value(0);
    object.name = parts.value(1);
    object.subresource = parts.value(2);
    return object;
}

std::mutex& ChangeJournal::repositories() {
    static std::mutex one;
    return one;
}

ChangeJournal::ChangeJournal(QString folder, std::shared_ptr<client::Transport> reader)
    : folder_(std::move(folder)), reader_(std::move(reader)) {
    pause_.setSingleShot(true);
    pause_.setInterval(commitPause);
    connect(&pause_, &QTimer::timeout, this, &ChangeJournal::commit);
}

std::shared_ptr<ChangeJournal> ChangeJournal::make(QString folder, std::shared_ptr<client::Transport> reader) {
    auto* journal = new ChangeJournal(std::move(folder), std::move(reader));
    journal->moveToThread(QCoreApplication::instance()->thread());
    return {journal, [](ChangeJournal* done) { done->deleteLater(); }};
}

void ChangeJournal::chooseFolder(const QString& cluster, const QString& folder) {
    if (folder.isEmpty())
        QSettings().remove(folderKey(cluster));
    else
        QSettings().setValue(folderKey(cluster), folder);
}

QString ChangeJournal::folderOf(const QString& cluster) {
    if (const QString chosen = QSettings().value(folderKey(cluster)).toString(); !chosen.isEmpty())
        return chosen;
    QString name = cluster;
    for (QChar& letter : name)
        if (!letter.isLetterOrNumber() && letter != QLatin1Char('-') && letter != QLatin1Char('.'))
            letter = QLatin1Char('_');
    return QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation))
        .filePath(QStringLiteral("history/") + name);
}

void ChangeJournal::before(const client::Request& request) {
    auto object = requestedObject(request.target);
    if (!object || object->name.isEmpty() || !isKept(*object))
        return;
    {
        std::lock_guard lock(mutex_);
        if (seen_.contains(object->path()))
            return;
        seen_.insert(object->path());
    }
    std::string path = request.target.substr(0, request.target.find('?'));
    if (!object->subresource.isEmpty())
        path.resize(path.rfind('/'));
    if (auto found = readYaml(*reader_, path).yaml) {
        std::lock_guard lock(mutex_);
        pending_[object->path()].before = std::move(found);
    }
}

void ChangeJournal::after(const client::Request& request, const client::Response& response) {
    auto object = requestedObject(request.target);
    if (!object || !isKept(*object))
        return;
    const auto body = api::parseJson(response.body);
    if (body && object->name.isEmpty())
        object->name = text(api::stringAt(*body, {"metadata", "name"}));
    if (!body || object->name.isEmpty())
        return;
    std::lock_guard lock(mutex_);
    seen_.insert(object->path());
    Change& change = pending_[object->path()];
    change.verb = verbOf(request);
    const QString kind = object->subresource.isEmpty() ? text(api::stringAt(*body, {"kind"})) : object->resource;
    change.title = (kind == "Status" ? object->resource : kind) + QLatin1Char(' ') + object->name;
    change.fetch.clear();
    if (request.method == "DELETE") {
        change.now.reset();
    } else if (!object->subresource.isEmpty()) {
        change.fetch = request.target.substr(0, request.target.find('?'));
        change.fetch.resize(change.fetch.rfind('/'));
    } else {
        change.now = text(portableYaml(*body));
    }
    QMetaObject::invokeMethod(this, [this] { pause_.start(commitPause); }, Qt::QueuedConnection);
}

void ChangeJournal::commit() {
    Changes changes;
    {
        std::lock_guard lock(mutex_);
        for (auto it = pending_.begin(); it != pending_.end();) // what has not been answered yet stays
            it = it->second.verb.isEmpty() ? std::next(it) : (changes.insert(std::move(*it)), pending_.erase(it));
    }
    if (changes.empty())
        return;
    auto work = [reader = reader_,
                 changes = std::move(changes)](HistoryRepository& repository) mutable -> HistoryResult<Changes> {
        Changes unread;
        std::vector<HistoryFile> found, written;
        QStringList lines;
        for (auto& [path, change] : changes) {
            if (change.before && !repository.content({}, path))
                found.push_back({path, change.before});
            if (!change.fetch.empty()) {
                Reading reading = readYaml(*reader, change.fetch);
                if (!reading.answered)
                    unread.emplace(path, change);
                if (!reading.yaml)
                    continue; // a state that cannot be read is not one that is gone
                change.now = std::move(reading.yaml);
            }
            written.push_back({path, change.now});
            lines << change.verb + QLatin1Char(' ') + change.title;
        }
        if (!found.empty())
            if (auto done = repository.record(found, tr("As found in the cluster")); !done)
                return std::unexpected(done.error());
        if (lines.empty())
            return unread;
        QString message = lines.front();
        if (lines.size() > 1)
            message = tr("%n object(s) changed", nullptr, static_cast<int>(lines.size())) + QStringLiteral("\n\n") +
                      lines.join(QLatin1Char('\n'));
        if (auto done = repository.record(written, message); !done)
            return std::unexpected(done.error());
        return unread;
    };
    ask(this, std::move(work), [this](HistoryResult<Changes> done) {
        if (!done)
            return emit failed(done.error().message);
        keepForLater(std::move(*done));
        emit recorded();
    });
}

void ChangeJournal::keepForLater(Changes unread) {
    if (unread.empty())
        return;
    {
        std::lock_guard lock(mutex_);
        pending_.merge(unread); // a newer change of the same object stays
    }
    if (!pause_.isActive())
        pause_.start(std::min(pause_.interval() * 2, longestPause));
}

} // namespace slipway::ui
