#include "ui/actions/copy_dialog.h"

#include "ui/logs/log_target.h"
#include "ui/session/background.h"
#include "ui/session/kubectl.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class CopyDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(CopyDialog)
public:
    CopyDialog(SessionPtr session, ObjectRef pod, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , pod_(std::move(pod))
        , direction_(new QComboBox)
        , container_(new QComboBox)
        , inside_(new QLineEdit(QStringLiteral("/tmp/")))
        , outside_(new QLineEdit(QDir::homePath()))
        , state_(new QLabel) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Copy files"));
        setMinimumWidth(560);
        auto* title = new QLabel(tr("Files of %1").arg(pod_.name));
        title->setObjectName(QStringLiteral("title"));
        direction_->addItems({tr("From the pod to this computer"), tr("From this computer to the pod")});
        auto* browse = new QPushButton(tr("Choose…"));
        browse->setAutoDefault(false);
        auto* local = new QHBoxLayout;
        local->addWidget(outside_, 1);
        local->addWidget(browse);
        auto* form = new QFormLayout;
        form->addRow(tr("Direction"), direction_);
        form->addRow(tr("Container"), container_);
        form->addRow(tr("Path in the container"), inside_);
        form->addRow(tr("Path on this computer"), local);
        direction_->setAccessibleName(tr("Direction"));
        container_->setAccessibleName(tr("Container"));
        inside_->setAccessibleName(tr("Path in the container"));
        outside_->setAccessibleName(tr("Path on this computer"));
        inside_->setObjectName(QStringLiteral("insidePath"));
        outside_->setObjectName(QStringLiteral("outsidePath"));
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
        copy_ = buttons->addButton(tr("Copy"), QDialogButtonBox::AcceptRole);
        copy_->setObjectName(QStringLiteral("primary"));
        copy_->setEnabled(false);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(14);
        layout->addWidget(title);
        layout->addLayout(form);
        layout->addWidget(state_);
        layout->addWidget(buttons);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, &CopyDialog::begin);
        connect(browse, &QPushButton::clicked, this, &CopyDialog::choose);
        connect(&kubectl_, &QProcess::finished, this, &CopyDialog::finish);
        connect(&kubectl_, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart)
                end(tr("kubectl is not installed."));
        });
        readContainers();
    }

    ~CopyDialog() override {
        kubectl_.disconnect(this);
        kubectl_.kill();
        kubectl_.waitForFinished(1000);
    }

private:
    bool toPod() const { return direction_->currentIndex() == 1; }

    void readContainers() {
        auto work = [session = session_, pod = pod_] {
            return session->client->get(pod.kind->resource, pod.ns.toStdString(), pod.name.toStdString());
        };
        inBackground(this, std::move(work), [this](const client::Result<api::Json>& pod) {
            if (!pod || !pod->is_object())
                return state_->setText(pod ? QString() : errorText(pod.error()));
            container_->addItems(containersOf(pod->get_object()));
            copy_->setEnabled(container_->count() > 0);
        });
    }

    void choose() {
        QString path = toPod() ? QFileDialog::getOpenFileName(this, tr("What is copied"), outside_->text())
                               : QFileDialog::getExistingDirectory(this, tr("Where it is copied to"), outside_->text());
        if (!path.isEmpty())
            outside_->setText(path);
    }

    void begin() {
        copy_->setEnabled(false);
        state_->setText(tr("Copying"));
        kubectl_.start(QStringLiteral("kubectl"),
                       copyArguments(*session_, {pod_, container_->currentText(), inside_->text().trimmed(),
                                                 outside_->text().trimmed(), toPod()}));
    }

    void finish(int code, QProcess::ExitStatus status) {
        const QString complaint = QString::fromUtf8(kubectl_.readAllStandardError()).trimmed();
        const bool done = code == 0 && status == QProcess::NormalExit;
        end(done ? tr("Copied.") : complaint.isEmpty() ? tr("It was not copied.") : complaint);
    }

    void end(const QString& words) {
        state_->setText(words);
        copy_->setEnabled(true);
    }

    SessionPtr session_;
    ObjectRef pod_;
    QComboBox *direction_, *container_;
    QLineEdit *inside_, *outside_;
    QLabel* state_;
    QPushButton* copy_;
    QProcess kubectl_;
};

} // namespace

QStringList copyArguments(const Session& session, const FileCopy& copy) {
    QStringList arguments = kubectlContext(session);
    arguments << QStringLiteral("cp") << QStringLiteral("--retries=3") << QStringLiteral("-n") << copy.pod.ns
              << QStringLiteral("-c") << copy.container;
    const QString inside = copy.pod.name + QLatin1Char(':') + copy.inside;
    QString outside = copy.outside;
    const bool folder = QFileInfo(outside).isDir();
    if (!copy.toPod && folder) // kubectl wants the name of the file, cp takes a folder
        outside = QDir(outside).filePath(QFileInfo(copy.inside).fileName());
    return copy.toPod ? arguments << outside << inside : arguments << inside << outside;
}

void showCopyDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod) {
    (new CopyDialog(session, pod, &parent))->open();
}

} // namespace slipway::ui
