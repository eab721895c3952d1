// The Git history of a cluster: repository, journal, differences, the guard in front of a cluster.
#include "tests/unit/ui/fake_server.h"
#include "ui/editor/portable_object.h"
#include "ui/history/change_journal.h"
#include "ui/history/history_page.h"
#include "ui/history/past_objects.h"
#include "ui/history/text_diff.h"
#include "ui/session/guarded_transport.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace slipway;
using namespace slipway::ui;

namespace {

client::Request request(const char* method, const char* target, const char* body = "") {
    client::Request made;
    made.method = method;
    made.target = target;
    made.body = body;
    return made;
}

constexpr const char* web =
    R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default","uid":"1","resourceVersion":"8"},"spec":{"replicas":2},"status":{"replicas":2}})";

} // namespace

class HistoryTest : public QObject {
    Q_OBJECT
private slots:
    void commitsKeepFilesAndTheirPast() {
        const QTemporaryDir folder;
        auto repository = HistoryRepository::open(folder.filePath("history"));
        QVERIFY(repository);
        QVERIFY(repository->log(10)->empty());
        const auto first = repository->record({{"default/configmaps/a.yaml", "one\n"}}, "first");
        QVERIFY(first && !first->isEmpty());
        const auto same = repository->record({{"default/configmaps/a.yaml", "one\n"}}, "again");
        QVERIFY(same && same->isEmpty()); // nothing differs: no commit
        const auto second =
            repository->record({{"default/configmaps/a.yaml", "two\n"}, {"_cluster/nodes/n.yaml", "node\n"}}, "second");
        QVERIFY(second);
        QVERIFY(repository->record({{"default/configmaps/a.yaml", std::nullopt}}, "third"));
        const auto log = repository->log(10);
        QCOMPARE(log->size(), std::size_t(3));
        QCOMPARE(log->front().subject, QStringLiteral("third"));
        QCOMPARE(repository->log(10, "_cluster/nodes/n.yaml")->size(), std::size_t(1));
        QCOMPARE(*repository->content(*first, "default/configmaps/a.yaml"), QStringLiteral("one\n"));
        QVERIFY(!repository->content({}, "default/configmaps/a.yaml"));
        const auto changes = repository->changes(*second);
        QCOMPARE(changes->size(), std::size_t(2));
        QVERIFY(!changes->front().before); // _cluster/nodes/n.yaml was made
        QCOMPARE(*changes->back().before, QStringLiteral("one\n"));
        QCOMPARE(*changes->back().after, QStringLiteral("two\n"));
        QCOMPARE(repository->files()->size(), std::size_t(1));
    }

    void requestsNameTheirObject() {
        const auto object = requestedObject("/apis/apps/v1/namespaces/default/deployments/web/scale?fieldManager=x");
        QVERIFY(object);
        QCOMPARE(object->path(), QStringLiteral("default/deployments.apps/web.yaml"));
        QCOMPARE(object->subresource, QStringLiteral("scale"));
        QCOMPARE(requestedObject("/api/v1/nodes/n1")->path(), QStringLiteral("_cluster/nodes/n1.yaml"));
        QCOMPARE(requestedObject("/api/v1/namespaces/shop")->path(), QStringLiteral("_cluster/namespaces/shop.yaml"));
        QVERIFY(!requestedObject("/healthz"));
    }

    void theJournalCommitsWritesWithWhatWasThereBefore() {
        const QTemporaryDir folder;
        auto server = std::make_shared<tests::FakeServer>([](const client::Request& asked) {
            return asked.method == "GET" ? client::Response{200, "application/json", web} : client::Response{};
        });
        auto journal = ChangeJournal::make(folder.filePath("history"), server);
        QSignalSpy recorded(journal.get(), &ChangeJournal::recorded);
        const auto patch = request("PATCH", "/apis/apps/v1/namespaces/default/deployments/web");
        journal->before(patch);
        std::string changed = web;
        changed.replace(changed.find("\"replicas\":2"), 12, "\"replicas\":5");
        journal->after(patch, {200, "application/json", changed});
        const auto secret = request("POST", "/api/v1/namespaces/default/secrets");
        journal->after(secret, {201, "application/json",
                                R"({"kind":"Secret","metadata":{"name":"s"},"data":{"password":"aHVudGVyMg=="}})"});
        QTRY_COMPARE(recorded.count(), 1);
        auto repository = HistoryRepository::open(folder.filePath("history"));
        const auto log = repository->log(10);
        QCOMPARE(log->size(), std::size_t(2)); // as found, and the change
        QVERIFY(log->front().subject.contains(QStringLiteral("Deployment web")));
        const auto changes = repository->changes(log->front().id);
        QVERIFY(changes->front().before->contains(QStringLiteral("replicas: 2")));
        QVERIFY(changes->front().after->contains(QStringLiteral("replicas: 5")));
        QVERIFY(!changes->front().after->contains(QStringLiteral("resourceVersion")));
        QCOMPARE(repository->files()->size(), std::size_t(1)); // secrets are not put on disk
    }

    void aChangeThatCannotBeReadYetIsCommittedLater() {
        const QTemporaryDir folder;
        std::atomic<int> reads = 0;
        auto server = std::make_shared<tests::FakeServer>([&reads](const client::Request&) {
            return ++reads < 3 ? tests::status(503, "ServiceUnavailable", "not now")
                               : client::Response{200, "application/json", web};
        });
        auto journal = ChangeJournal::make(folder.filePath("history"), server);
        journal->after(request("PATCH", "/apis/apps/v1/namespaces/default/deployments/web/scale"),
                       {200, "application/json", R"({"kind":"Scale","metadata":{"name":"web"}})"});
        const auto commits = [&] {
            auto repository = HistoryRepository::open(folder.filePath("history"));
            const auto log = repository ? repository->log(10) : HistoryResult<std::vector<HistoryCommit>>();
            return log ? log->size() : 0;
        };
        QTRY_COMPARE_WITH_TIMEOUT(commits(), std::size_t(1), 20'000);
        QVERIFY(reads >= 3);
    }

    void driftComparesGitWithTheCluster() {
        auto server = std::make_shared<tests::FakeServer>([](const client::Request& asked) {
            return asked.target.ends_with("/web") ? client::Response{200, "application/json", web}
                                                  : tests::status(404, "NotFound", "not found");
        });
        const QString kept = QString::fromStdString(portableYaml(*api::parseJson(web)));
        const auto drift = driftOf(client::Client(server), {{"a", kept},
                                                            {"b", QString(kept).replace("replicas: 2", "replicas: 9")},
                                                            {"c", QString(kept).replace("name: web", "name: gone")}});
        QCOMPARE(drift.size(), std::size_t(3));
        QVERIFY(drift[0].same);
        QVERIFY(!drift[1].same && drift[1].live.contains("replicas: 2"));
        QVERIFY(!drift[2].same && drift[2].live.isEmpty());
    }

    void thePastIsPairedWithThePresent() {
        const auto map = [](const char* name, const char* value) {
            const api::JsonObject metadata{{"name", name}, {"namespace", "a"}, {"resourceVersion", "1"}};
            return api::Json(api::JsonObject{{"metadata", metadata}, {"data", api::JsonObject{{"k", value}}}});
        };
        const auto pairs = pairWithPast({map("same", "1"), map("changed", "1"), map("gone", "1")},
                                        {map("same", "1"), map("changed", "2"), map("later", "1")},
                                        {"", "v1", "configmaps", "ConfigMap", true});
        using State = PastObject::State;
        const std::pair<const char*, State> wanted[] = {
            {"changed", State::changed}, {"gone", State::gone}, {"later", State::later}, {"same", State::same}};
        QCOMPARE(pairs.size(), std::size_t(4));
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(pairs[i].name, QLatin1String(wanted[i].first));
            QVERIFY(pairs[i].state == wanted[i].second);
        }
        QVERIFY(pairs[1].then.startsWith("apiVersion: v1\nkind: ConfigMap\n") && pairs[1].now.isEmpty());
    }

    void differencesNameTheirLines() {
        const auto lines = textDiff("a\nb\nc\n", "a\nx\nc\n");
        QCOMPARE(lines.size(), std::size_t(4));
        QCOMPARE(lines[1].kind, DiffLine::removed);
        QCOMPARE(lines[1].before, 2);
        QCOMPARE(lines[2].kind, DiffLine::added);
        QCOMPARE(lines[2].text, QStringLiteral("x"));
        QVERIFY(textDiff("same", "same").empty());
    }

    void aGuardedClusterIsOnlyLookedAt() {
        auto server = std::make_shared<tests::FakeServer>(
            [](const client::Request&) { return client::Response{200, "application/json", "{}"}; });
        auto readOnly = std::make_shared<std::atomic<bool>>(true);
        int written = 0;
        GuardedTransport guarded(server, readOnly,
                                 {{}, [&written](const client::Request&, const client::Response&) { ++written; }});
        QVERIFY(guarded.send(request("GET", "/api/v1/pods")));
        QVERIFY(guarded.send(request("PATCH", "/api/v1/pods/x?dryRun=All")));
        QVERIFY(guarded.send(request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")));
        const auto refused = guarded.send(request("DELETE", "/api/v1/pods/x"));
        QVERIFY(!refused && refused.error().kind == client::Errc::forbidden);
        QVERIFY(!guarded.connect(request("GET", "/api/v1/namespaces/a/pods/x/exec"), {}));
        QCOMPARE(server->requests.size(), std::size_t(3));
        readOnly->store(false);
        QVERIFY(guarded.send(request("DELETE", "/api/v1/pods/x")));
        QCOMPARE(written, 1);
    }
};

QTEST_GUILESS_MAIN(HistoryTest)
#include "history_test.moc"
