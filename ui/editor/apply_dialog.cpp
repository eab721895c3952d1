#include "ui/editor/apply_dialog.h"

#include "ui/look/theme.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSplitter>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

std::pair<QString, Tone> actionWords(const ApplyItem& item) {
    if (item.action == ApplyAction::failed)
        return {ApplyDialog::tr("Refused"), Tone::bad};
    switch (item.action) {
    case ApplyAction::create:
        return item.applied ? std::pair(ApplyDialog::tr("Created"), Tone::ok)
                            : std::pair(ApplyDialog::tr("Create"), Tone::busy);
    case ApplyAction::update:
        return item.applied ? std::pair(ApplyDialog::tr("Updated"), Tone::ok)
                            : std::pair(ApplyDialog::tr("Update"), Tone::busy);
    default:
        return {ApplyDialog::tr("Unchanged"), Tone::done};
    }
}

} // namespace

ApplyDialog::ApplyDialog(SessionPtr session, std::vector<YamlSource> sources, bool atOnce, QWidget* parent,
                         ApplyMode mode)
    : QDialog(parent)
    , session_(std::move(session))
    , sources_(std::move(sources))
    , atOnce_(atOnce)
    , mode_(mode)
    , title_(new QLabel)
    , summary_(new QLabel)
    , list_(new QTreeWidget)
    , diff_(new DiffView)
    , apply_(new QPushButton(tr("Apply")))
    , edit_(new QPushButton(tr("Edit")))
    , close_(new QPushButton(tr("Cancel"))) {
    setWindowTitle(tr("Apply YAML"));
    setModal(true);
    resize(880, 560);
    title_->setObjectName(QStringLiteral("title"));
    title_->setText(tr("Apply to %1").arg(session_->name));
    summary_->setObjectName(QStringLiteral("muted"));
    summary_->setWordWrap(true);
    list_->setHeaderLabels({tr("Action"), tr("Kind"), tr("Name"), tr("Namespace"), tr("Source")});
    list_->setObjectName(QStringLiteral("preview"));
    list_->setRootIsDecorated(false);
    list_->setIndentation(12);
    list_->setAccessibleName(tr("Objects to apply"));
    list_->setWordWrap(true);
    list_->header()->setStretchLastSection(true);
    for (const auto& [column, width] : {std::pair(0, 130), {1, 130}, {2, 200}, {3, 110}})
        list_->setColumnWidth(column, width);
    apply_->setObjectName(QStringLiteral("primary"));
    apply_->setDefault(true);
    apply_->setEnabled(false);
    edit_->setEnabled(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(summary_, 1);
    buttons->addWidget(edit_);
    buttons->addWidget(close_);
    buttons->addWidget(apply_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 18);
    layout->setSpacing(12);
    layout->addWidget(title_);
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(list_);
    split->addWidget(diff_);
    split->setSizes({200, 260});
    split->setChildrenCollapsible(false);
    layout->addWidget(split, 1);
    layout->addLayout(buttons);
    connect(list_, &QTreeWidget::currentItemChanged, this, &ApplyDialog::showDifferences);
    connect(apply_, &QPushButton::clicked, this, &ApplyDialog::applyAll);
    connect(close_, &QPushButton::clicked, this, &QDialog::reject);
    connect(edit_, &QPushButton::clicked, this, [this] {
        const Planned* chosen = nullptr;
        for (const Planned& planned : plan_)
            if (chosen == nullptr ||
                (chosen->item.action != ApplyAction::failed && planned.item.action == ApplyAction::failed))
                chosen = &planned;
        if (chosen != nullptr)
            emit editRequested(chosen->source.yaml, chosen->item.line, chosen->item.message);
        accept();
    });
    check();
}

/// Of the chosen object, or of all of them.
void ApplyDialog::showDifferences() {
    const QTreeWidgetItem* chosen = list_->currentItem();
    while (chosen != nullptr && chosen->parent() != nullptr)
        chosen = chosen->parent();
    const int only = chosen == nullptr ? -1 : list_->indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(chosen));
    std::vector<DiffView::Part> parts;
    for (std::size_t i = 0; i < plan_.size(); ++i)
        if (only < 0 || static_cast<int>(i) == only)
            parts.push_back({plan_[i].item.kind + QLatin1Char('/') + plan_[i].item.name, plan_[i].item.before,
                             plan_[i].item.after});
    diff_->show(std::move(parts), tr("Nothing in the cluster would change."));
}

void ApplyDialog::check() {
    summary_->setText(tr("Checking with the server"));
    auto work = [session = session_, sources = sources_, mode = mode_] {
        Plan plan;
        Applier applier(session->client, session->defaultNamespace.toStdString(), mode);
        for (const YamlSource& source : sources) {
            auto documents = parseYaml(source.yaml.toStdString());
            if (!documents) {
                Planned failed{source, {}, false};
                failed.item.message = documents.error().message;
                failed.item.line = documents.error().line;
                plan.push_back(std::move(failed));
                continue;
            }
            for (ApplyItem& item : applier.plan(std::move(*documents)))
                plan.push_back({source, std::move(item), true});
        }
        return plan;
    };
    inBackground(this, std::move(work), [this](const Plan& plan) { showPlan(plan); });
}

void ApplyDialog::fill() {
    list_->clear();
    for (const Planned& planned : plan_) {
        const ApplyItem& item = planned.item;
        const auto [words, tone] = actionWords(item);
        QString source = planned.source.name;
        if (item.line > 0)
            source =
                source.isEmpty() ? tr("line %1").arg(item.line) : QStringLiteral("%1:%2").arg(source).arg(item.line);
        auto* row = new QTreeWidgetItem(list_, {words, item.kind, item.name, item.ns, source});
        row->setIcon(0, toneIcon(tone));
        row->setForeground(0, toneColor(tone));
        row->setSizeHint(0, QSize(0, 30));
        if (item.message.isEmpty())
            continue;
        auto* why = new QTreeWidgetItem(row);
        auto* reason = new QLabel(item.message);
        reason->setObjectName(QStringLiteral("errorText"));
        reason->setWordWrap(true);
        reason->setTextInteractionFlags(Qt::TextSelectableByMouse);
        reason->setMargin(4);
        why->setSizeHint(0, QSize(0, reason->heightForWidth(list_->viewport()->width() - 24)));
        why->setFirstColumnSpanned(true);
        row->setExpanded(true);
        list_->setItemWidget(why, 0, reason);
    }
}

void ApplyDialog::showPlan(Plan plan) {
    plan_ = std::move(plan);
    fill();
    showDifferences();
    int failed = 0;
    for (const Planned& planned : plan_)
        failed += planned.item.action == ApplyAction::failed ? 1 : 0;
    edit_->setEnabled(!plan_.empty());
    const int good = static_cast<int>(plan_.size()) - failed;
    apply_->setEnabled(good > 0);
    if (plan_.empty())
        summary_->setText(tr("There is no object in this YAML."));
    else if (good == 0)
        summary_->setText(tr("%n object(s) refused by the check.", nullptr, failed));
    else if (failed > 0)
        summary_->setText(tr("%n object(s) refused by the check. The others can be applied.", nullptr, failed));
    else
        summary_->setText(tr("The server accepts %n object(s).", nullptr, good));
    apply_->setFocus();
    if (atOnce_ && failed == 0 && good > 0)
        applyAll();
}

void ApplyDialog::applyAll() {
    apply_->setEnabled(false);
    edit_->setEnabled(false);
    summary_->setText(tr("Applying"));
    auto work = [session = session_, plan = plan_, mode = mode_]() mutable {
        Applier applier(session->client, session->defaultNamespace.toStdString(), mode);
        for (Planned& planned : plan)
            if (planned.item.action != ApplyAction::failed)
                applier.apply(planned.item);
        return plan;
    };
    inBackground(this, std::move(work), [this](const Plan& plan) { showResult(plan); });
}

void ApplyDialog::showResult(Plan plan) {
    plan_ = std::move(plan);
    fill();
    int failed = 0;
    for (const Planned& planned : plan_)
        failed += planned.item.applied ? 0 : 1;
    if (failed == 0) {
        const int count = static_cast<int>(plan_.size());
        emit finishedApplying(tr("%n object(s) applied", nullptr, count), plan_.front().item.kind);
        accept();
        return;
    }
    summary_->setText(tr("%n object(s) were not applied.", nullptr, failed));
    close_->setText(tr("Close"));
    edit_->setEnabled(true);
}

} // namespace slipway::ui
