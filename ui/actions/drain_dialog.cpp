#include "ui/actions/drain_dialog.h"

#include "ui/actions/drain.h"
#include "ui/look/theme.h"
#include "ui/session/background.h"

#include <QCheckBox>
#include <QCoreApplication>
#include <QDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class DrainDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(DrainDialog)
public:
    DrainDialog(SessionPtr session, std::vector<ObjectRef> nodes, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , nodes_(std::move(nodes))
        , list_(new QTreeWidget)
        , force_(new QCheckBox(tr("Also delete pods that nothing makes anew")))
        , state_(new QLabel)
        , bar_(new QProgressBar)
        , drain_(new QPushButton(tr("Drain")))
        , close_(new QPushButton(tr("Cancel"))) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Drain"));
        resize(760, 460);
        QStringList names;
        for (const ObjectRef& node : nodes_)
            names << node.name;
        auto* title = new QLabel(tr("Drain %1").arg(names.join(QStringLiteral(", "))));
        title->setObjectName(QStringLiteral("title"));
        list_->setHeaderLabels({tr("Pod"), tr("Namespace"), tr("What happens"), tr("Controlled by")});
        list_->setRootIsDecorated(false);
        list_->setObjectName(QStringLiteral("preview"));
        list_->setAccessibleName(tr("Pods of the node"));
        list_->setColumnWidth(0, 240);
        list_->setColumnWidth(1, 110);
        list_->setColumnWidth(2, 210);
        bar_->setTextVisible(false);
        bar_->setFixedHeight(8);
        bar_->setAccessibleName(tr("Progress"));
        bar_->hide();
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
        drain_->setObjectName(QStringLiteral("primary"));
        drain_->setEnabled(false);
        auto* buttons = new QHBoxLayout;
        buttons->addWidget(state_, 1);
        buttons->addWidget(close_);
        buttons->addWidget(drain_);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(12);
        layout->addWidget(title);
        layout->addWidget(list_, 1);
        layout->addWidget(force_);
        layout->addWidget(bar_);
        layout->addLayout(buttons);
        again_.setSingleShot(true);
        again_.setInterval(1500);
        connect(&again_, &QTimer::timeout, this, &DrainDialog::round);
        connect(close_, &QPushButton::clicked, this, &QDialog::reject);
        connect(drain_, &QPushButton::clicked, this, &DrainDialog::begin);
        connect(force_, &QCheckBox::toggled, this, &DrainDialog::fill);
        read();
    }

private:
    void read() {
        state_->setText(tr("Loading"));
        auto work = [session = session_, nodes = nodes_]() -> client::Result<std::vector<DrainPod>> {
            api::JsonArray pods;
            for (const ObjectRef& node : nodes) {
                client::ListOptions options;
                options.fieldSelector = "spec.nodeName=" + node.name.toStdString();
                auto list = session->client->listAll({"", "v1", "pods", "Pod", true}, {}, options);
                if (!list)
                    return std::unexpected(list.error());
                for (api::Json& pod : list->items)
                    pods.push_back(std::move(pod));
            }
            return drainPlan(pods);
        };
        inBackground(this, std::move(work), [this](const client::Result<std::vector<DrainPod>>& plan) {
            if (!plan)
                return state_->setText(errorText(plan.error()));
            pods_ = *plan;
            drain_->setEnabled(true);
            state_->setText(pods_.empty() ? tr("No pod runs there. New ones will be kept away.") : QString());
            fill();
        });
    }

    void fill() {
        list_->clear();
        for (const DrainPod& pod : pods_) {
            auto [words, tone] = fateOf(pod);
            if (pod.gone)
                std::tie(words, tone) = std::pair(tr("Gone"), Tone::done);
            else if (!pod.state.isEmpty())
                std::tie(words, tone) = std::pair(pod.state, Tone::waiting);
            auto* item = new QTreeWidgetItem(list_, {pod.name, pod.ns, words, pod.owner});
            item->setIcon(2, toneIcon(tone));
            item->setToolTip(2, words);
        }
    }

    std::pair<QString, Tone> fateOf(const DrainPod& pod) const {
        switch (pod.fate) {
        case DrainPod::Fate::stays:
            return {tr("Stays: it belongs to the node"), Tone::muted};
        case DrainPod::Fate::finished:
            return {tr("Has finished"), Tone::done};
        case DrainPod::Fate::lost:
            return force_->isChecked() ? std::pair(tr("Deleted for good"), Tone::bad)
                                       : std::pair(tr("Stays: nothing makes it anew"), Tone::waiting);
        case DrainPod::Fate::evicted:
            break;
        }
        return {pod.losesData ? tr("Evicted; its emptyDir is lost") : tr("Evicted, made anew elsewhere"),
                pod.losesData ? Tone::waiting : Tone::ok};
    }

    void begin() {
        drain_->setEnabled(false);
        force_->setEnabled(false);
        close_->setText(tr("Stop"));
        bar_->show();
        state_->setText(tr("Keeping new pods away"));
        auto work = [session = session_, nodes = nodes_]() -> QString {
            for (const ObjectRef& node : nodes) {
                const api::Json patch = {{"spec", {{"unschedulable", true}}}};
                auto done = session->client->patch(node.kind->resource, {}, node.name.toStdString(),
                                                   client::PatchKind::merge, patch);
                if (!done)
                    return errorText(done.error());
            }
            return {};
        };
        inBackground(this, std::move(work), [this](const QString& error) {
            if (!error.isEmpty())
                return state_->setText(error);
            round();
        });
    }

    void round() {
        using Round = std::pair<std::vector<DrainPod>, bool>;
        auto work = [session = session_, pods = pods_, force = force_->isChecked()]() mutable -> Round {
            const bool done = drainRound(*session->client, pods, force);
            return {std::move(pods), done};
        };
        inBackground(this, std::move(work), [this](const Round& result) {
            pods_ = result.first;
            fill();
            int gone = 0, all = 0;
            for (const DrainPod& pod : pods_) {
                const bool stays =
                    pod.fate == DrainPod::Fate::stays || (pod.fate == DrainPod::Fate::lost && !force_->isChecked());
                all += stays ? 0 : 1;
                gone += pod.gone ? 1 : 0;
            }
            bar_->setRange(0, std::max(1, all));
            bar_->setValue(result.second ? std::max(1, all) : gone);
            state_->setText(result.second ? tr("Drained.") : tr("%1 of %2 pods have gone").arg(gone).arg(all));
            if (result.second)
                close_->setText(tr("Close"));
            else
                again_.start();
        });
    }

    SessionPtr session_;
    std::vector<ObjectRef> nodes_;
    std::vector<DrainPod> pods_;
    QTreeWidget* list_;
    QCheckBox* force_;
    QLabel* state_;
    QProgressBar* bar_;
    QPushButton *drain_, *close_;
    QTimer again_;
};

} // namespace

void showDrainDialog(QWidget& parent, const SessionPtr& session, const std::vector<ObjectRef>& nodes) {
    (new DrainDialog(session, nodes, &parent))->open();
}

} // namespace slipway::ui
