// The window on a real API server without a node: apply, edit, conflict, scale, delete, and what it shows when the
// server dies and comes back.
#include "tests/support/places.h"
#include "tests/ui/pictures.h"
#include "ui/access/rights_page.h"
#include "ui/actions/image_dialog.h"
#include "ui/actions/rollout.h"
#include "ui/cluster/overview_page.h"
#include "ui/editor/editor_panel.h"
#include "ui/editor/yaml_assist.h"
#include "ui/history/change_journal.h"
#include "ui/history/history_page.h"
#include "ui/history/time_machine_page.h"
#include "ui/session/open_session.h"
#include "ui/shell/application.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"
#include "ui/shell/sidebar.h"
#include "ui/topology/topology_page.h"

#include <QMessageBox>
#include <QProcess>
#include <QScrollBar>
#include <QSettings>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace slipway;
using namespace slipway::ui;

class ServerTest : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    QProcess server_;
    quint16 port_ = 0;
    SessionPtr session_;
    std::unique_ptr<MainWindow> window_;
    const client::ResourceRef deployments_{"apps", "v1", "deployments", "Deployment", true};

    void startServer() {
        server_.setStandardErrorFile(folder_.filePath("server.log"), QIODevice::Append);
        server_.start(tests::inBuild("bin/slipway-server"),
                      {"--data-dir", folder_.filePath("data"), "--secure-port", QString::number(port_)});
        QVERIFY(server_.waitForStarted());
    }
    ResourcePage& page() { return *window_->workspace()->currentPage(); }
    void activate() {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }
    void selectFirst() {
        QTRY_VERIFY_WITH_TIMEOUT(page().table().model()->rowCount() > 0, 10'000);
        page().table().setFocus();
        page().table().selectRow(0);
    }
    QString liveWords() {
        for (QLabel* label : page().findChildren<QLabel*>())
            if (label->accessibleName() == label->text() && !label->text().isEmpty())
                return label->text();
        return {};
    }

    /// The deployment as the newest commit has it: what is changed is committed after a pause.
    QString committed() const {
        const auto repository = HistoryRepository::open(session_->journal->folder());
        return repository
                   ? repository->content({}, "default/deployments.apps/nginx-deployment.yaml").value_or(QString())
                   : QString();
    }

    QString countInSidebar(const char* kind) const {
        for (QTreeWidgetItemIterator it(window_->findChild<Sidebar*>()); *it != nullptr; ++it)
            if ((*it)->text(0) == QLatin1String(kind))
                return (*it)->text(1);
        return {};
    }

private slots:
    /// A dialog that a failed test left open must not fail the next.
    void cleanup() {
        while (QWidget* left = QApplication::activeModalWidget())
            delete left;
    }
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        prepareApplication();
        QSettings().clear();
        Settings::setLanguage(QStringLiteral("en"));
        Settings::setTheme(ThemeChoice::dark);
        installLanguage();
        applyTheme(*qApp, Settings::theme());
        QTcpServer free;
        QVERIFY(free.listen(QHostAddress::LocalHost));
        port_ = free.serverPort();
        free.close();
        startServer();
        const QString kubeconfig = folder_.filePath("data/admin.kubeconfig");
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(kubeconfig), 20'000);
        auto session = openSession(kubeconfig, {}, false, QStringLiteral("server-test"));
        QVERIFY(session);
        session_ = *session;
        QTRY_VERIFY_WITH_TIMEOUT(session_->client->getJson("/version").has_value(), 20'000);
        window_ = std::make_unique<MainWindow>(QStringLiteral("server-test"), session_);
        window_->resize(1400, 860);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        activate();
    }

    void cleanupTestCase() {
        window_.reset();
        server_.terminate();
        server_.waitForFinished(5000);
    }

    void droppedDeploymentAppears() {
        window_->showPage(QStringLiteral("deployments"));
        QFile sample(tests::inSource("resources/samples/nginx-deployment.yaml"));
        QVERIFY(sample.open(QIODevice::ReadOnly));
        auto* dialog = window_->drop({{QStringLiteral("nginx-deployment.yaml"), QString::fromUtf8(sample.readAll())}});
        QTRY_VERIFY_WITH_TIMEOUT(dialog->applyButton().isEnabled(), 10'000);
        QCOMPARE(dialog->findChild<QTreeWidget*>()->topLevelItem(0)->text(0), QStringLiteral("Create"));
        QTest::mouseClick(&dialog->applyButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().rowCount(), 1, 10'000);
        QCOMPARE(page().model().row(0).name, QStringLiteral("nginx-deployment"));
        QTRY_COMPARE_WITH_TIMEOUT(countInSidebar("Deployments"), QStringLiteral("1"), 3'000); // as the page, at once
        activate();
    }

    void everyKindOfTheServerHasAPage() {
        const auto found = discoverKinds(*session_->client);
        QVERIFY(found);
        const auto kinds = viewsOf(*found);
        QVERIFY2(kinds.size() > 40, qPrintable(QString::number(kinds.size())));
        for (const KindView* kind : kinds) {
            const QString id = QLatin1String(kind->id);
            window_->showPage(id);
            QTRY_COMPARE_WITH_TIMEOUT(window_->workspace()->currentKind(), id, 5'000);
            QTRY_VERIFY2_WITH_TIMEOUT(liveWords() == QLatin1String("Live"), kind->id, 10'000);
            const auto* bar = page().table().horizontalScrollBar();
            QTRY_VERIFY2(bar->maximum() == 0 || !page().table().isVisible(), kind->id); // the columns fit
        }
        window_->showPage(QStringLiteral("clusterroles.rbac.authorization.k8s.io"));
        QTRY_VERIFY_WITH_TIMEOUT(page().model().rowCount() > 10, 10'000);
        QVERIFY(tests::takePicture(*window_, "server-clusterroles"));
        window_->showPage(QStringLiteral("deployments"));
    }

    void theSameYamlAgainChangesNothing() {
        QFile sample(tests::inSource("resources/samples/nginx-deployment.yaml"));
        QVERIFY(sample.open(QIODevice::ReadOnly));
        auto* dialog = window_->drop({{QStringLiteral("nginx-deployment.yaml"), QString::fromUtf8(sample.readAll())}});
        QTRY_VERIFY_WITH_TIMEOUT(dialog->applyButton().isEnabled(), 10'000);
        QCOMPARE(dialog->findChild<QTreeWidget*>()->topLevelItem(0)->text(0), QStringLiteral("Unchanged"));
        dialog->reject();
        activate();
    }

    void wrongTypesNameTheirLine() {
        auto* dialog = window_->drop(
            {{QStringLiteral("wrong.yaml"),
              QStringLiteral(
                  "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: wrong\nspec:\n  replicas: many\n")}});
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QTreeWidget*>()->topLevelItemCount() == 1, 10'000);
        QCOMPARE(dialog->findChild<QTreeWidget*>()->topLevelItem(0)->text(4), QStringLiteral("wrong.yaml:6"));
        QVERIFY(!dialog->applyButton().isEnabled());
        QVERIFY(tests::takePicture(*dialog, "server-refused"));
        dialog->reject();
        activate();
    }

    void editorAppliesAndNoticesConflicts() {
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_E);
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* editor = qobject_cast<EditorPanel*>(window_->workspace()->panels().widget(0));
        QTRY_VERIFY_WITH_TIMEOUT(editor->editor().toPlainText().contains("replicas: 3"), 10'000);
        const auto replace = [editor](const char* from, const char* to) {
            QString yaml = editor->editor().toPlainText();
            editor->editor().selectAll();
            editor->editor().insertPlainText(yaml.replace(QLatin1String(from), QLatin1String(to)));
        };
        replace("replicas: 3", "replicas: 4");
        QTest::keyClick(&editor->editor(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().row(0).replicas, 4, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(!editor->isModified(), 10'000);
        // Somebody else is quicker.
        const api::Json patch = {{"metadata", {{"labels", {{"touched", "yes"}}}}}};
        QVERIFY(session_->client->patch(deployments_, "default", "nginx-deployment", client::PatchKind::merge, patch));
        replace("replicas: 4", "replicas: 7");
        editor->apply();
        QTRY_VERIFY_WITH_TIMEOUT(shows(*editor, "Someone else changed it"), 10'000);
        QDialog* both = nullptr; // shows what they changed and what was typed here
        QTRY_VERIFY_WITH_TIMEOUT((both = editor->findChild<QDialog*>()) != nullptr && both->isVisible(), 10'000);
        QVERIFY(tests::takePicture(*both, "server-conflict"));
        both->reject();
        activate();
        editor->reload();
        QTRY_VERIFY_WITH_TIMEOUT(editor->editor().toPlainText().contains("touched"), 10'000);
        replace("replicas: 4", "replicas: lots");
        editor->apply();
        QTRY_VERIFY_WITH_TIMEOUT(shows(*editor, "Line "), 10'000);
        QCOMPARE(page().model().row(0).replicas, 4);
        editor->editor().document()->setModified(false);
        window_->workspace()->closePanel();
        QCOMPARE(window_->workspace()->panels().count(), 0);
    }

    void sliderScales() {
        // Changes that follow each other closely are one commit: what the editor did has to be one already.
        QTRY_VERIFY_WITH_TIMEOUT(committed().contains("replicas: 4"), 20'000);
        activate();
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_D);
        QSlider& slider = window_->workspace()->details().scaleSlider().slider();
        QTRY_COMPARE_WITH_TIMEOUT(slider.value(), 4, 10'000);
        QTest::keyClick(&slider, Qt::Key_Right);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().row(0).replicas, 5, 10'000);
        QVERIFY(tests::takePicture(*window_, "server-deployment"));
    }

    void aDeadServerIsNeverShownAsLive() {
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(committed().contains("replicas: 5"), 20'000);
        server_.kill();
        QVERIFY(server_.waitForFinished());
        QTRY_VERIFY_WITH_TIMEOUT(liveWords().startsWith("Disconnected"), 10'000);
        QCOMPARE(page().model().rowCount(), 1); // what was known stays, marked as old
        QVERIFY(tests::takePicture(*window_, "server-disconnected"));
        startServer();
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 30'000);
        QCOMPARE(page().model().row(0).replicas, 5);
    }

    void everyChangeIsACommitThatCanBeUndone() {
        window_->showPage(QStringLiteral("history"));
        auto* history = window_->workspace()->findChild<HistoryPage*>();
        QTRY_VERIFY_WITH_TIMEOUT(history->commits().topLevelItemCount() >= 3, 15'000); // made, edited, scaled
        QTRY_VERIFY_WITH_TIMEOUT(history->commits().topLevelItem(0)->text(0).contains("deployments nginx-deployment"),
                                 15'000); // the slider
        history->commits().setCurrentItem(history->commits().topLevelItem(0));
        QTRY_VERIFY_WITH_TIMEOUT(history->undoButton().isEnabled(), 10'000); // once it is known what the commit did
        QVERIFY(tests::takePicture(*window_, "server-history"));
        QTest::mouseClick(&history->undoButton(), Qt::LeftButton);
        ApplyDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = window_->findChild<ApplyDialog*>()) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->applyButton().isEnabled(), 10'000);
        QVERIFY2(dialog->differences().toPlainText().contains("+   replicas: 4"),
                 qPrintable(dialog->differences().toPlainText()));
        QTest::mouseClick(&dialog->applyButton(), Qt::LeftButton);
        const auto replicas = [this] {
            const auto live = session_->client->get(deployments_, "default", "nginx-deployment");
            return live ? api::intAt(live->as_object(), {"spec", "replicas"}).value_or(0) : -1;
        };
        QTRY_COMPARE_WITH_TIMEOUT(replicas(), 4, 10'000);
        history->tabs().setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(history->drift().topLevelItemCount() > 0, 10'000);
        const api::Json patch = {{"spec", {{"replicas", 5}}}};
        QVERIFY(session_->client->patch(deployments_, "default", "nginx-deployment", client::PatchKind::merge, patch));
        activate();
    }

    void rolloutsGoBack() {
        const auto image = [this] {
            const auto live = session_->client->get(deployments_, "default", "nginx-deployment");
            const api::Json* list = live ? api::find(*live, {"spec", "template", "spec", "containers"}) : nullptr;
            return list == nullptr ? std::string() : std::string(api::stringAt(list->at(0), {"image"}));
        };
        const std::string before = image();
        const ObjectRef nginx{findKindView(QStringLiteral("deployments")), "default", "nginx-deployment", {}};
        QTRY_VERIFY_WITH_TIMEOUT(revisionsOf(*session_->client, nginx)->size() == 1, 15'000);
        window_->workspace()->actions().patchAll({nginx}, imagePatch("Deployment", {{"nginx", "nginx:other"}}),
                                                 client::PatchKind::strategicMerge);
        QTRY_VERIFY_WITH_TIMEOUT(revisionsOf(*session_->client, nginx)->size() == 2, 15'000);
        QCOMPARE(image(), std::string("nginx:other"));
        window_->showPage(QStringLiteral("deployments"));
        activate();
        selectFirst();
        QTest::keyClick(&page().table(), Qt::Key_H);
        QDialog* dialog = nullptr;
        QTRY_VERIFY((dialog = qobject_cast<QDialog*>(QApplication::activeModalWidget())) != nullptr);
        auto* list = dialog->findChild<QTreeWidget*>();
        QTRY_COMPARE_WITH_TIMEOUT(list->topLevelItemCount(), 2, 10'000);
        QVERIFY(tests::takePicture(*dialog, "server-rollout"));
        for (QPushButton* button : dialog->findChildren<QPushButton*>())
            if (button->objectName() == QLatin1String("primary"))
                button->click();
        QTRY_COMPARE_WITH_TIMEOUT(image(), before, 10'000);
        activate();
    }

    void theTimeMachineGoesBack() {
        window_->showPage(QStringLiteral("timemachine"));
        auto* page = window_->workspace()->findChild<TimeMachinePage*>();
        QTRY_VERIFY_WITH_TIMEOUT(page->slider().maximum() > 10, 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(page->list().topLevelItemCount() > 0, 10'000);
        const api::Json patch = {{"metadata", {{"labels", {{"later", "yes"}}}}}};
        const int then = page->slider().maximum();
        QVERIFY(session_->client->patch(deployments_, "default", "nginx-deployment", client::PatchKind::merge, patch));
        page->slider().setValue(then - 1);
        QTRY_COMPARE_WITH_TIMEOUT(page->list().topLevelItem(0)->text(2), QStringLiteral("Was different"), 10'000);
        QVERIFY(tests::takePicture(*window_, "server-timemachine"));
    }

    void theEditorKnowsTheClustersSchemas() {
        window_->workspace()->openNewYaml(QStringLiteral("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n"
                                                         "spec:\n  replica: 3\n"));
        auto* editor = qobject_cast<EditorPanel*>(window_->workspace()->panels().widget(0));
        QTRY_VERIFY_WITH_TIMEOUT(editor->editor().warnings().contains(6), 15'000);
        QVERIFY(editor->editor().warnings().value(6).contains("spec.replica"));
        activate();
        editor->editor().setFocus();
        editor->editor().moveCursor(QTextCursor::End);
        QTest::keyClicks(&editor->editor(), "  stra");
        auto* assist = editor->findChild<YamlAssist*>();
        QTRY_VERIFY_WITH_TIMEOUT(assist->completer().popup()->isVisible(), 10'000);
        QVERIFY(tests::takePicture(*window_, "server-completion"));
        QVERIFY(assist->completer().popup()->model()->index(0, 0).data().toString().startsWith("strategy"));
        QTest::keyClicks(assist->completer().popup(), "te"); // the popup has the keyboard; what is typed narrows it
        QTRY_COMPARE(assist->completer().popup()->model()->rowCount(), 1);
        QTest::keyClick(assist->completer().popup(), Qt::Key_Return);
        QTRY_VERIFY(!assist->completer().popup()->isVisible());
        QVERIFY2(editor->editor().toPlainText().endsWith("  strategy:") ||
                     editor->editor().toPlainText().contains("  strategy:\n"),
                 qPrintable(editor->editor().toPlainText()));
        editor->editor().document()->setModified(false);
        window_->workspace()->closePanel();
    }

    void pagesOfTheClusterFillThemselves() {
        window_->showPage(QStringLiteral("topology"));
        auto* topology = window_->workspace()->findChild<TopologyPage*>();
        QTRY_VERIFY_WITH_TIMEOUT(topology->view().graph().nodes.size() > 3, 10'000);
        QVERIFY(tests::takePicture(*window_, "server-topology"));
        window_->showPage(QStringLiteral("rights"));
        auto* rights = window_->workspace()->findChild<RightsPage*>();
        QTRY_VERIFY_WITH_TIMEOUT(rights->list().topLevelItemCount() > 0, 10'000);
        rights->ask(QStringLiteral("delete"), QStringLiteral("deployments.apps"));
        QTRY_VERIFY_WITH_TIMEOUT(rights->answer().text().startsWith("Yes"), 10'000);
        window_->showPage(QStringLiteral("overview"));
        auto* overview = window_->workspace()->findChild<OverviewPage*>();
        QTRY_VERIFY_WITH_TIMEOUT(overview->summary().pods > 0, 15'000);
        QVERIFY(tests::takePicture(*window_, "server-overview"));
        window_->showPage(QStringLiteral("deployments"));
    }

    void deleteAsksFirst() {
        selectFirst();
        const auto press = [this](QMessageBox::ButtonRole role) {
            window_->workspace()->deleteSelected();
            QMessageBox* box = nullptr;
            QTRY_VERIFY_WITH_TIMEOUT((box = window_->findChild<QMessageBox*>()) != nullptr && box->isVisible(), 10'000);
            QVERIFY(tests::takePicture(*box, "server-delete"));
            for (QAbstractButton* button : box->buttons())
                if (box->buttonRole(button) == role)
                    return button->click();
        };
        press(QMessageBox::RejectRole);
        QTRY_VERIFY(window_->findChild<QMessageBox*>() == nullptr);
        QCOMPARE(page().model().rowCount(), 1);
        press(QMessageBox::DestructiveRole);
        QTRY_COMPARE_WITH_TIMEOUT(page().model().rowCount(), 0, 15'000);
    }

private:
    static bool shows(QWidget& widget, const char* words) {
        for (QLabel* label : widget.findChildren<QLabel*>())
            if (label->text().startsWith(QLatin1String(words)))
                return true;
        return false;
    }
};

QTEST_MAIN(ServerTest)
#include "server_test.moc"
