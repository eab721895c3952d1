#include "ui/actions/node_shell.h"

#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTimer>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

const client::ResourceRef pods{"", "v1", "pods", "Pod", true};

class NodeShellDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(NodeShellDialog)
public:
    NodeShellDialog(SessionPtr session, ObjectRef node, std::function<void(const ObjectRef&)> ready, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , node_(std::move(node))
        , ready_(std::move(ready))
        , image_(
              new QLineEdit(QSettings().value(QStringLiteral("nodeShellImage"), QStringLiteral("busybox")).toString()))
        , state_(new QLabel) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Shell on the node"));
        setMinimumWidth(480);
        auto* title = new QLabel(tr("A shell on %1").arg(node_.name));
        title->setObjectName(QStringLiteral("title"));
        auto* form = new QFormLayout;
        image_->setAccessibleName(tr("Image"));
        image_->setObjectName(QStringLiteral("nodeShellImage"));
        form->addRow(tr("Image"), image_);
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
        state_->setText(tr("It runs in a privileged pod on the node, which is deleted with the terminal. "
                           "The image has to have nsenter."));
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
        start_ = buttons->addButton(tr("Start"), QDialogButtonBox::AcceptRole);
        start_->setObjectName(QStringLiteral("primary"));
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(14);
        layout->addWidget(title);
        layout->addLayout(form);
        layout->addWidget(state_);
        layout->addWidget(buttons);
        poll_.setSingleShot(true);
        poll_.setInterval(500);
        connect(&poll_, &QTimer::timeout, this, &NodeShellDialog::look);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, &NodeShellDialog::begin);
    }

    ~NodeShellDialog() override {
        if (!pod_.name.isEmpty())
            requestPool().start([session = session_, pod = pod_] { removePod(*session, pod); });
    }

private:
    static void removePod(const Session& session, const ObjectRef& pod) {
        client::DeleteOptions options;
        options.uid = pod.uid.toStdString();
        options.gracePeriodSeconds = 0;
        (void)session.client->remove(pods, pod.ns.toStdString(), pod.name.toStdString(), options);
    }

    void begin() {
        start_->setEnabled(false);
        const QString image = image_->text().trimmed();
        QSettings().setValue(QStringLiteral("nodeShellImage"), image);
        state_->setText(tr("Starting"));
        const QString ns =
            session_->defaultNamespace.isEmpty() ? QStringLiteral("default") : session_->defaultNamespace;
        auto work = [session = session_, ns, pod = nodeShellPod(node_.name, ns, image)] {
            return session->client->create(pods, ns.toStdString(), pod);
        };
        inBackground(this, std::move(work), [this, ns](const client::Result<api::Json>& made) {
            if (!made) {
                state_->setText(errorText(made.error()));
                return start_->setEnabled(true);
            }
            pod_ = {findKindView(QStringLiteral("pods")), ns, text(api::stringAt(*made, {"metadata", "name"})),
                    text(api::stringAt(*made, {"metadata", "uid"}))};
            poll_.start();
        });
    }

    void look() {
        auto work = [session = session_, pod = pod_] {
            return session->client->get(pods, pod.ns.toStdString(), pod.name.toStdString());
        };
        inBackground(this, std::move(work), [this](const client::Result<api::Json>& pod) {
            if (!pod || !pod->is_object()) {
                state_->setText(pod ? QString() : errorText(pod.error()));
                if (pod || pod.error().kind != client::Errc::notFound)
                    return poll_.start(); // a server that does not answer now may do so in a moment
                pod_ = {};
                return start_->setEnabled(true);
            }
            const PodSummary summary = summarizePod(pod->get_object());
            if (summary.status == QLatin1String("Running")) {
                ready_(std::exchange(pod_, {}));
                return accept();
            }
            state_->setText(summary.status + podMessage(pod->get_object()));
            if (const auto phase = api::stringAt(*pod, {"status", "phase"}); phase == "Failed" || phase == "Succeeded")
                return giveUp(); // it is never started again: another image may do
            poll_.start();
        });
    }

    /// Takes the pod away and lets it be tried again; what was said of it stays.
    void giveUp() {
        requestPool().start([session = session_, pod = std::exchange(pod_, {})] { removePod(*session, pod); });
        start_->setEnabled(true);
    }

    static QString podMessage(const api::JsonObject& pod) {
        for (const api::Json& status : arrayAt(pod, {"status", "containerStatuses"}))
            for (const char* state : {"waiting", "terminated"})
                if (const auto message = api::stringAt(status, {"state", state, "message"}); !message.empty())
                    return QStringLiteral(": ") + text(message);
        return {};
    }

    SessionPtr session_;
    ObjectRef node_, pod_;
    std::function<void(const ObjectRef&)> ready_;
    QLineEdit* image_;
    QLabel* state_;
    QPushButton* start_;
    QTimer poll_;
};

} // namespace

QStringList nodeShellProgram(const Session& session, const QString& node) {
    if (!session.local)
        return {};
    const QString name = QStringLiteral("slipway");
    QString program = QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    if (program.isEmpty())
        program = QStandardPaths::findExecutable(name);
    if (program.isEmpty())
        return {};
    return {program, QStringLiteral("--cluster"), session.name, QStringLiteral("node"), QStringLiteral("shell"), node};
}

api::JsonObject nodeShellPod(const QString& node, const QString& ns, const QString& image) {
    const api::JsonArray command{"nsenter", "-t", "1",  "-m",
                                 "-u",      "-i", "-n", "-p",
                                 "--",      "sh", "-c", "command -v bash >/dev/null 2>&1 && exec bash -l; exec sh -l"};
    constexpr int day = 24 * 3600;
    api::JsonObject container{{"name", nodeShellContainer.toStdString()},
                              {"image", image.toStdString()},
                              {"imagePullPolicy", "IfNotPresent"},
                              {"command", command},
                              {"stdin", true},
                              {"stdinOnce", true},
                              {"tty", true},
                              {"securityContext", api::JsonObject{{"privileged", true}}}};
    api::JsonObject spec{{"nodeName", node.toStdString()},
                         {"hostPID", true},
                         {"hostNetwork", true},
                         {"hostIPC", true},
                         {"restartPolicy", "Never"},
                         {"activeDeadlineSeconds", day},
                         {"terminationGracePeriodSeconds", 0},
                         {"tolerations", api::JsonArray{api::JsonObject{{"operator", "Exists"}}}},
                         {"containers", api::JsonArray{std::move(container)}}};
    return {{"apiVersion", "v1"},
            {"kind", "Pod"},
            {"metadata", api::JsonObject{{"generateName", "node-shell-"}, {"namespace", ns.toStdString()}}},
            {"spec", std::move(spec)}};
}

void showNodeShellDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& node,
                         std::function<void(const ObjectRef& pod)> ready) {
    (new NodeShellDialog(session, node, std::move(ready), &parent))->open();
}

} // namespace slipway::ui
