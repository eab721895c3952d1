// The real window on a real cluster, as somebody would use it: start, drop the tutorial's nginx, watch its pods, read a
// log, type into a shell, drag the slider to five, stop. A picture of every step is kept.
#include "tests/support/places.h"
#include "tests/ui/pictures.h"
#include "ui/access/port_forwards.h"
#include "ui/actions/node_shell.h"
#include "ui/logs/log_panel.h"
#include "ui/shell/application.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"
#include "ui/terminal/terminal_panel.h"

#include <QComboBox>
#include <QDropEvent>
#include <QMimeData>
#include <QProcess>
#include <QSettings>
#include <QStandardPaths>
#include <QStyleOptionSlider>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <QUrl>
#include <unistd.h>

using namespace slipway;
using namespace slipway::ui;

class WindowTest : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<MainWindow> window_;
    const QString cluster_ = QStringLiteral("window");

    QByteArray slipway(const QStringList& arguments) {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(tests::inBuild("bin/slipway"), QStringList{"--cluster", cluster_} + arguments);
        if (!process.waitForFinished(180'000))
            qWarning("slipway %s: %s", qPrintable(arguments.join(' ')), process.peek(4000).constData());
        return process.readAll();
    }

    ResourcePage& page() { return *window_->workspace()->currentPage(); }
    int rowsThat(const std::function<bool(const Row&)>& fit) {
        int found = 0;
        for (int i = 0; i < page().model().rowCount(); ++i)
            found += fit(page().model().row(i)) ? 1 : 0;
        return found;
    }
    int runningPods() {
        return rowsThat([](const Row& row) {
            return row.name.startsWith("nginx-deployment-") && row.cells[2].text == "Running" &&
                   row.cells[1].text == "1/1";
        });
    }
    void activate() {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }
    void selectRow(const QString& prefix) {
        for (int i = 0; i < page().table().model()->rowCount(); ++i)
            if (page().table().model()->index(i, 0).data().toString().startsWith(prefix)) {
                page().table().setFocus();
                page().table().selectRow(i);
                return;
            }
        QFAIL("no such row");
    }

    void trigger(const char* command) {
        for (QAction* action : window_->workspace()->objectActions())
            if (action->objectName() == QLatin1String(command)) {
                QVERIFY2(action->isEnabled(), command);
                action->trigger();
            }
    }

private slots:
    /// A dialog that a failed test left open must not fail the next.
    void cleanup() {
        while (QWidget* left = QApplication::activeModalWidget())
            delete left;
    }
    void initTestCase() {
        if (geteuid() != 0)
            QSKIP("nodes need root");
        folder_ = std::make_unique<QTemporaryDir>(QStringLiteral("/var/lib/slipway/ui-XXXXXX"));
        qputenv("SLIPWAY_STATE_DIR", folder_->filePath("state").toUtf8());
        qputenv("SLIPWAY_RUN_DIR", folder_->filePath("run").toUtf8());
        qputenv("KUBECONFIG", folder_->filePath("kubeconfig").toUtf8());
        qputenv("PATH",
                tests::inBuild("bin:").toUtf8() + qgetenv("PATH")); // where the program is that opens node shells
        QStandardPaths::setTestModeEnabled(true);
        prepareApplication();
        QSettings().clear();
        Settings::setLanguage(QStringLiteral("en"));
        Settings::setTheme(ThemeChoice::light);
        installLanguage();
        applyTheme(*qApp, Settings::theme());
        window_ = std::make_unique<MainWindow>(cluster_, nullptr);
        window_->resize(1400, 860);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        activate();
    }

    void cleanupTestCase() {
        window_.reset();
        if (folder_)
            slipway({"delete"});
    }

    void oneClickStartsTheCluster() {
        QVERIFY(tests::takePicture(*window_, "window-1-before"));
        QTest::mouseClick(&window_->startPage().startButton(), Qt::LeftButton);
        QTest::qWait(300);
        QVERIFY(tests::takePicture(*window_, "window-2-starting"));
        QTRY_VERIFY_WITH_TIMEOUT(window_->session() != nullptr, 150'000);
        QCOMPARE(window_->currentPage(), QStringLiteral("pods"));
        window_->showPage(QStringLiteral("nodes"));
        QTRY_COMPARE_WITH_TIMEOUT(rowsThat([](const Row& row) { return row.cells[0].text == "Ready"; }), 1, 30'000);
        QVERIFY(tests::takePicture(*window_, "window-3-node-ready"));
    }

    void droppedYamlRuns() {
        QVERIFY2(QFile::exists(tests::inBuild("test-images/nginx.tar")), "build the target test-images first");
        slipway({"image", "load", tests::inBuild("test-images/nginx.tar"), tests::inBuild("test-images/busybox.tar")});
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(tests::inSource("resources/samples/nginx-deployment.yaml"))});
        QDragEnterEvent enter(QPoint(600, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(tests::takePicture(*window_, "window-4-dragging"));
        QDropEvent drop(QPointF(600, 400), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &drop);
        ApplyDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = window_->findChild<ApplyDialog*>()) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->applyButton().isEnabled(), 10'000);
        QVERIFY(tests::takePicture(*dialog, "window-4-dropped"));
        QTest::mouseClick(&dialog->applyButton(), Qt::LeftButton);
        QTRY_COMPARE(window_->currentPage(), QStringLiteral("deployments"));
        activate();
        window_->showPage(QStringLiteral("pods"));
        QTRY_COMPARE_WITH_TIMEOUT(runningPods(), 3, 60'000);
        QVERIFY(tests::takePicture(*window_, "window-5-pods-running"));
    }

    void malformedYamlNamesItsLine() {
        const auto before = page().model().rowCount();
        auto* dialog = window_->drop(
            {{QStringLiteral("bad.yaml"), QStringLiteral("apiVersion: v1\nkind: Pod\n metadata: {name: x}\n")}});
        QTRY_VERIFY(dialog->findChild<QTreeWidget*>()->topLevelItemCount() == 1);
        QVERIFY(dialog->findChild<QTreeWidget*>()->topLevelItem(0)->text(4).contains("bad.yaml:"));
        QVERIFY(!dialog->applyButton().isEnabled());
        dialog->reject();
        auto* wrong = window_->drop(
            {{QStringLiteral("wrong.yaml"),
              QStringLiteral(
                  "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: wrong\nspec:\n  replicas: many\n")}});
        QTRY_VERIFY_WITH_TIMEOUT(wrong->findChild<QTreeWidget*>()->topLevelItemCount() == 1, 10'000);
        QCOMPARE(wrong->findChild<QTreeWidget*>()->topLevelItem(0)->text(4), QStringLiteral("wrong.yaml:6"));
        QVERIFY(tests::takePicture(*wrong, "window-6-refused"));
        wrong->reject();
        activate();
        QCOMPARE(page().model().rowCount(), before);
    }

    void logsFollow() {
        selectRow("nginx-deployment-");
        QTest::keyClick(&page().table(), Qt::Key_L);
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* logs = qobject_cast<LogPanel*>(window_->workspace()->panels().widget(0));
        // nginx logs what it is asked: ask it, through the pod's own shell below; its start messages come first.
        page().table().setFocus();
        QTest::keyClick(&page().table(), Qt::Key_S);
        QTRY_COMPARE(window_->workspace()->panels().count(), 2);
        auto* terminal = qobject_cast<TerminalPanel*>(window_->workspace()->panels().widget(1));
        QTRY_VERIFY_WITH_TIMEOUT(terminal->isRunning(), 20'000);
        terminal->type("echo one-$((40 + 2)) > /proc/1/fd/1\r");
        QTRY_VERIFY_WITH_TIMEOUT(logs->shownText().contains("one-42"), 20'000);
        window_->workspace()->panels().setCurrentIndex(0);
        QVERIFY(tests::takePicture(*window_, "window-7-logs"));
    }

    void terminalRunsCommands() {
        QCOMPARE(window_->workspace()->panels().count(), 2);
        auto* terminal = qobject_cast<TerminalPanel*>(window_->workspace()->panels().widget(1));
        window_->workspace()->panels().setCurrentWidget(terminal);
        terminal->type("echo sum=$((20 + 22)); hostname\r");
        QTRY_VERIFY_WITH_TIMEOUT(terminal->shownText().contains("sum=42"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(terminal->shownText().contains("\nnginx-deployment-"), 20'000);
        QVERIFY(tests::takePicture(*window_, "window-8-terminal"));
        terminal->type("exit 3\r");
        QTRY_VERIFY_WITH_TIMEOUT(!terminal->isRunning(), 20'000);
        QTRY_VERIFY(terminal->findChild<QLabel*>("terminalMessage")->text().contains("exit code 3"));
        window_->workspace()->closePanel();
        window_->workspace()->closePanel();
    }

    /// Of a cluster made here, through the driver: no image is needed.
    void nodesHaveAShell() {
        window_->showPage(QStringLiteral("nodes"));
        QTRY_VERIFY_WITH_TIMEOUT(page().model().rowCount() == 1, 10'000);
        page().select(page().model().row(0).uid);
        trigger("nodeshell");
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* terminal = qobject_cast<TerminalPanel*>(window_->workspace()->panels().widget(0));
        QTRY_VERIFY_WITH_TIMEOUT(terminal->shownText().contains(QLatin1Char('#')), 20'000);
        terminal->type("ls /proc/1/root/var/log/slipway; echo sum=$((20 + 22))\r");
        QTRY_VERIFY_WITH_TIMEOUT(terminal->shownText().contains("sum=42"), 20'000);
        QVERIFY2(terminal->shownText().contains("agent.log"), qPrintable(terminal->shownText()));
        window_->workspace()->closePanel();
    }

    /// Of any other cluster, in a privileged pod that goes with the terminal.
    void nodesOfOthersHaveAShellToo() {
        auto remote = std::make_shared<Session>(*window_->session());
        remote->local = false;
        const ObjectRef node{findKindView(QStringLiteral("nodes")), {}, page().model().row(0).name, {}};
        ObjectRef pod;
        showNodeShellDialog(*window_, remote, node, [&pod](const ObjectRef& made) { pod = made; });
        auto* dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget());
        QVERIFY(dialog != nullptr);
        auto* image = dialog->findChild<QLineEdit*>(QStringLiteral("nodeShellImage"));
        auto* go = dialog->findChild<QPushButton*>(QStringLiteral("primary"));
        image->setText(QStringLiteral("nginx:latest")); // has no nsenter
        go->click();
        QVERIFY(!go->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(go->isEnabled(), 60'000); // said, and to be tried with another one
        QVERIFY2(dialog->findChild<QLabel*>(QStringLiteral("muted"))->text().contains("nsenter"), "no reason is shown");
        image->setText(QStringLiteral("busybox:latest"));
        go->click();
        QTRY_VERIFY_WITH_TIMEOUT(!pod.name.isEmpty(), 60'000);
        TerminalPanel terminal(remote, {pod.ns, pod.name, nodeShellContainer, true, {}, node.name});
        terminal.resize(800, 300);
        terminal.show();
        QTRY_VERIFY_WITH_TIMEOUT(terminal.isRunning(), 20'000);
        terminal.type("hostname; ls /var/log/slipway\r");
        QTRY_VERIFY_WITH_TIMEOUT(terminal.shownText().contains("agent.log"), 30'000);
        window_->workspace()->actions().remove({pod});
        activate();
    }

    void filesAreCopiedBothWays() {
        window_->showPage(QStringLiteral("pods"));
        QTRY_VERIFY_WITH_TIMEOUT(runningPods() > 0, 30'000);
        selectRow("nginx-deployment-");
        const QString outside = folder_->filePath("there.txt");
        QFile file(outside);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("copied\n") > 0);
        file.close();
        const auto copy = [this](int direction, const QString& inside, const QString& local) {
            trigger("copyfiles");
            QDialog* dialog = nullptr;
            QTRY_VERIFY((dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) != nullptr);
            dialog->findChild<QComboBox*>()->setCurrentIndex(direction);
            dialog->findChild<QLineEdit*>(QStringLiteral("insidePath"))->setText(inside);
            dialog->findChild<QLineEdit*>(QStringLiteral("outsidePath"))->setText(local);
            auto* go = dialog->findChild<QPushButton*>(QStringLiteral("primary"));
            QTRY_VERIFY_WITH_TIMEOUT(go->isEnabled(), 10'000);
            go->click();
            QTRY_VERIFY_WITH_TIMEOUT(go->isEnabled(), 60'000);
            QCOMPARE(dialog->findChild<QLabel*>(QStringLiteral("muted"))->text(), QStringLiteral("Copied."));
            dialog->reject();
            QTRY_VERIFY(QApplication::activeModalWidget() == nullptr);
        };
        copy(1, QStringLiteral("/tmp/there.txt"), outside);
        copy(0, QStringLiteral("/tmp/there.txt"), folder_->filePath("back.txt"));
        QFile back(folder_->filePath("back.txt"));
        QVERIFY(back.open(QIODevice::ReadOnly));
        QCOMPARE(back.readAll(), QByteArray("copied\n"));
        activate();
    }

    /// A forward to a workload outlives the pod it led to.
    void forwardsHealThemselves() {
        const ObjectRef nginx{findKindView(QStringLiteral("deployments")), "default", "nginx-deployment", {}};
        PortForward* forward = window_->workspace()->forwards().add(nginx, 80, 0);
        QTRY_COMPARE_WITH_TIMEOUT(forward->state(), PortForward::State::open, 30'000);
        const auto answers = [forward] {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(forward->localPort()));
            if (!socket.waitForConnected(2000))
                return false;
            socket.write("GET / HTTP/1.0\r\n\r\n");
            while (socket.waitForReadyRead(3000)) {
            }
            return socket.readAll().contains("200 OK");
        };
        QTRY_VERIFY_WITH_TIMEOUT(answers(), 20'000);
        const int port = forward->localPort();
        QSet<QString> old;
        for (int i = 0; i < page().model().rowCount(); ++i) {
            const Row& row = page().model().row(i);
            old.insert(row.uid);
            window_->workspace()->actions().remove({{&page().kind(), row.ns, row.name, row.uid}});
        }
        QTRY_COMPARE_WITH_TIMEOUT(rowsThat([&old](const Row& row) { return old.contains(row.uid); }), 0, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(answers(), 90'000); // on the same port, to another pod
        QCOMPARE(forward->localPort(), port);
        window_->workspace()->forwards().remove(forward);
        QTRY_COMPARE_WITH_TIMEOUT(runningPods(), 3, 60'000);
    }

    void sliderScalesToFive() {
        window_->showPage(QStringLiteral("deployments"));
        QTRY_COMPARE_WITH_TIMEOUT(page().model().rowCount(), 1, 10'000);
        activate();
        selectRow("nginx-deployment");
        QTest::keyClick(&page().table(), Qt::Key_D);
        QSlider& slider = window_->workspace()->details().scaleSlider().slider();
        QTRY_COMPARE_WITH_TIMEOUT(slider.value(), 3, 10'000);
        dragTo(slider, 5);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().row(0).replicas, 5, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().row(0).cells[0].text, QStringLiteral("5/5"), 60'000);
        QVERIFY(tests::takePicture(*window_, "window-9-scaled"));
        window_->showPage(QStringLiteral("pods"));
        QTRY_COMPARE_WITH_TIMEOUT(runningPods(), 5, 60'000);
        QVERIFY(tests::takePicture(*window_, "window-10-five-pods"));
    }

    void stopClosesTheCluster() {
        window_->showPage(Sidebar::clusterPage());
        QTRY_VERIFY_WITH_TIMEOUT(window_->startPage().stopButton().isVisible(), 10'000);
        QTest::mouseClick(&window_->startPage().stopButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window_->session() == nullptr, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(window_->startPage().startButton().isVisible(), 20'000);
        QVERIFY(tests::takePicture(*window_, "window-11-stopped"));
        QVERIFY(slipway({"status"}).contains("stopped"));
    }

private:
    /// Moves the handle with the mouse, as a hand would.
    static void dragTo(QSlider& slider, int value) {
        const auto at = [&slider](int v) {
            QStyleOptionSlider option;
            option.initFrom(&slider);
            option.orientation = Qt::Horizontal;
            option.minimum = slider.minimum();
            option.maximum = slider.maximum();
            option.sliderPosition = option.sliderValue = v;
            option.subControls = QStyle::SC_All;
            return slider.style()
                ->subControlRect(QStyle::CC_Slider, &option, QStyle::SC_SliderHandle, &slider)
                .center();
        };
        QTest::mousePress(&slider, Qt::LeftButton, {}, at(slider.value()));
        for (int v = slider.value(); v <= value; ++v)
            QTest::mouseMove(&slider, at(v));
        QTest::mouseMove(&slider, at(value));
        QTest::mouseRelease(&slider, Qt::LeftButton, {}, at(value));
        QCOMPARE(slider.value(), value);
    }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
