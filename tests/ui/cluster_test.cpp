// What else can be done with a real API server from the window, and how it bears what happens to clusters: sleep, lost
// history, refused credentials, few rights.
#include "cluster/client/kubeconfig.h"
#include "tests/support/places.h"
#include "tests/ui/pictures.h"
#include "tests/ui/real_server.h"
#include "ui/access/rights_page.h"
#include "ui/editor/editor_panel.h"
#include "ui/editor/form_dialog.h"
#include "ui/history/change_journal.h"
#include "ui/history/remote_sync.h"
#include "ui/session/open_session.h"
#include "ui/shell/application.h"
#include "ui/shell/main_window.h"
#include "ui/shell/settings.h"

#include <QApplication>
#include <QLineEdit>
#include <QSettings>
#include <QStandardPaths>
#include <QTest>

using namespace slipway;
using namespace slipway::ui;

namespace {

const client::ResourceRef configMaps{"", "v1", "configmaps", "ConfigMap", true};
const client::ResourceRef signingRequests{"certificates.k8s.io", "v1", "certificatesigningrequests",
                                          "CertificateSigningRequest", false};
const client::ResourceRef definitions{"apiextensions.k8s.io", "v1", "customresourcedefinitions",
                                      "CustomResourceDefinition", false};

api::JsonObject object(const char* json) {
    return api::parseJson(json)->as_object();
}

api::JsonObject configMap(const std::string& name) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", api::JsonObject{{"name", name}, {"namespace", "default"}}},
            {"data", api::JsonObject{{"key", "value"}}}};
}

} // namespace

class ClusterTest : public QObject {
    Q_OBJECT
    tests::RealServer server_;
    SessionPtr session_;
    std::unique_ptr<MainWindow> window_;
    QStringList flags_;

    ResourcePage& page() { return *window_->workspace()->currentPage(); }
    void activate() {
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
    }
    void open(const SessionPtr& session) {
        window_ = std::make_unique<MainWindow>(QStringLiteral("cluster-test"), session);
        window_->resize(1400, 860);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        activate();
    }
    void show(const char* kind) {
        window_->showPage(QLatin1String(kind));
        QTRY_COMPARE_WITH_TIMEOUT(window_->workspace()->currentKind(), QLatin1String(kind), 10'000);
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 30'000);
    }
    QString liveWords() {
        for (QLabel* label : page().findChildren<QLabel*>())
            if (label->accessibleName() == label->text() && !label->text().isEmpty())
                return label->text();
        return {};
    }
    bool has(const QString& name) {
        for (int i = 0; i < page().model().rowCount(); ++i)
            if (page().model().row(i).name == name)
                return true;
        return false;
    }
    void choose(const QString& name) {
        QTRY_VERIFY_WITH_TIMEOUT(has(name), 10'000);
        for (int i = 0; i < page().model().rowCount(); ++i)
            if (page().model().row(i).name == name)
                page().select(page().model().row(i).uid);
    }
    QAction* action(const char* id) {
        for (QAction* each : window_->workspace()->objectActions())
            if (each->objectName() == QLatin1String(id))
                return each;
        return nullptr;
    }
    ApplyDialog* applyDialog() {
        for (ApplyDialog* dialog : window_->findChildren<ApplyDialog*>())
            if (dialog->isVisible())
                return dialog;
        return nullptr;
    }

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        prepareApplication();
        QSettings().clear();
        Settings::setLanguage(QStringLiteral("en"));
        Settings::setTheme(ThemeChoice::light);
        installLanguage();
        applyTheme(*qApp, Settings::theme());
        QDir(ChangeJournal::folderOf(QStringLiteral("cluster-test"))).removeRecursively();
        QVERIFY(server_.write("tokens", "good-token,ann,1,\"system:masters\"\nfew-token,bob,2,\"\"\n"));
        flags_ = {"--token-auth-file", server_.path("tokens"), "--history-revisions", "40"};
        QVERIFY(server_.start(flags_));
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(server_.kubeconfig()), 20'000);
        auto session = openSession(server_.kubeconfig(), {}, false, QStringLiteral("cluster-test"));
        QVERIFY(session);
        session_ = *session;
        QTRY_VERIFY_WITH_TIMEOUT(session_->client->getJson("/version").has_value(), 20'000);
        open(session_);
    }
    void cleanupTestCase() { window_.reset(); }

    void signingRequestsAreDecided() {
        QFile pem(tests::inSource("tests/ui/request.pem"));
        QVERIFY(pem.open(QIODevice::ReadOnly));
        for (const char* name : {"first", "second"}) {
            api::JsonObject request = object(
                R"({"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{},"spec":{"signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"]}})");
            request["metadata"].get_object()["name"] = name;
            pem.seek(0);
            request["spec"].get_object()["request"] = pem.readAll().toBase64().toStdString();
            const auto made = session_->client->create(signingRequests, {}, request);
            QVERIFY2(made, made ? "" : made.error().message.c_str());
        }
        show("certificatesigningrequests.certificates.k8s.io");
        const auto condition = [this](const char* name) {
            const auto live = session_->client->get(signingRequests, {}, name);
            const api::Json* list = live ? api::find(*live, {"status", "conditions"}) : nullptr;
            return list == nullptr || list->get_array().empty() ? std::string()
                                                                : std::string(api::stringAt(list->at(0), {"type"}));
        };
        choose(QStringLiteral("first"));
        QVERIFY(action("approve")->isEnabled());
        action("approve")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(condition("first"), std::string("Approved"), 10'000);
        choose(QStringLiteral("second"));
        action("deny")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(condition("second"), std::string("Denied"), 10'000);
        QVERIFY(tests::takePicture(*window_, "cluster-signing-requests"));
    }

    void whoMayIsAnswered() {
        window_->showPage(QStringLiteral("rights"));
        auto* rights = window_->workspace()->findChild<RightsPage*>();
        rights->askWho(QStringLiteral("create"), QStringLiteral("certificatesigningrequests.certificates.k8s.io"));
        QTRY_VERIFY_WITH_TIMEOUT(rights->holders().topLevelItemCount() > 0, 10'000);
        QStringList names;
        for (int i = 0; i < rights->holders().topLevelItemCount(); ++i)
            names << rights->holders().topLevelItem(i)->text(1);
        QVERIFY(names.contains(QStringLiteral("system:masters")));
        QVERIFY(tests::takePicture(*window_, "cluster-who-may"));
    }

    void aFormMakesACustomObject() {
        const auto made = session_->client->create(definitions, {}, object(R"({
            "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
            "spec":{"group":"example.com","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"},
            "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
              "spec":{"type":"object","required":["size"],"properties":{"size":{"type":"string","enum":["small","large"]},"count":{"type":"integer","minimum":1,"description":"How many of them."}}}}}}}]}})"));
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        const QString id = QStringLiteral("widgets.example.com");
        QTRY_VERIFY_WITH_TIMEOUT(findKindView(id) != nullptr, 20'000);
        show("widgets.example.com");
        window_->workspace()->openForm();
        auto* form = window_->findChild<FormDialog*>();
        QVERIFY(form != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(form->form().field("metadata.name") != nullptr, 20'000);
        QTest::keyClicks(form->form().field("metadata.name"), "wheel");
        form->form().add({std::string("spec")}, "count");
        QTRY_VERIFY(form->form().field("spec.count") != nullptr);
        auto* count = qobject_cast<QLineEdit*>(form->form().field("spec.count"));
        count->clear();
        QTest::keyClicks(count, "3");
        QVERIFY(tests::takePicture(*form, "cluster-form"));
        QVERIFY2(form->yaml().contains("count: 3"), qPrintable(form->yaml()));
        QTest::mouseClick(&form->applyButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(applyDialog() != nullptr && applyDialog()->applyButton().isEnabled(), 10'000);
        QTest::mouseClick(&applyDialog()->applyButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(has("wheel"), 10'000);
        QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<FormDialog*>() == nullptr, 10'000);
        activate();
    }

    void aFormTellsWhenSomebodyWasQuicker() {
        show("widgets.example.com");
        choose(QStringLiteral("wheel"));
        action("form")->trigger();
        FormDialog* form = nullptr;
        QTRY_VERIFY((form = window_->findChild<FormDialog*>()) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(form->form().field("spec.count") != nullptr, 20'000);
        const client::ResourceRef widgets{"example.com", "v1", "widgets", "Widget", true};
        QVERIFY(session_->client->patch(widgets, "default", "wheel", client::PatchKind::merge,
                                        object(R"({"metadata":{"labels":{"touched":"yes"}}})")));
        auto* count = qobject_cast<QLineEdit*>(form->form().field("spec.count"));
        count->clear();
        QTest::keyClicks(count, "4");
        QTest::mouseClick(&form->applyButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(
            applyDialog() != nullptr && applyDialog()->findChild<QTreeWidget*>()->topLevelItemCount() == 1, 10'000);
        QCOMPARE(applyDialog()->findChild<QTreeWidget*>()->topLevelItem(0)->text(0), QStringLiteral("Refused"));
        applyDialog()->reject();
        form->reject();
        activate();
    }

    void whatAppearsOnAWatchedBranchIsDeployed() {
        QTemporaryDir folder;
        auto theirs = HistoryRepository::open(folder.filePath("theirs"));
        QVERIFY(theirs && theirs->record({{"web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-git, "
                                                       "namespace: default}\ndata: {key: one}\n"}},
                                         "first"));
        RemoteSync& sync = window_->workspace()->remote();
        sync.setPeriod(300);
        sync.setBranch({folder.filePath("theirs"), QStringLiteral("master")});
        QTRY_COMPARE_WITH_TIMEOUT(sync.state(), RemoteSync::State::known, 10'000);
        window_->showPage(QStringLiteral("history"));
        QTest::qWait(200);
        QVERIFY(tests::takePicture(*window_, "cluster-remote"));
        sync.setWatching(true);
        const auto value = [this] {
            const auto live = session_->client->get(configMaps, "default", "from-git");
            return live ? std::string(api::stringAt(*live, {"data", "key"})) : std::string();
        };
        QTRY_COMPARE_WITH_TIMEOUT(value(), std::string("one"), 15'000);
        QVERIFY(theirs->record({{"web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-git, namespace: "
                                             "default}\ndata: {key: two}\n"}},
                               "second"));
        QTRY_COMPARE_WITH_TIMEOUT(value(), std::string("two"), 15'000);
        sync.setWatching(false);
        QTRY_VERIFY_WITH_TIMEOUT(applyDialog() == nullptr, 10'000);
        activate();
    }

    /// As when a laptop sleeps: what is shown says that it is old, and an edit that was begun is still there.
    void aServerThatSleepsIsSaidToBeOld() {
        QVERIFY(session_->client->create(configMaps, "default", configMap("edited")));
        show("configmaps");
        choose(QStringLiteral("edited"));
        action("edit")->trigger();
        QTRY_COMPARE(window_->workspace()->panels().count(), 1);
        auto* editor = qobject_cast<EditorPanel*>(window_->workspace()->panels().widget(0));
        QTRY_VERIFY_WITH_TIMEOUT(editor->editor().toPlainText().contains("key: value"), 10'000);
        editor->editor().selectAll();
        editor->editor().insertPlainText(QStringLiteral("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: edited, "
                                                        "namespace: default}\ndata: {key: typed}\n"));
        server_.pause();
        QTRY_VERIFY_WITH_TIMEOUT(liveWords().startsWith("Disconnected"), 75'000);
        QVERIFY(has("edited")); // what was known stays
        QVERIFY(tests::takePicture(*window_, "cluster-asleep"));
        server_.resume();
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 60'000);
        QVERIFY(editor->isModified());
        QVERIFY(editor->editor().toPlainText().contains("key: typed"));
        editor->apply();
        QTRY_VERIFY_WITH_TIMEOUT(!editor->isModified(), 15'000);
        window_->workspace()->closePanel();
    }

    /// More has happened meanwhile than the server remembers: the list is read anew.
    void lostHistoryIsReadAnew() {
        show("configmaps");
        QVERIFY(server_.kill());
        QTRY_VERIFY_WITH_TIMEOUT(liveWords().startsWith("Disconnected"), 20'000);
        tests::RealServer elsewhere; // only its port
        QVERIFY(server_.start(flags_, elsewhere.port()));
        auto settings = client::loadContext(server_.kubeconfig().toStdString());
        QVERIFY(settings);
        settings->server = "https://127.0.0.1:" + std::to_string(elsewhere.port());
        const auto transport = client::makeHttpTransport(*settings);
        QVERIFY(transport);
        const client::Client other(*transport);
        QTRY_VERIFY_WITH_TIMEOUT(other.getJson("/version").has_value(), 20'000);
        QVERIFY(other.remove(configMaps, "default", "edited"));
        for (int i = 0; i < 150; ++i)
            QVERIFY(other.create(configMaps, "default", configMap("many-" + std::to_string(i))));
        QVERIFY(server_.kill());
        QVERIFY(server_.start(flags_));
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 40'000);
        QTRY_VERIFY_WITH_TIMEOUT(has("many-149") && !has("edited"), 20'000);
    }

    void whoHasFewRightsSeesWhatIsAllowed() {
        for (
            const char* yaml :
            {R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"see","namespace":"kube-system"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list","watch"]}]})",
             R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"see","namespace":"kube-system"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"see"},"subjects":[{"kind":"User","name":"bob"}]})"}) {
            const api::JsonObject made = object(yaml);
            const bool role = api::stringAt(made, {"kind"}) == "Role";
            QVERIFY(session_->client->create({"rbac.authorization.k8s.io", "v1", role ? "roles" : "rolebindings",
                                              role ? "Role" : "RoleBinding", true},
                                             "kube-system", made));
        }
        const QString kubeconfig = server_.kubeconfigWith("few", "{token: few-token}");
        auto session = openSession(kubeconfig, QStringLiteral("few"), false, {});
        QVERIFY(session);
        open(*session);
        window_->showPage(QStringLiteral("configmaps"));
        QTRY_VERIFY_WITH_TIMEOUT(liveWords() == QStringLiteral("Not allowed"), 15'000);
        QVERIFY(tests::takePicture(*window_, "cluster-not-allowed"));
        window_->workspace()->chooseNamespaces({QStringLiteral("kube-system")});
        QTRY_COMPARE_WITH_TIMEOUT(liveWords(), QStringLiteral("Live"), 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(has("extension-apiserver-authentication") || page().model().rowCount() > 0, 10'000);
        open(session_);
    }

    /// A guarded cluster refuses what changes it, whichever way it is asked.
    void aGuardedClusterIsOnlyLookedAt() {
        show("configmaps");
        setGuard(*session_, true);
        window_->workspace()->updateActions();
        choose(QStringLiteral("many-1"));
        QVERIFY(!action("delete")->isEnabled());
        QVERIFY(action("details")->isEnabled());
        const auto refused = session_->client->remove(configMaps, "default", "many-1");
        QVERIFY(!refused);
        QCOMPARE(refused.error().reason, std::string("ReadOnly"));
        setGuard(*session_, false);
        QVERIFY(session_->client->remove(configMaps, "default", "many-1"));
        QTRY_VERIFY_WITH_TIMEOUT(!has("many-1"), 10'000);
    }
};

QTEST_MAIN(ClusterTest)
#include "cluster_test.moc"
