// The window with a cluster that is nothing but answers: every page, both themes, both languages; keyboard and
// accessibility.
#include "tests/support/places.h"
#include "tests/ui/demo_cluster.h"
#include "tests/ui/pictures.h"
#include "ui/access/port_forwards.h"
#include "ui/charts/metrics_store.h"
#include "ui/cluster/overview_page.h"
#include "ui/editor/editor_panel.h"
#include "ui/editor/form_dialog.h"
#include "ui/history/change_journal.h"
#include "ui/history/history_page.h"
#include "ui/history/time_machine_page.h"
#include "ui/logs/log_panel.h"
#include "ui/session/guarded_transport.h"
#include "ui/shell/application.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"
#include "ui/shell/special_pages.h"
#include "ui/terminal/terminal_panel.h"
#include "ui/topology/heat_map.h"
#include "ui/topology/topology_page.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QDateTime>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

using namespace slipway;
using namespace slipway::ui;

class LookTest : public QObject {
    Q_OBJECT
    std::shared_ptr<tests::FakeCluster> cluster_ = tests::demoCluster();
    QTemporaryDir folder_;
    std::unique_ptr<MainWindow> window_;

    void openWindow() {
        auto journal = ChangeJournal::make(folder_.filePath(QStringLiteral("history")), cluster_);
        auto readOnly = std::make_shared<std::atomic<bool>>(false);
        auto guarded = std::make_shared<GuardedTransport>(
            cluster_, readOnly,
            GuardedTransport::Observer{[journal](const client::Request& request) { journal->before(request); },
                                       [journal](const client::Request& request, const client::Response& response) {
                                           journal->after(request, response);
                                       }});
        auto session = std::make_shared<Session>(*tests::demoSession(guarded, journal));
        session->readOnly = readOnly;
        window_ = std::make_unique<MainWindow>(QStringLiteral("look-test"), session);
        window_->resize(1400, 860);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        activate();
    }
    template <class Panel> Panel* panel(int index) {
        return qobject_cast<Panel*>(window_->workspace()->panels().widget(index));
    }
    template <class Page> Page* special(const char* id) {
        window_->showPage(QLatin1String(id));
        return window_->workspace()->findChild<Page*>();
    }
    void showTables(const QString& picture) {
        for (const char* kind : {"nodes", "services", "configmaps", "secrets", "namespaces"}) {
            window_->showPage(QLatin1String(kind));
            QTest::qWait(200);
            QVERIFY(tests::takePicture(*window_, picture + QLatin1String(kind)));
        }
    }
    /// A course of the last half hour, so that charts have something to draw.
    void fillMetrics() {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        for (int i = 180; i >= 0; --i) {
            std::vector<Measured> all;
            for (const auto& [key, cpu, memory] :
                 {std::tuple(MetricsStore::nodeKey("slipway-1"), 1.2, 3.9e9),
                  {MetricsStore::nodeKey("slipway-2"), 0.3, 7.2e9},
                  {MetricsStore::podKey("default", "nginx-deployment-7c5ddbdf54-2xk9p"), 0.11, 4.3e7},
                  {MetricsStore::podKey("default", "nginx-deployment-7c5ddbdf54-8wv4t"), 0.4, 1.2e8}})
                all.push_back({key,
                               {now - i * 10'000, cpu * (1 + 0.3 * std::sin(i / 9.0) + 0.1 * std::sin(i * 1.7)),
                                memory * (1 - i / 900.0)}});
            window_->workspace()->metrics().take(std::move(all));
        }
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
        window_->startPage().setContexts(
            {{"production", "prod-eu", "alice", "", "/home/alice/.kube/config", false, true},
             {"staging", "staging-eu", "alice", "shop", "/home/alice/.kube/config"},
             {"demo", "slipway", "admin", "", "/home/alice/.kube/config", true}});
        LocalCluster running{QStringLiteral("slipway"), QStringLiteral("native"), true, true};
        running.nodes = running.runningNodes = 3;
        LocalCluster stopped{QStringLiteral("dev-1"), QStringLiteral("docker"), true};
        stopped.nodes = 1;
        window_->startPage().showClusters({running, stopped});
        window_->showPage(Sidebar::clusterPage());
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*window_, name + "clusters"));
        fillMetrics();
        auto* overview = special<OverviewPage>("overview");
        QTRY_VERIFY(overview->summary().nodes == 3 && overview->troubles().topLevelItemCount() > 2);
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*window_, name + "overview"));
        window_->showPage(QStringLiteral("pods"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QTRY_VERIFY(window_->workspace()->details().isVisible());
        QTRY_VERIFY(!window_->workspace()->details().findChild<QTextBrowser*>()->toPlainText().isEmpty());
        QTest::keyClick(&page().table(), Qt::Key_L);
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* logs = panel<LogPanel>(0);
        QTRY_VERIFY(logs != nullptr && logs->shownText().contains("connection refused"));
        QVERIFY(tests::takePicture(*window_, name + "pods-logs"));
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_S);
        QTRY_COMPARE(window_->workspace()->panels().count(), 2);
        auto* terminal = panel<TerminalPanel>(1);
        QTRY_VERIFY(terminal != nullptr && terminal->shownText().contains("root@web"));
        terminal->type("ls -l\r");
        QTRY_VERIFY(terminal->shownText().contains("ls -l"));
        window_->workspace()->panels().putBeside();
        QTest::qWait(150);
        QVERIFY(tests::takePicture(*window_, name + "terminal-beside"));
        terminal->type("exit\r");
        QTRY_VERIFY(!terminal->isRunning());
        window_->workspace()->closePanel();
        window_->workspace()->closePanel();
        page().select(QStringLiteral("uid-nginx-deployment-7c5ddbdf54-8wv4t"));
        window_->workspace()->details().tabs().setCurrentIndex(3);
        QTest::qWait(300);
        QVERIFY(tests::takePicture(*window_, name + "pod-usage"));
        window_->workspace()->details().tabs().setCurrentIndex(1);
        QTest::qWait(300);
        QVERIFY(tests::takePicture(*window_, name + "pod-related"));
        window_->showPage(QStringLiteral("deployments"));
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QTRY_VERIFY(window_->workspace()->details().scaleSlider().isVisible());
        QTRY_COMPARE(window_->workspace()->details().scaleSlider().slider().value(), 2);
        QVERIFY(tests::takePicture(*window_, name + "deployments"));
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_E);
        auto* editor = panel<EditorPanel>(0);
        QTRY_VERIFY(editor != nullptr && editor->editor().toPlainText().contains("containers:"));
        editor->editor().setPlainText(
            editor->editor().toPlainText().replace("replicas: 2", "replicas: many\n  replica: 3"));
        QTRY_VERIFY(editor->editor().warnings().size() > 1);
        editor->editor().goToLine(1);
        QTest::qWait(100);
        QVERIFY(tests::takePicture(*window_, name + "editor"));
        editor->editor().document()->setModified(false);
        window_->workspace()->closePanel();
        showTables(name);
        auto* topology = special<TopologyPage>("topology");
        QTRY_VERIFY(topology->view().graph().nodes.size() > 8);
        QTest::qWait(300);
        QVERIFY(tests::takePicture(*window_, name + "topology"));
        auto* heat = special<HeatMapPage>("heatmap");
        QTRY_VERIFY(heat->tiles().tiles().size() == 3);
        QTest::qWait(400);
        QVERIFY(tests::takePicture(*window_, name + "heatmap"));
        auto* past = special<TimeMachinePage>("timemachine");
        QTRY_VERIFY(past->list().topLevelItemCount() == 3);
        QVERIFY(tests::takePicture(*window_, name + "timemachine"));
        auto* history = special<HistoryPage>("history");
        window_->workspace()->actions().scale(
            {findKindView(QStringLiteral("deployments")), "default", "nginx-deployment", "d-nginx"}, 5);
        QTRY_VERIFY_WITH_TIMEOUT(history->commits().topLevelItemCount() > 1, 10'000);
        QTest::qWait(300);
        QVERIFY(tests::takePicture(*window_, name + "history"));
        history->tabs().setCurrentIndex(2);
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*window_, name + "remote"));
        everythingIsHeard(*window_, QStringLiteral("remote"));
        for (const char* id : {"helm", "forwards", "rights"}) {
            window_->showPage(QLatin1String(id));
            QTest::qWait(300);
            QVERIFY(tests::takePicture(*window_, name + QLatin1String(id)));
        }
        showDialogs(name);
    }

    static void everythingIsHeard(QWidget& root, const QString& where) {
        for (QWidget* widget : root.findChildren<QWidget*>()) {
            if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->inherits("QTabBar") ||
                widget->parentWidget()->inherits("QAbstractScrollArea")) // a viewport: its area speaks for it
                continue;
            if (widget->parentWidget()->inherits("QAbstractSpinBox") || widget->parentWidget()->inherits("QComboBox"))
                continue;
            QAccessibleInterface* heard = QAccessible::queryAccessibleInterface(widget);
            QVERIFY2(heard != nullptr, widget->metaObject()->className());
            const QString name = heard->text(QAccessible::Name);
            QVERIFY2(!name.isEmpty(),
                     qPrintable(QStringLiteral("%1: %2 %3 in %4")
                                    .arg(where, QLatin1String(widget->metaObject()->className()), widget->objectName(),
                                         QLatin1String(widget->parentWidget()->metaObject()->className()))));
        }
    }

    void showDialogs(const QString& name) {
        auto* dialog = window_->drop(
            {{QStringLiteral("nginx.yaml"),
              QStringLiteral(
                  "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: test}\n---\napiVersion: "
                  "example.com/v1\nkind: Strange\nmetadata: {name: x}\n")}});
        QTRY_VERIFY(dialog->applyButton().isEnabled());
        QVERIFY(tests::takePicture(*dialog, name + "drop"));
        dialog->reject();
        activate();
        const auto take = [&](const char* page, const QString& row, const char* command) {
            window_->showPage(QLatin1String(page));
            QTRY_VERIFY(this->page().model().find(row) >= 0);
            this->page().select(row);
            for (QAction* action : window_->workspace()->objectActions())
                if (action->objectName() == QLatin1String(command)) {
                    QVERIFY2(action->isEnabled(), command);
                    action->trigger();
                }
            QDialog* shown = nullptr;
            QTRY_VERIFY((shown = qobject_cast<QDialog*>(QApplication::activeModalWidget())) != nullptr);
            QTest::qWait(250);
            QVERIFY(tests::takePicture(*shown, name + QLatin1String(command)));
            everythingIsHeard(*shown, QLatin1String(command));
            shown->reject();
            QTRY_VERIFY(QApplication::activeModalWidget() == nullptr);
        };
        take("deployments", QStringLiteral("d-nginx"), "rollout");
        take("deployments", QStringLiteral("d-nginx"), "image");
        take("deployments", QStringLiteral("d-nginx"), "labels");
        take("nodes", QStringLiteral("n1"), "drain");
        take("pods", QStringLiteral("uid-waiting-for-room-abcde"), "why");
        take("pods", QStringLiteral("uid-nginx-deployment-7c5ddbdf54-2xk9p"), "debug");
        take("pods", QStringLiteral("uid-nginx-deployment-7c5ddbdf54-2xk9p"), "forward");
        take("pods", QStringLiteral("uid-nginx-deployment-7c5ddbdf54-2xk9p"), "copyfiles");
        take("nodes", QStringLiteral("n1"), "nodeshell");
        take("deployments", QStringLiteral("d-nginx"), "delete");
        window_->workspace()->openFormOf(
            {findKindView(QStringLiteral("deployments")), "default", "nginx-deployment", "d-nginx"});
        auto* form = window_->findChild<FormDialog*>();
        QTRY_VERIFY(form != nullptr && form->form().field(QStringLiteral("metadata.name")) != nullptr);
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*form, name + "form"));
        everythingIsHeard(*form, QStringLiteral("form"));
        form->reject();
        activate();
        NewClusterDialog create({QStringLiteral("slipway"), QStringLiteral("dev-1")}, {8, 16 * 1024});
        QCOMPARE(create.wish().name, QStringLiteral("dev-2"));
        create.controlPlanes().setCurrentIndex(1);
        QCOMPARE(create.wish().controlPlanes, 3);
        QCOMPARE(create.wish().nodes, 3); // each of them is a node
        create.show();
        QVERIFY(tests::takePicture(create, name + "new-cluster"));
        create.name().setText(QStringLiteral("Not a name"));
        QVERIFY(!create.createButton().isEnabled());
        create.close();
        activate();
        QTest::keyClick(window_.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(window_->findChild<CommandPalette*>() != nullptr);
        QVERIFY(tests::takePicture(*window_->findChild<CommandPalette*>(), name + "palette"));
        window_->findChild<CommandPalette*>()->close();
        QTest::keyClick(window_.get(), Qt::Key_Comma, Qt::ControlModifier);
        QTRY_VERIFY(QApplication::activeModalWidget() != nullptr);
        QVERIFY(tests::takePicture(*QApplication::activeModalWidget(), name + "preferences"));
        qobject_cast<QDialog*>(QApplication::activeModalWidget())->accept();
        activate();
    }

    /// Whatever the keyboard can reach says to a screen reader what it is.
    void everyPageCanBeHeard() {
        openWindow();
        QStringList pages{Sidebar::clusterPage(), QStringLiteral("pods"), QStringLiteral("deployments")};
        for (const SpecialPage& page : specialPages())
            pages << QLatin1String(page.id);
        for (const QString& page : pages) {
            window_->showPage(page);
            QTest::qWait(150);
            everythingIsHeard(*window_, page);
        }
    }

    /// And everything that can be done with an object has a key.
    void everyActionHasAKey() {
        openWindow();
        QSet<QString> keys;
        for (const ObjectCommand& command : objectCommands())
            QVERIFY2(command.key != QKeyCombination(Qt::Key_unknown), command.id);
        for (const char* page : {"pods", "deployments", "nodes"}) { // no key means two things on one page
            window_->showPage(QLatin1String(page));
            keys.clear();
            for (const QAction* action : this->page().table().actions())
                if (action->isVisible() && !action->shortcut().isEmpty()) {
                    const QString key = action->shortcut().toString();
                    QVERIFY2(!keys.contains(key), qPrintable(QLatin1String(page) + QLatin1Char(' ') + key));
                    keys.insert(key);
                }
        }
    }

    void languageAndThemeChangeInPlace() {
        openWindow();
        window_->workspace()->openNewYaml(QStringLiteral("kind: ConfigMap\n"));
        auto* editor = panel<EditorPanel>(0);
        editor->editor().appendPlainText(QStringLiteral("typed: yes"));
        const QString pods = page().findChild<QLabel*>(QStringLiteral("title"))->text();
        Settings::setLanguage(QStringLiteral("zh_CN"));
        installLanguage();
        applyTheme(*qApp, ThemeChoice::dark);
        QCOMPARE(pods, QStringLiteral("Pods"));
        QTRY_VERIFY(page().findChild<QLabel*>(QStringLiteral("title"))->text() != pods);
        QVERIFY(editor->editor().toPlainText().contains(QStringLiteral("typed: yes"))); // nothing was built anew
        QVERIFY(editor->isModified());
        for (QAction* action : window_->workspace()->objectActions())
            QVERIFY2(action->text() != QLatin1String("Details"), qPrintable(action->text()));
        editor->editor().document()->setModified(false);
    }

    void guardRefusesWrites() {
        openWindow();
        window_->showPage(QStringLiteral("deployments"));
        selectFirst();
        window_->session()->readOnly->store(true);
        window_->workspace()->updateActions();
        for (QAction* action : window_->workspace()->objectActions())
            if (action->objectName() == QLatin1String("restart") || action->objectName() == QLatin1String("delete"))
                QVERIFY(!action->isEnabled());
        const auto answer =
            window_->session()->client->remove({"apps", "v1", "deployments", "Deployment", true}, "default", "api");
        QVERIFY(!answer && answer.error().kind == client::Errc::forbidden);
    }

    void spaceMarksRows() {
        openWindow();
        window_->showPage(QStringLiteral("pods"));
        selectFirst();
        QTRY_COMPARE(page().table().model()->rowCount(), 7);
        QTest::keyClick(&page().table(), Qt::Key_Space);
        QTest::keyClick(&page().table(), Qt::Key_Down);
        QTest::keyClick(&page().table(), Qt::Key_Space);
        QCOMPARE(page().selectedRows().size(), std::size_t(2)); // the first and the third
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
        QFile file(tests::inSource("translations/slipway_zh_CN.ts"));
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
