#include "ui/history/history_page.h"

#include "ui/editor/kind_resolver.h"
#include "ui/editor/portable_object.h"
#include "ui/editor/yaml_document.h"
#include "ui/history/change_journal.h"
#include "ui/history/remote_panel.h"
#include "ui/look/look.h"
#include "ui/look/theme.h"
#include "ui/resources/resource_model.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>

namespace slipway::ui {

std::vector<Drift> driftOf(const client::Client& client, const std::vector<HistoryFile>& files) {
    std::vector<Drift> all;
    KindResolver resolver(std::make_shared<client::Client>(client));
    for (const HistoryFile& file : files) {
        const auto documents = parseYaml(file.content.value_or(QString()).toStdString());
        if (!documents || documents->empty())
            continue;
        const api::JsonObject& wanted = documents->front().object;
        Drift drift{file.path, file.content.value_or(QString()), {}, false};
        const auto resource = resolver.resolve(std::string(api::stringAt(wanted, {"apiVersion"})),
                                               std::string(api::stringAt(wanted, {"kind"})));
        if (resource)
            if (const auto live = client.get(*resource, api::stringAt(wanted, {"metadata", "namespace"}),
                                             api::stringAt(wanted, {"metadata", "name"})))
                drift.live = text(portableYaml(*live));
        drift.same = drift.live == drift.wanted;
        all.push_back(std::move(drift));
    }
    return all;
}

HistoryPage::HistoryPage(SessionPtr session, RemoteSync& sync, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , title_(new QLabel)
    , state_(new QLabel)
    , all_(new QPushButton)
    , undo_(new QPushButton(icon(QStringLiteral("undo")), QString()))
    , again_(new QPushButton)
    , putBack_(new QPushButton(icon(QStringLiteral("undo")), QString()))
    , refresh_(new QPushButton(icon(QStringLiteral("refresh")), QString()))
    , tabs_(new QTabWidget)
    , commits_(new QTreeWidget)
    , drift_(new QTreeWidget)
    , diff_(new DiffView)
    , driftDiff_(new DiffView) {
    title_->setObjectName(QStringLiteral("title"));
    state_->setObjectName(QStringLiteral("muted"));
    state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(state_, 1);
    barLayout->addWidget(all_);
    tabs_->setDocumentMode(true);
    tabs_->addTab(makeCommits(), QString());
    tabs_->addTab(makeDrift(), QString());
    tabs_->addTab(new RemotePanel(session_, sync), QString());
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(tabs_, 1);
    setFocusProxy(commits_);
    all_->hide();
    connect(all_, &QPushButton::clicked, this, [this] { showOnly({}); });
    connect(tabs_, &QTabWidget::currentChanged, this, [this](int index) {
        if (index == 1)
            readDrift();
    });
    if (session_->journal) {
        connect(session_->journal.get(), &ChangeJournal::recorded, this, [this] {
            if (isVisible())
                read();
        });
        connect(session_->journal.get(), &ChangeJournal::failed, state_, &QLabel::setText);
    }
    keepLook(this, [this] { retranslate(); });
}

QWidget* HistoryPage::makeCommits() {
    commits_->setRootIsDecorated(false);
    commits_->setColumnCount(3);
    commits_->header()->resizeSection(0, 300);
    commits_->header()->resizeSection(1, 80);
    auto* buttons = new QFrame;
    buttons->setObjectName(QStringLiteral("bottomBar"));
    auto* buttonLayout = new QHBoxLayout(buttons);
    buttonLayout->setContentsMargins(12, 6, 12, 6);
    buttonLayout->addStretch(1);
    buttonLayout->addWidget(again_);
    buttonLayout->addWidget(undo_);
    auto* right = new QWidget;
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(diff_, 1);
    rightLayout->addWidget(buttons);
    auto* split = new QSplitter;
    split->addWidget(commits_);
    split->addWidget(right);
    split->setSizes({460, 640});
    split->setChildrenCollapsible(false);
    connect(commits_, &QTreeWidget::currentItemChanged, this, &HistoryPage::showCommit);
    connect(undo_, &QPushButton::clicked, this, [this] { bring(true); });
    connect(again_, &QPushButton::clicked, this, [this] { bring(false); });
    return split;
}

QWidget* HistoryPage::makeDrift() {
    drift_->setRootIsDecorated(false);
    drift_->setColumnCount(2);
    drift_->header()->resizeSection(0, 330);
    auto* buttons = new QFrame;
    buttons->setObjectName(QStringLiteral("bottomBar"));
    auto* buttonLayout = new QHBoxLayout(buttons);
    buttonLayout->setContentsMargins(12, 6, 12, 6);
    buttonLayout->addStretch(1);
    buttonLayout->addWidget(refresh_);
    buttonLayout->addWidget(putBack_);
    auto* right = new QWidget;
    auto* rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(driftDiff_, 1);
    rightLayout->addWidget(buttons);
    auto* split = new QSplitter;
    split->addWidget(drift_);
    split->addWidget(right);
    split->setSizes({460, 640});
    split->setChildrenCollapsible(false);
    connect(drift_, &QTreeWidget::currentItemChanged, this, &HistoryPage::showDrift);
    connect(refresh_, &QPushButton::clicked, this, &HistoryPage::readDrift);
    connect(putBack_, &QPushButton::clicked, this, [this] {
        const int at = drift_->indexOfTopLevelItem(drift_->currentItem());
        if (at >= 0)
            emit restoreRequested({drifts_[static_cast<std::size_t>(at)].wanted});
    });
    return split;
}

void HistoryPage::retranslate() {
    title_->setText(tr("History"));
    all_->setText(tr("Show all objects"));
    undo_->setText(tr("Undo this change"));
    again_->setText(tr("Bring back what was written"));
    putBack_->setText(tr("Put back what Git has"));
    refresh_->setText(tr("Compare again"));
    tabs_->setAccessibleName(title_->text());
    tabs_->setTabText(0, tr("Changes"));
    tabs_->setTabText(1, tr("Drift"));
    tabs_->setTabText(2, tr("Remote"));
    commits_->setHeaderLabels({tr("Change"), tr("Age"), tr("Who")});
    commits_->setAccessibleName(tr("Changes"));
    drift_->setHeaderLabels({tr("Object"), tr("State")});
    drift_->setAccessibleName(tr("Objects in Git"));
    showCommit();
    showDrift();
}

void HistoryPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    read();
}

void HistoryPage::showOnly(const QString& path) {
    only_ = path;
    all_->setVisible(!path.isEmpty());
    tabs_->setCurrentIndex(0);
    read();
}

void HistoryPage::read() {
    if (!session_->journal)
        return state_->setText(tr("Nothing is kept for this cluster."));
    constexpr int most = 500;
    session_->journal->ask(
        this, [only = only_](HistoryRepository& repository) { return repository.log(most, only); },
        [this](const HistoryResult<std::vector<HistoryCommit>>& log) {
            if (!log)
                return state_->setText(log.error().message);
            const QString chosen = commits_->currentItem() == nullptr
                                       ? QString()
                                       : commits_->currentItem()->data(0, Qt::UserRole).toString();
            log_ = *log;
            QSignalBlocker quiet(commits_); // the commit is shown once the list is whole
            commits_->clear();
            for (const HistoryCommit& commit : log_) {
                auto* item = new QTreeWidgetItem(
                    commits_, {commit.subject.section(QLatin1Char('\n'), 0, 0), ageText(commit.time), commit.author});
                item->setData(0, Qt::UserRole, commit.id);
                item->setToolTip(0, commit.subject);
                item->setSizeHint(0, QSize(0, 30));
                if (commit.id == chosen)
                    commits_->setCurrentItem(item);
            }
            if (commits_->currentItem() == nullptr)
                commits_->setCurrentItem(commits_->topLevelItem(0));
            state_->setText(log_.empty()      ? tr("Nothing has been changed through this window yet.")
                            : only_.isEmpty() ? session_->journal->folder()
                                              : only_);
            showCommit();
        });
}

/// Nothing can be undone before it is known what the chosen commit did.
void HistoryPage::showCommit() {
    const QTreeWidgetItem* item = commits_->currentItem();
    chosen_ = item == nullptr ? QString() : item->data(0, Qt::UserRole).toString();
    changes_.clear();
    undo_->setEnabled(false);
    again_->setEnabled(false);
    if (chosen_.isEmpty() || !session_->journal)
        return diff_->show({}, QString());
    session_->journal->ask(
        this, [id = chosen_](HistoryRepository& repository) { return repository.changes(id); },
        [this, id = chosen_](const HistoryResult<std::vector<HistoryChange>>& changes) {
            if (id != chosen_)
                return; // somebody has gone on to another commit
            if (!changes)
                return diff_->show({}, changes.error().message);
            changes_ = *changes;
            undo_->setEnabled(!changes_.empty());
            again_->setEnabled(!changes_.empty());
            std::vector<DiffView::Part> parts;
            for (const HistoryChange& change : changes_)
                parts.push_back({change.path, change.before.value_or(QString()), change.after.value_or(QString())});
            diff_->show(std::move(parts), tr("Nothing differs."));
        });
}

/// The state before the chosen change, or the one after it.
void HistoryPage::bring(bool before) {
    QStringList restored, removed;
    for (const HistoryChange& change : changes_) {
        const auto& wanted = before ? change.before : change.after;
        const auto& other = before ? change.after : change.before;
        if (wanted)
            restored << *wanted;
        else if (other)
            removed << *other;
    }
    if (!restored.isEmpty())
        emit restoreRequested(restored);
    if (!removed.isEmpty())
        emit removalRequested(removed);
}

void HistoryPage::readDrift() {
    if (!session_->journal)
        return;
    drift_->clear();
    driftDiff_->show({}, tr("Comparing"));
    using Files = HistoryResult<std::vector<HistoryFile>>;
    session_->journal->ask(
        this, [](HistoryRepository& repository) { return repository.files(); },
        [this](const Files& files) {
            if (!files)
                return driftDiff_->show({}, files.error().message);
            inBackground( // the repository is free again while the cluster is asked
                this, [session = session_, files = *files] { return driftOf(*session->client, files); },
                [this](const std::vector<Drift>& drifts) { takeDrift(drifts); });
        });
}

void HistoryPage::takeDrift(std::vector<Drift> drifts) {
    drifts_ = std::move(drifts);
    std::ranges::stable_sort(drifts_, {}, &Drift::same);
    drift_->clear();
    for (const Drift& drift : drifts_) {
        const QString words = drift.same             ? tr("As in Git")
                              : drift.live.isEmpty() ? tr("Not in the cluster")
                                                     : tr("Differs");
        auto* item = new QTreeWidgetItem(drift_, {drift.path, words});
        item->setIcon(1, toneIcon(drift.same ? Tone::ok : Tone::waiting));
        item->setSizeHint(0, QSize(0, 30));
    }
    drift_->setCurrentItem(drift_->topLevelItem(0));
    showDrift();
}

void HistoryPage::showDrift() {
    const int at = drift_->indexOfTopLevelItem(drift_->currentItem());
    putBack_->setEnabled(at >= 0 && !drifts_[static_cast<std::size_t>(std::max(0, at))].same);
    if (at < 0)
        return driftDiff_->show({}, tr("Nothing is kept in Git yet."));
    const Drift& drift = drifts_[static_cast<std::size_t>(at)];
    driftDiff_->show({{tr("From Git to the cluster"), drift.wanted, drift.live}}, tr("The cluster has what Git has."));
}

} // namespace slipway::ui
