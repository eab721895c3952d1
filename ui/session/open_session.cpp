#include "ui/session/open_session.h"

#include "cluster/client/kubeconfig.h"
#include "ui/history/change_journal.h"
#include "ui/session/guarded_transport.h"

#include <QSettings>

namespace slipway::ui {

client::Result<SessionPtr> openSession(const QString& kubeconfig, const QString& context, bool local,
                                       const QString& name) {
    auto settings = client::loadContext(kubeconfig.toStdString(), context.toStdString());
    if (!settings)
        return std::unexpected(settings.error());
    auto transport = client::makeHttpTransport(*settings);
    if (!transport)
        return std::unexpected(transport.error());
    auto session = std::make_shared<Session>();
    session->name = name.isEmpty() ? QString::fromStdString(settings->contextName) : name;
    session->server = QString::fromStdString(settings->server);
    session->defaultNamespace = QString::fromStdString(settings->defaultNamespace);
    session->local = local;
    session->kubeconfig = kubeconfig;
    session->context = QString::fromStdString(settings->contextName);
    session->readOnly->store(isGuarded(session->name));
    session->journal = ChangeJournal::make(ChangeJournal::folderOf(session->name), *transport);
    GuardedTransport::Observer observer{
        [journal = session->journal](const client::Request& request) { journal->before(request); },
        [journal = session->journal](const client::Request& request, const client::Response& response) {
            journal->after(request, response);
        }};
    session->client = std::make_shared<client::Client>(
        std::make_shared<GuardedTransport>(std::move(*transport), session->readOnly, std::move(observer)));
    return session;
}

std::vector<KnownContext> knownContexts() {
    QStringList files = qEnvironmentVariable("KUBECONFIG").split(QLatin1Char(':'), Qt::SkipEmptyParts);
    if (files.isEmpty())
        files << QString::fromStdString(client::defaultKubeconfigPath().string());
    std::vector<KnownContext> known;
    for (const QString& file : std::as_const(files)) {
        const auto contexts = client::listContexts(file.toStdString());
        if (!contexts)
            continue;
        for (const client::ContextEntry& entry : *contexts) {
            const QString name = QString::fromStdString(entry.name);
            known.push_back({name, QString::fromStdString(entry.cluster), QString::fromStdString(entry.user),
                             QString::fromStdString(entry.defaultNamespace), file, entry.current, isGuarded(name)});
        }
    }
    return known;
}

bool isGuarded(const QString& name) {
    return QSettings().value(QStringLiteral("guarded/") + name, false).toBool();
}

void rememberGuard(const QString& name, bool readOnly) {
    QSettings().setValue(QStringLiteral("guarded/") + name, readOnly);
}

void setGuard(const Session& session, bool readOnly) {
    session.readOnly->store(readOnly);
    rememberGuard(session.name, readOnly);
}

} // namespace slipway::ui
