#include "ui/actions/debug_dialog.h"

#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDateTime>
#include <QDialog>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTimer>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class DebugDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(DebugDialog)
public:
    DebugDialog(SessionPtr session, ObjectRef pod, std::function<void(const QString&)> ready, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , pod_(std::move(pod))
        , ready_(std::move(ready))
        , image_(new QLineEdit(QSettings().value(QStringLiteral("debugImage"), QStringLiteral("busybox")).toString()))
        , target_(new QComboBox)
        , state_(new QLabel) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Debug container"));
        setMinimumWidth(480);
        auto* title = new QLabel(tr("A container beside those of %1").arg(pod_.name));
        title->setObjectName(QStringLiteral("title"));
        auto* form = new QFormLayout;
        image_->setAccessibleName(tr("Image"));
        target_->setAccessibleName(tr("Sees the processes of"));
        target_->addItem(tr("none"), QString());
        form->addRow(tr("Image"), image_);
        form->addRow(tr("Sees the processes of"), target_);
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
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
        poll_.setInterval(700);
        connect(&poll_, &QTimer::timeout, this, &DebugDialog::look);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, &DebugDialog::begin);
        look();
    }

private:
    void begin() {
        start_->setEnabled(false);
        QSettings().setValue(QStringLiteral("debugImage"), image_->text());
        container_ = QStringLiteral("debugger-%1").arg(QDateTime::currentSecsSinceEpoch() % 100'000);
        api::JsonObject container{{"name", container_.toStdString()},
                                  {"image", image_->text().trimmed().toStdString()},
                                  {"stdin", true},
                                  {"tty", true}};
        if (const QString target = target_->currentData().toString(); !target.isEmpty())
            container["targetContainerName"] = target.toStdString();
        const api::Json patch =
            api::JsonObject{{"spec", api::JsonObject{{"ephemeralContainers", api::JsonArray{std::move(container)}}}}};
        state_->setText(tr("Starting"));
        auto work = [session = session_, pod = pod_, patch] {
            client::PatchOptions options;
            options.subresource = "ephemeralcontainers";
            return session->client->patch(pod.kind->resource, pod.ns.toStdString(), pod.name.toStdString(),
                                          client::PatchKind::strategicMerge, patch, options);
        };
        inBackground(this, std::move(work), [this](const client::Result<api::Json>& done) {
            if (done)
                return poll_.start();
            state_->setText(errorText(done.error()));
            start_->setEnabled(true);
        });
    }

    void look() {
        auto work = [session = session_, pod = pod_] {
            return session->client->get(pod.kind->resource, pod.ns.toStdString(), pod.name.toStdString());
        };
        inBackground(this, std::move(work), [this](const client::Result<api::Json>& object) {
            if (!object || !object->is_object())
                return state_->setText(object ? QString() : errorText(object.error()));
            if (container_.isEmpty())
                return offer(object->get_object());
            for (const api::Json& status : arrayAt(object->get_object(), {"status", "ephemeralContainerStatuses"})) {
                if (text(api::stringAt(status, {"name"})) != container_)
                    continue;
                if (api::find(status, {"state", "running"}) != nullptr) {
                    ready_(container_);
                    return accept();
                }
                const auto reason = api::stringAt(status, {"state", "waiting", "reason"});
                const auto message = api::stringAt(status, {"state", "waiting", "message"});
                state_->setText(text(reason) + (message.empty() ? QString() : QStringLiteral(": ") + text(message)));
            }
            poll_.start();
        });
    }

    void offer(const api::JsonObject& pod) {
        for (const api::Json& container : arrayAt(pod, {"spec", "containers"})) {
            const QString name = text(api::stringAt(container, {"name"}));
            target_->addItem(name, name);
        }
        target_->setCurrentIndex(std::min(1, target_->count() - 1));
    }

    SessionPtr session_;
    ObjectRef pod_;
    std::function<void(const QString&)> ready_;
    QLineEdit* image_;
    QComboBox* target_;
    QLabel* state_;
    QPushButton* start_;
    QString container_;
    QTimer poll_;
};

} // namespace

void showDebugDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod,
                     std::function<void(const QString& container)> ready) {
    (new DebugDialog(session, pod, std::move(ready), &parent))->open();
}

} // namespace slipway::ui
