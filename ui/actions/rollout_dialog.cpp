#include "ui/actions/rollout_dialog.h"

#include "ui/actions/rollout.h"
#include "ui/history/diff_view.h"
#include "ui/look/theme.h"
#include "ui/resources/resource_model.h"
#include "ui/session/background.h"

#include <QCoreApplication>
#include <QDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

class RolloutDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(RolloutDialog)
public:
    RolloutDialog(SessionPtr session, ObjectRef workload, QWidget* parent)
        : QDialog(parent)
        , session_(std::move(session))
        , workload_(std::move(workload))
        , list_(new QTreeWidget)
        , diff_(new DiffView)
        , state_(new QLabel)
        , back_(new QPushButton(icon(QStringLiteral("undo"), Ink::onAccent), tr("Go back to this revision"))) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Rollout history"));
        resize(900, 560);
        auto* title = new QLabel(tr("Revisions of %1").arg(workload_.name));
        title->setObjectName(QStringLiteral("title"));
        list_->setHeaderLabels({tr("Revision"), tr("Age"), tr("Kept by"), tr("Cause")});
        list_->setRootIsDecorated(false);
        list_->setAccessibleName(tr("Revisions"));
        list_->setObjectName(QStringLiteral("preview"));
        list_->setColumnWidth(0, 130);
        list_->setColumnWidth(1, 80);
        list_->setColumnWidth(2, 240);
        state_->setObjectName(QStringLiteral("muted"));
        state_->setWordWrap(true);
        back_->setObjectName(QStringLiteral("primary"));
        back_->setEnabled(false);
        auto* close = new QPushButton(tr("Close"));
        auto* split = new QSplitter(Qt::Vertical);
        split->addWidget(list_);
        split->addWidget(diff_);
        split->setSizes({180, 300});
        auto* buttons = new QHBoxLayout;
        buttons->addWidget(state_, 1);
        buttons->addWidget(close);
        buttons->addWidget(back_);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(12);
        layout->addWidget(title);
        layout->addWidget(split, 1);
        layout->addLayout(buttons);
        connect(close, &QPushButton::clicked, this, &QDialog::reject);
        connect(list_, &QTreeWidget::currentItemChanged, this, &RolloutDialog::compare);
        connect(back_, &QPushButton::clicked, this, &RolloutDialog::goBack);
        read();
    }

private:
    void read() {
        state_->setText(tr("Loading"));
        inBackground(
            this, [session = session_, workload = workload_] { return revisionsOf(*session->client, workload); },
            [this](const client::Result<std::vector<Revision>>& revisions) {
                if (!revisions)
                    return state_->setText(errorText(revisions.error()));
                show(*revisions);
            });
    }

    void show(const std::vector<Revision>& revisions) {
        revisions_ = revisions;
        list_->clear();
        for (const Revision& revision : revisions_) {
            QString number = QString::number(revision.number);
            if (revision.current)
                number += QStringLiteral("  ") + tr("now");
            auto* item =
                new QTreeWidgetItem(list_, {number, ageText(revision.created), revision.createdBy, revision.cause});
            if (revision.current)
                item->setIcon(0, toneIcon(Tone::ok));
        }
        state_->setText(revisions_.empty() ? tr("No revision is kept.") : QString());
        list_->setCurrentItem(list_->topLevelItem(revisions_.size() > 1 ? 1 : 0));
    }

    void compare() {
        const int at = list_->indexOfTopLevelItem(list_->currentItem());
        if (at < 0)
            return;
        const Revision& chosen = revisions_[static_cast<std::size_t>(at)];
        back_->setEnabled(!chosen.current && !session_->readOnly->load());
        diff_->show({{tr("From now to revision %1").arg(chosen.number), revisions_.front().yaml, chosen.yaml}},
                    chosen.current ? tr("This is what runs now.") : tr("The pod template is the same."));
    }

    void goBack() {
        const int at = list_->indexOfTopLevelItem(list_->currentItem());
        if (at < 0)
            return;
        back_->setEnabled(false);
        state_->setText(tr("Going back"));
        auto work = [session = session_, workload = workload_, revision = revisions_[static_cast<std::size_t>(at)]] {
            client::PatchOptions options;
            options.fieldManager = "slipway";
            return session->client->patch(workload.kind->resource, workload.ns.toStdString(),
                                          workload.name.toStdString(), revision.patchKind, revision.patch, options);
        };
        inBackground(this, std::move(work), [this](const client::Result<api::Json>& done) {
            if (done)
                return accept();
            state_->setText(errorText(done.error()));
            back_->setEnabled(true);
        });
    }

    SessionPtr session_;
    ObjectRef workload_;
    std::vector<Revision> revisions_;
    QTreeWidget* list_;
    DiffView* diff_;
    QLabel* state_;
    QPushButton* back_;
};

} // namespace

void showRolloutDialog(QWidget& parent, const SessionPtr& session, const ObjectRef& workload) {
    (new RolloutDialog(session, workload, &parent))->open();
}

} // namespace slipway::ui
