// The window with a cluster that is nothing but answers: every page, both themes, both languages; keyboard and
// accessibility.
#include "tests/ui/fake_cluster.h"
#include "tests/ui/pictures.h"
#include "ui/editor/editor_panel.h"
#include "ui/shell/application.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"

#include <QAbstractButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>
#include <QTextBrowser>

using namespace slipway;
using namespace slipway::ui;

namespace {

api::Json pod(const std::string& name, const std::string& node, const std::string& containers,
              const std::string& phase = "Running", const std::string& more = "") {
    const std::string created = "2026-01-31T10:00:00Z";
    return *api::parseJson(
        R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":")" + name + R"(","namespace":"default","uid":"uid-)" +
        name + R"(","resourceVersion":"5","creationTimestamp":")" + created +
        R"(","labels":{"app":"nginx","tier":"web"},)" + more +
        R"("ownerReferences":[{"kind":"ReplicaSet","apiVersion":"apps/v1","name":"nginx-deployment-7c5ddbdf54","controller":true}]},
        "spec":{"nodeName":")" +
        node + R"(","containers":[{"name":"nginx","image":"nginx:latest","ports":[{"containerPort":80}]}]},
        "status":{"phase":")" +
        phase + R"(","podIP":"10.244.1.7","qosClass":"BestEffort",
        "conditions":[{"type":"PodScheduled","status":"True"},{"type":"Initialized","status":"True"},{"type":"ContainersReady","status":"True"},
        {"type":"Ready","status":"True"}],"containerStatuses":[)" +
        containers + "]}}");
}

std::shared_ptr<tests::FakeCluster> makeCluster() {
    auto cluster = std::make_shared<tests::FakeCluster>();
    const std::string running = R"({"name":"nginx","ready":true,"restartCount":0,"state":{"running":{}}})";
    cluster->lists["/api/v1/pods"] = {
        pod("nginx-deployment-7c5ddbdf54-2xk9p", "slipway-1", running),
        pod("nginx-deployment-7c5ddbdf54-8wv4t", "slipway-1",
            running + R"(,{"name":"sidecar","ready":true,"restartCount":2,"state":{"running":{}}})"),
        pod("nginx-deployment-7c5ddbdf54-q7r2m", "slipway-1",
            R"({"name":"nginx","state":{"waiting":{"reason":"ContainerCreating"}}})", "Pending"),
        pod("batch-import-x8f2k", "slipway-1",
            R"({"name":"nginx","state":{"terminated":{"exitCode":0,"reason":"Completed"}}})", "Succeeded"),
        pod("api-6d4cf56db6-zk2lq", "slipway-1",
            R"({"name":"nginx","restartCount":7,"state":{"waiting":{"reason":"CrashLoopBackOff"}}})"),
        pod("old-worker-5f7b9", "slipway-1", running, "Running", R"("deletionTimestamp":"2026-01-31T11:00:00Z",)"),
        pod("waiting-for-room-abcde", "", R"()", "Pending")};
    const auto deployment = [](const char* name, int wanted, int ready) {
        const std::string w = std::to_string(wanted), r = std::to_string(ready);
        return *api::parseJson(
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":")" + std::string(name) +
            R"(","namespace":"default","uid":"uid-)" + name +
            R"(","resourceVersion":"5","creationTimestamp":"2026-01-31T10:00:00Z","labels":{"app":"nginx"}},"spec":{"replicas":)" +
            w +
            R"(,"selector":{"matchLabels":{"app":"nginx"}},"template":{"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}},"status":{"replicas":)" +
            w + R"(,"readyReplicas":)" + r + R"(,"updatedReplicas":)" + w + R"(,"availableReplicas":)" + r +
            R"(,"conditions":[{"type":"Available","status":"True","reason":"MinimumReplicasAvailable","message":"Deployment has minimum availability."},
            {"type":"Progressing","status":"True","reason":"NewReplicaSetAvailable"}]}})");
    };
    cluster->lists["/apis/apps/v1/deployments"] = {deployment("nginx-deployment", 3, 3), deployment("api", 2, 1),
                                                   deployment("paused", 0, 0)};
    cluster->lists["/api/v1/nodes"] = {*api::parseJson(
        R"({"kind":"Node","metadata":{"name":"slipway-1","uid":"n1","resourceVersion":"3","creationTimestamp":"2026-01-31T09:00:00Z",
        "labels":{"node-role.kubernetes.io/control-plane":""}},"spec":{},"status":{"allocatable":{"cpu":"2","memory":"8038400Ki","pods":"110"},
        "nodeInfo":{"kubeletVersion":"v1.34.0-slipway","osImage":"Debian GNU/Linux 13"},"addresses":[{"type":"InternalIP","address":"172.30.0.2"}],
        "conditions":[{"type":"Ready","status":"True","reason":"AgentReady","message":"the agent is ready"},{"type":"MemoryPressure","status":"False"}]}})")};
    cluster->lists["/api/v1/services"] = {*api::parseJson(
        R"({"kind":"Service","metadata":{"name":"kubernetes","namespace":"default","uid":"s1","resourceVersion":"3","creationTimestamp":"2026-01-31T09:00:00Z"},
        "spec":{"type":"ClusterIP","clusterIP":"10.96.0.1","ports":[{"port":443,"protocol":"TCP"}]}})")};
    cluster->lists["/api/v1/namespaces"] = {
        *api::parseJson(
            R"({"kind":"Namespace","metadata":{"name":"default","uid":"ns1","resourceVersion":"1"},"status":{"phase":"Active"}})"),
        *api::parseJson(
            R"({"kind":"Namespace","metadata":{"name":"kube-system","uid":"ns2","resourceVersion":"1"},"status":{"phase":"Active"}})")};
    cluster->lists["/api/v1/configmaps"] = {};
    cluster->log =
        "2026-01-31T12:00:00.000000000Z 10.244.0.1 - - [31/Jan/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 615\n"
        "2026-01-31T12:00:01.000000000Z [warn] upstream is slow\n2026-01-31T12:00:02.000000000Z [error] connection "
        "refused\n";
    return cluster;
}

SessionPtr makeSession(const std::shared_ptr<tests::FakeCluster>& cluster) {
    auto session = std::make_shared<Session>();
    session->name = QStringLiteral("demo");
    session->server = QStringLiteral("https://172.30.0.2:6443");
    session->client = std::make_shared<client::Client>(cluster);
    return session;
}

} // namespace

class LookTest : public QObject {
    Q_OBJECT
    std::shared_ptr<tests::FakeCluster> cluster_ = makeCluster();
    std::unique_ptr<MainWindow> window_;

    void openWindow() {
        window_ = std::make_unique<MainWindow>(QStringLiteral("look-test"), makeSession(cluster_));
        window_->resize(1400, 860);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        activate();
    }
    /// There is no window manager to do it.
    void activate() {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }
    ResourcePage& page() { return *window_->workspace()->currentPage(); }
    void selectFirst() {
        QTRY_VERIFY(page().table().model()->rowCount() > 0);
        page().table().setFocus();
        page().table().selectRow(0);
    }

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        prepareApplication();
        QSettings().clear();
    }
    void init() {
        Settings::setTheme(ThemeChoice::light);
        Settings::setLanguage(QStringLiteral("en"));
        installLanguage();
        applyTheme(*qApp, Settings::theme());
    }
    void cleanup() { window_.reset(); }

    void picturesOfEveryPage_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("dark");
        QTest::newRow("english-light") << "en" << false;
        QTest::newRow("english-dark") << "en" << true;
        QTest::newRow("chinese-light") << "zh_CN" << false;
        QTest::newRow("chinese-dark") << "zh_CN" << true;
    }
    void picturesOfEveryPage() {
        QFETCH(QString, language);
        QFETCH(bool, dark);
        const QString name = QStringLiteral("look-") + QLatin1String(QTest::currentDataTag()) + QLatin1Char('-');
        Settings::setLanguage(language);
        Settings::setTheme(dark ? ThemeChoice::dark : ThemeChoice::light);
        installLanguage();
        applyTheme(*qApp, Settings::theme());
        openWindow();
        window_->showPage(Sidebar::clusterPage());
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*window_, name + "start"));
        window_->showPage(QStringLiteral("pods"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QTRY_VERIFY(window_->workspace()->details().isVisible());
        QTRY_VERIFY(!window_->workspace()->details().findChild<QTextBrowser*>()->toPlainText().isEmpty());
        QTest::keyClick(&page().table(), Qt::Key_L);
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* logs = qobject_cast<LogPanel*>(window_->workspace()->panels().widget(0));
        QTRY_VERIFY(logs != nullptr && logs->shownText().contains("connection refused"));
        QVERIFY(tests::takePicture(*window_, name + "pods-logs"));
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_S);
        auto* terminal = qobject_cast<TerminalPanel*>(window_->workspace()->panels().widget(1));
        QTRY_VERIFY(terminal != nullptr && terminal->shownText().contains("root@web"));
        terminal->type("ls -l\r");
        QTRY_VERIFY(terminal->shownText().contains("ls -l"));
        QVERIFY(tests::takePicture(*window_, name + "terminal"));
        terminal->type("exit\r");
        QTRY_VERIFY(!terminal->isRunning());
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_E);
        auto* editor = qobject_cast<EditorPanel*>(window_->workspace()->panels().widget(2));
        QTRY_VERIFY(editor != nullptr && editor->editor().toPlainText().contains("containers:"));
        editor->editor().markError(6, "wrong");
        editor->editor().goToLine(8);
        QTest::qWait(100);
        QVERIFY(tests::takePicture(*window_, name + "editor"));
        window_->workspace()->panels().hide();
        window_->showPage(QStringLiteral("deployments"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QTRY_VERIFY(window_->workspace()->details().scaleSlider().isVisible());
        QTRY_COMPARE(window_->workspace()->details().scaleSlider().slider().value(), 2);
        QVERIFY(tests::takePicture(*window_, name + "deployments"));
        for (const char* kind : {"nodes", "services", "configmaps"}) {
            window_->showPage(QLatin1String(kind));
            QTest::qWait(200);
            QVERIFY(tests::takePicture(*window_, name + kind));
        }
        auto* dialog = window_->drop(
            {{QStringLiteral("nginx.yaml"),
              QStringLiteral(
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n---\napiVersion: example.com/v1\n"
                  "kind: Strange\nmetadata: {name: x}\n")}});
        QTRY_VERIFY(dialog->applyButton().isEnabled());
        QVERIFY(tests::takePicture(*dialog, name + "drop"));
        dialog->reject();
        activate();
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(window_->findChild<CommandPalette*>() != nullptr);
        QVERIFY(tests::takePicture(*window_->findChild<CommandPalette*>(), name + "palette"));
        window_->findChild<CommandPalette*>()->close();
    }

    void everyControlHasAName() {
        openWindow();
        window_->showPage(QStringLiteral("deployments"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QTest::keyClick(&page().table(), Qt::Key_E);
        QTest::qWait(300);
        for (QAbstractButton* button : window_->findChildren<QAbstractButton*>())
            if (button->isVisible() && button->focusPolicy() != Qt::NoFocus &&
                button->metaObject()->className() != QByteArray("QTableCornerButton"))
                QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty() ||
                             button->inherits("CloseButton"),
                         qPrintable(button->toolTip() + button->metaObject()->className() +
                                    button->parent()->metaObject()->className()));
        for (QWidget* widget : window_->findChildren<QWidget*>())
            if (widget->isVisible() &&
                (widget->inherits("QLineEdit") || widget->inherits("QTableView") || widget->inherits("QComboBox") ||
                 widget->inherits("QSlider")) &&
                !widget->parentWidget()->inherits("QAbstractSpinBox"))
                QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }

    void keysFilterAndJump() {
        openWindow();
        window_->showPage(QStringLiteral("pods"));
        selectFirst();
        QTRY_COMPARE(page().table().model()->rowCount(), 7);
        QTest::keyClick(&page().table(), Qt::Key_Slash);
        QTRY_VERIFY(page().filterLine().hasFocus());
        QTest::keyClicks(&page().filterLine(), "crash");
        QTRY_COMPARE(page().table().model()->rowCount(), 1);
        QTest::keyClick(&page().filterLine(), Qt::Key_Escape);
        QTRY_COMPARE(page().table().model()->rowCount(), 7);
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(window_->findChild<CommandPalette*>() != nullptr);
        auto* palette = window_->findChild<CommandPalette*>();
        QTest::keyClicks(&palette->line(), "nodes");
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QTRY_COMPARE(window_->currentPage(), QStringLiteral("nodes"));
    }

    void paletteFindsObjectsAndBracketsGoBack() {
        openWindow();
        window_->showPage(QStringLiteral("nodes"));
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(window_->findChild<CommandPalette*>() != nullptr);
        auto* palette = window_->findChild<CommandPalette*>();
        QTest::keyClicks(&palette->line(), "zk2lq");
        QTRY_COMPARE(palette->list().count(), 1);
        QTest::keyClick(&palette->line(), Qt::Key_Return);
        QTRY_COMPARE(window_->currentPage(), QStringLiteral("pods"));
        QTRY_COMPARE(window_->workspace()->details().object().name, QStringLiteral("api-6d4cf56db6-zk2lq"));
        activate();
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_BracketLeft);
        QTRY_COMPARE(window_->currentPage(), QStringLiteral("nodes"));
        activate();
        page().table().setFocus();
        QTRY_VERIFY(page().table().hasFocus());
        QTest::keyClick(&page().table(), Qt::Key_BracketRight);
        QTRY_COMPARE(window_->currentPage(), QStringLiteral("pods"));
    }

    void restartMarksTheTemplate() {
        openWindow();
        window_->showPage(QStringLiteral("deployments"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_R);
        const auto asked = [this] {
            std::lock_guard lock(cluster_->mutex);
            return std::ranges::any_of(cluster_->writes, [](const client::Request& request) {
                return request.method == "PATCH" && request.target.contains("/deployments/api?") &&
                       request.body.contains("kubectl.kubernetes.io/restartedAt");
            });
        };
        QTRY_VERIFY(asked());
    }

    void sliderPatchesTheScaleSubresource() {
        openWindow();
        window_->showPage(QStringLiteral("deployments"));
        selectFirst(); // "api"
        QTest::keyClick(&page().table(), Qt::Key_D);
        QSlider& slider = window_->workspace()->details().scaleSlider().slider();
        QTRY_COMPARE(slider.value(), 2);
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(&slider, Qt::Key_Right);
        const auto scaleRequests = [this] {
            std::lock_guard lock(cluster_->mutex);
            std::vector<client::Request> found;
            for (const auto& request : cluster_->writes)
                if (request.target.contains("/deployments/api/scale"))
                    found.push_back(request);
            return found;
        };
        QTRY_COMPARE(scaleRequests().size(), std::size_t(1)); // three steps, one request
        QCOMPARE(scaleRequests()[0].method, std::string("PATCH"));
        QVERIFY(scaleRequests()[0].body.contains(R"("replicas":5)"));
    }

    void chineseIsComplete() {
        QFile file(QStringLiteral(SLIPWAY_SOURCE_DIR "/translations/slipway_zh_CN.ts"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(!text.contains("type=\"unfinished\""));
        QVERIFY(text.count("<source>") > 200);
        Settings::setLanguage(QStringLiteral("zh_CN"));
        installLanguage();
        QCOMPARE(findKindView(QStringLiteral("nodes"))->translatedTitle(), QStringLiteral("节点"));
    }
};

QTEST_MAIN(LookTest)
#include "look_test.moc"
