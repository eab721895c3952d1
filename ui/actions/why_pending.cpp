#include "ui/actions/why_pending.h"

#include "ui/look/theme.h"
#include "ui/resources/row_readers.h"
#include "ui/session/background.h"

#include <QCoreApplication>
#include <QDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QRegularExpression>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class WhyDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(WhyDialog)
public:
    WhyDialog(SessionPtr session, ObjectRef pod, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , pod_(std::move(pod))
        , state_(new QLabel)
        , list_(new QTreeWidget) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Why is it pending?"));
        resize(720, 360);
        auto* title = new QLabel(pod_.name);
        title->setObjectName(QStringLiteral("title"));
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
        list_->setHeaderLabels({tr("Reason"), tr("Nodes"), tr("Details")});
        list_->setRootIsDecorated(false);
        list_->setWordWrap(true);
        list_->setObjectName(QStringLiteral("preview"));
        list_->setAccessibleName(tr("Reasons"));
        list_->setColumnWidth(0, 330);
        list_->setColumnWidth(1, 70);
        auto* close = new QPushButton(tr("Close"));
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(12);
        layout->addWidget(title);
        layout->addWidget(state_);
        layout->addWidget(list_, 1);
        layout->addWidget(close, 0, Qt::AlignRight);
        connect(close, &QPushButton::clicked, this, &QDialog::accept);
        timer_.setInterval(2000);
        connect(&timer_, &QTimer::timeout, this, &WhyDialog::read);
        timer_.start();
        read();
    }

private:
    void read() {
        using Answer = client::Result<std::pair<QString, std::vector<PendingReason>>>;
        auto work = [session = session_, pod = pod_]() -> Answer {
            auto object = session->client->get(pod.kind->resource, pod.ns.toStdString(), pod.name.toStdString());
            if (!object)
                return std::unexpected(object.error());
            client::ListOptions options;
            options.fieldSelector = "involvedObject.uid=" + pod.uid.toStdString();
            auto events = session->client->list({"", "v1", "events", "Event", true}, pod.ns.toStdString(), options);
            const api::JsonObject& parts = object->as_object();
            return std::pair(summarizePod(parts).status,
                             whyPending(parts, events ? events->items : std::vector<api::Json>()));
        };
        inBackground(this, std::move(work), [this](const Answer& answer) {
            if (!answer)
                return state_->setText(errorText(answer.error()));
            list_->clear();
            for (const PendingReason& reason : answer->second) {
                auto* item = new QTreeWidgetItem(
                    list_, {reason.what, reason.nodes > 0 ? QString::number(reason.nodes) : QString(), reason.detail});
                item->setIcon(0, toneIcon(Tone::waiting));
                item->setToolTip(2, reason.detail);
            }
            state_->setText(answer->second.empty() ? tr("It waits for nothing. Its status is %1.").arg(answer->first)
                                                   : tr("Its status is %1.").arg(answer->first));
        });
    }

    SessionPtr session_;
    ObjectRef pod_;
    QLabel* state_;
    QTreeWidget* list_;
    QTimer timer_;
};

} // namespace

std::vector<PendingReason> reasonsOf(const QString& message) {
    static const QRegularExpression counted(QStringLiteral("^\\s*(\\d+) (.+)$"));
    std::vector<PendingReason> reasons;
    const qsizetype colon = message.indexOf(QStringLiteral("nodes are available:"));
    if (colon < 0) {
        if (!message.isEmpty())
            reasons.push_back({message, 0, {}});
        return reasons;
    }
    QString rest = message.mid(colon + 20), preemption;
    if (const qsizetype at = rest.indexOf(QStringLiteral("preemption:")); at >= 0) {
        preemption = rest.mid(at).trimmed();
        rest.truncate(at);
    }
    rest = rest.trimmed();
    if (rest.endsWith(QLatin1Char('.')))
        rest.chop(1);
    // Commas stand between reasons, and inside the braces of a taint as well.
    int depth = 0;
    QString part;
    const auto take = [&] {
        const auto match = counted.match(part);
        if (match.hasMatch())
            reasons.push_back({match.captured(2).trimmed(), match.captured(1).toInt(), {}});
        else if (!part.trimmed().isEmpty())
            reasons.push_back({part.trimmed(), 0, {}});
        part.clear();
    };
    for (const QChar letter : std::as_const(rest)) {
        depth += letter == QLatin1Char('{') ? 1 : letter == QLatin1Char('}') ? -1 : 0;
        if (letter == QLatin1Char(',') && depth == 0)
            take();
        else
            part += letter;
    }
    take();
    if (!preemption.isEmpty())
        reasons.push_back({preemption, 0, {}});
    return reasons;
}

std::vector<PendingReason> whyPending(const api::JsonObject& pod, const std::vector<api::Json>& events) {
    std::vector<PendingReason> reasons;
    bool scheduled = !api::stringAt(pod, {"spec", "nodeName"}).empty();
    QString sentence;
    for (const api::Json& condition : arrayAt(pod, {"status", "conditions"}))
        if (api::stringAt(condition, {"type"}) == "PodScheduled" && api::stringAt(condition, {"status"}) != "True")
            sentence = text(api::stringAt(condition, {"message"}));
    if (!scheduled) {
        for (const api::Json& event : events)
            if (sentence.isEmpty() && api::stringAt(event, {"reason"}) == "FailedScheduling")
                sentence = text(api::stringAt(event, {"message"}));
        reasons = reasonsOf(sentence);
        if (reasons.empty())
            reasons.push_back({WhyDialog::tr("The scheduler has not decided yet"), 0, {}});
        return reasons;
    }
    for (const char* list : {"initContainerStatuses", "containerStatuses"})
        for (const api::Json& status : arrayAt(pod, {"status", list})) {
            const auto reason = api::stringAt(status, {"state", "waiting", "reason"});
            if (!reason.empty() && reason != "PodInitializing")
                reasons.push_back({text(api::stringAt(status, {"name"})) + QStringLiteral(": ") + text(reason), 0,
                                   text(api::stringAt(status, {"state", "waiting", "message"}))});
        }
    for (const api::Json& event : events)
        if (!reasons.empty() && api::stringAt(event, {"type"}) == "Warning")
            reasons.push_back({text(api::stringAt(event, {"reason"})), 0, text(api::stringAt(event, {"message"}))});
    return reasons;
}

void showWhyPendingDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& pod) {
    (new WhyDialog(session, pod, &parent))->open();
}

} // namespace slipway::ui
