// Rows, the model, the filter: what a table shows of objects.
#include "tests/unit/ui/fake_server.h"
#include "ui/resources/resource_model.h"
#include "ui/resources/row_proxy.h"
#include "ui/resources/row_readers.h"
#include "ui/resources/table_transport.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <cstdlib>
#include <set>

using namespace slipway;
using namespace slipway::ui;

namespace {

api::JsonObject object(const char* json) {
    return api::parseJson(json)->as_object();
}

RowPtr row(const QString& name, const QString& version = QStringLiteral("1"),
           std::map<std::string, std::string> labels = {}) {
    auto made = std::make_shared<Row>();
    made->uid = made->name = name;
    made->ns = QStringLiteral("default");
    made->resourceVersion = version;
    made->labels = std::move(labels);
    made->cells.resize(findKindView(QStringLiteral("pods"))->columns.size());
    return made;
}

QStringList names(const ResourceModel& model) {
    QStringList all;
    for (int i = 0; i < model.rowCount(); ++i)
        all << model.row(i).name;
    return all;
}

} // namespace

class ModelsTest : public QObject {
    Q_OBJECT
private slots:
    void tablesBecomeObjectsWithTheirCells() {
        const auto list = listOfTable(*api::parseJson(
            R"({"kind":"Table","metadata":{"resourceVersion":"9"},"rows":[{"cells":["a",3],"object":{"metadata":{"name":"a"}}}]})"));
        QVERIFY(api::stringAt(list, {"metadata", "resourceVersion"}) == "9");
        const auto& items = list.at("items").as_array();
        QCOMPARE(items.size(), std::size_t(1));
        QVERIFY(api::stringAt(items[0], {"metadata", "name"}) == "a");
        QCOMPARE(items[0].at(cellsMember).as_array().size(), std::size_t(2));
        const auto bookmark =
            objectOfTable(*api::parseJson(R"({"kind":"Table","metadata":{"resourceVersion":"12"},"rows":[]})"));
        QVERIFY(api::stringAt(bookmark, {"metadata", "resourceVersion"}) == "12");
    }

    void kindsWithoutAReaderComeFromDiscoveryAndTable() {
        auto server = std::make_shared<tests::FakeServer>([](const client::Request& request) {
            const auto answer = [](const char* body) { return client::Response{200, "application/json", body}; };
            if (request.target == "/api/v1")
                return answer(
                    R"({"resources":[{"name":"pods","kind":"Pod","namespaced":true,"verbs":["list","watch"]},
                    {"name":"pods/log","kind":"Pod","namespaced":true,"verbs":["get"]},{"name":"bindings","kind":"Binding","verbs":["create"]}]})");
            if (request.target == "/apis")
                return answer(
                    R"({"groups":[{"name":"example.com","preferredVersion":{"version":"v2"}},{"name":"broken.io","preferredVersion":{"version":"v1"}}]})");
            if (request.target == "/apis/example.com/v2")
                return answer(
                    R"({"resources":[{"name":"boats","kind":"Boat","namespaced":true,"verbs":["list","watch"]}]})");
            if (request.target.starts_with("/apis/example.com/v2/boats?") &&
                request.accept.starts_with("application/json;as=Table"))
                return answer(
                    R"({"kind":"Table","columnDefinitions":[{"name":"Name","type":"string"},{"name":"Masts","type":"integer"},
                    {"name":"Harbour","type":"string","priority":1},{"name":"Age","type":"date"}],"rows":[]})");
            return tests::status(404, "NotFound", "not found");
        });
        const client::Client client(server);
        const auto found = discoverKinds(client);
        QVERIFY(found);
        const auto views = viewsOf(*found);
        QCOMPARE(views.size(), std::size_t(2)); // not the subresource, not what cannot be listed, not the broken group
        const KindView* boats = findKindView(QStringLiteral("boats.example.com"));
        QVERIFY(boats != nullptr && !boats->columnsKnown);
        QCOMPARE(boats->group, "Custom resources");
        QCOMPARE(viewsOf(*found)[1], boats); // the same place for good: pages hold on to it
        const auto columns = fetchColumns(client, boats->resource);
        QVERIFY(columns);
        setColumns(QStringLiteral("boats.example.com"), *columns);
        QCOMPARE(boats->columns.size(), std::size_t(2));
        QVERIFY(!boats->columns[0].extra && boats->columns[1].extra);
        const Row made = readRow(
            *boats,
            *api::parseJson(R"({"metadata":{"name":"ida","uid":"1"},"slipway.dev/cells":["ida",3,"Husum","2d"]})"));
        QCOMPARE(made.cells[0].text, QStringLiteral("3"));
        QCOMPARE(made.cells[0].number, 3.0);
        QCOMPARE(made.cells[1].text, QStringLiteral("Husum"));
    }

    void podStatusFollowsKubectl_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("ready");
        const auto add = [](const char* name, const char* pod, const char* status, const char* ready) {
            QTest::newRow(name) << pod << status << ready;
        };
        add("pending", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending"}})", "Pending", "0/1");
        add("creating", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","containerStatuses":[
            {"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]}})",
            "ContainerCreating", "0/1");
        add("running",
            R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running","containerStatuses":[
            {"name":"a","ready":true,"state":{"running":{}}},{"name":"b","ready":false,"state":{"running":{}}}]}})",
            "Running", "1/2");
        add("crash loop", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[
            {"name":"a","restartCount":4,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})",
            "CrashLoopBackOff", "0/1");
        add("completed", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Succeeded","containerStatuses":[
            {"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}})",
            "Completed", "0/1");
        add("exit code", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[
            {"name":"a","state":{"terminated":{"exitCode":3}}}]}})",
            "ExitCode:3", "0/1");
        add("signal", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[
            {"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}})",
            "Signal:9", "0/1");
        add("init",
            R"({"spec":{"initContainers":[{"name":"i"},{"name":"j"}],"containers":[{"name":"a"}]},"status":{"phase":"Pending",
            "initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":0}}},{"name":"j","state":{"running":{}}}]}})",
            "Init:1/2", "0/1");
        add("init crash",
            R"({"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"}]},"status":{"phase":"Pending",
            "initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})",
            "Init:CrashLoopBackOff", "0/1");
        add("one of two completed", R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running",
            "conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[
            {"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}})",
            "Running", "1/2");
        add("terminating",
            R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{"name":"a"}]},
            "status":{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}})",
            "Terminating", "1/1");
        add("evicted", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","reason":"Evicted"}})",
            "Evicted", "0/1");
    }
    void podStatusFollowsKubectl() {
        QFETCH(QString, json);
        QFETCH(QString, status);
        QFETCH(QString, ready);
        const PodSummary summary = summarizePod(object(json.toUtf8().constData()));
        QCOMPARE(summary.status, status);
        QCOMPARE(QStringLiteral("%1/%2").arg(summary.ready).arg(summary.total), ready);
    }

    void runningButNotReadyIsAWarning() {
        const auto pod =
            object(R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[
            {"name":"a","ready":false,"state":{"running":{}}}]}})");
        QCOMPARE(summarizePod(pod).tone, Tone::waiting);
    }

    void everyKindReadsAnEmptyObject() {
        for (const KindView& kind : allKinds()) {
            const Row read = readRow(kind, api::Json(api::JsonObject{{"metadata", {{"name", "x"}}}}));
            QCOMPARE(read.cells.size(), kind.columns.size());
        }
    }

    void batchesChangeInsertAndRemove() {
        ResourceModel model(*findKindView(QStringLiteral("pods")));
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.apply({true, {row("a"), row("b"), row("c"), row("d")}, {}});
        QCOMPARE(names(model), (QStringList{"a", "b", "c", "d"}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged), removed(&model, &QAbstractItemModel::rowsRemoved);
        model.apply({false, {row("a", "2"), row("b", "2"), row("e")}, {QStringLiteral("c"), QStringLiteral("d")}});
        QCOMPARE(names(model), (QStringList{"a", "b", "e"}));
        QCOMPARE(changed.size(), 1); // neighbours in one signal
        QCOMPARE(removed.size(), 1);
        QCOMPARE(model.find(QStringLiteral("e")), 2);
        QCOMPARE(model.find(QStringLiteral("c")), -1);
    }

    void aRelistKeepsWhatStayedAndDropsTheRest() {
        ResourceModel model(*findKindView(QStringLiteral("pods")));
        model.apply({true, {row("a"), row("b"), row("c")}, {}});
        const QPersistentModelIndex kept = model.index(2, 0);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.apply({true, {row("c"), row("f")}, {}});
        QCOMPARE(names(model), (QStringList{"c", "f"}));
        QCOMPARE(kept.row(), 0);
        QCOMPARE(changed.size(), 0); // the same resource version: nothing to draw anew
    }

    void filterTakesTextRegexNegationAndLabels() {
        const Row web = *row("web-1", "1", {{"app", "web"}}), db = *row("db-1", "1", {{"app", "db"}});
        QVERIFY(RowFilter("web").accepts(web) && !RowFilter("web").accepts(db));
        QVERIFY(RowFilter("^db-\\d$").accepts(db) && !RowFilter("^db-\\d$").accepts(web));
        QVERIFY(!RowFilter("!web").accepts(web) && RowFilter("!web").accepts(db));
        QVERIFY(RowFilter("-l app=web").accepts(web) && !RowFilter("-l app=web").accepts(db));
        QVERIFY(RowFilter("-l app in (web,db)").accepts(db));
        QVERIFY(RowFilter("").accepts(db) && RowFilter("").empty());
        QVERIFY(!RowFilter("[").accepts(db)); // not yet an expression: taken as it is
        QVERIFY(!RowFilter("-l a=b=c").error().isEmpty());
    }

    void proxySortsNumbersAsNumbers() {
        ResourceModel model(*findKindView(QStringLiteral("pods")));
        const RowPtr a = row("a"), b = row("b");
        a->cells[3] = {QStringLiteral("10"), Tone::plain, 10, {}};
        b->cells[3] = {QStringLiteral("9"), Tone::plain, 9, {}};
        model.apply({true, {a, b}, {}});
        RowProxy proxy(model);
        proxy.sort(5); // restarts
        QCOMPARE(proxy.rowAt(proxy.index(0, 0)).name, QStringLiteral("b"));
        proxy.setFilter(RowFilter("^a$"));
        QCOMPARE(proxy.rowCount(), 1);
    }

    void proxyFollowsEveryChange() {
        ResourceModel model(*findKindView(QStringLiteral("pods")));
        RowProxy proxy(model);
        QAbstractItemModelTester tester(&proxy, QAbstractItemModelTester::FailureReportingMode::QtTest);
        proxy.sort(5); // restarts
        proxy.setFilter(RowFilter("!skip"));
        const auto made = [](int name, int version, int restarts) {
            RowPtr each = row((name % 7 == 0 ? QStringLiteral("skip-%1") : QStringLiteral("pod-%1")).arg(name),
                              QString::number(version));
            each->cells[3] = {QString::number(restarts), Tone::plain, double(restarts), {}};
            return each;
        };
        std::srand(7);
        QPersistentModelIndex kept;
        QString keptName;
        for (int round = 1; round <= 60; ++round) {
            RowBatch batch;
            std::set<int> named; // at most once each
            for (int i = 0; i < (round == 1 ? 90 : 12); ++i)
                if (const int name = std::rand() % 120; named.insert(name).second)
                    batch.rows.push_back(made(name, round, std::rand() % 10));
            for (int i = 0; i < 4; ++i)
                if (const int name = std::rand() % 120; named.insert(name).second)
                    batch.gone.push_back(made(name, 0, 0)->uid);
            model.apply(batch);
            std::vector<std::pair<int, QString>> wanted, shown;
            for (int i = 0; i < model.rowCount(); ++i)
                if (!model.row(i).name.startsWith(QLatin1String("skip")))
                    wanted.emplace_back(int(model.row(i).cells[3].number), model.row(i).name);
            std::ranges::sort(wanted);
            for (int i = 0; i < proxy.rowCount(); ++i) {
                const Row& each = proxy.rowAt(proxy.index(i, 0));
                shown.emplace_back(int(each.cells[3].number), each.name);
                QCOMPARE(proxy.mapFromSource(proxy.mapToSource(proxy.index(i, 0))).row(), i);
                QCOMPARE(model.find(each.uid), proxy.mapToSource(proxy.index(i, 0)).row());
            }
            QVERIFY(shown == wanted);
            if (kept.isValid())
                QCOMPARE(proxy.rowAt(kept).name, keptName); // what was chosen stays chosen
            if (!kept.isValid() && proxy.rowCount() > 0) {
                kept = proxy.index(proxy.rowCount() / 2, 0);
                keptName = proxy.rowAt(kept).name;
            }
        }
    }

    void bigListsApplyInOneInsert() {
        ResourceModel model(*findKindView(QStringLiteral("pods")));
        RowBatch batch{true, {}, {}};
        for (int i = 0; i < 20'000; ++i)
            batch.rows.push_back(row(QString::number(i)));
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        model.apply(batch);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(model.rowCount(), 20'000);
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "models_test.moc"
