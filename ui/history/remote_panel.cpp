#include "ui/history/remote_panel.h"

#include "ui/history/change_journal.h"
#include "ui/look/look.h"
#include "ui/look/theme.h"
#include "ui/resources/resource_model.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>

namespace slipway::ui {

RemotePanel::RemotePanel(SessionPtr session, RemoteSync& sync, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , sync_(sync)
    , urlTitle_(new QLabel)
    , branchTitle_(new QLabel)
    , folderTitle_(new QLabel)
    , state_(new QLabel)
    , stateIcon_(new QLabel)
    , watchWords_(new QLabel)
    , url_(new QLineEdit)
    , branch_(new QLineEdit)
    , folder_(new QLineEdit)
    , use_(new QPushButton)
    , fetch_(new QPushButton(icon(QStringLiteral("refresh")), QString()))
    , pull_(new QPushButton(icon(QStringLiteral("save")), QString()))
    , push_(new QPushButton(icon(QStringLiteral("forward")), QString()))
    , choose_(new QPushButton)
    , watch_(new QCheckBox) {
    folder_->setReadOnly(true);
    state_->setWordWrap(true);
    watchWords_->setObjectName(QStringLiteral("muted"));
    watchWords_->setWordWrap(true);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(10);
    grid->addWidget(folderTitle_, 0, 0);
    grid->addWidget(folder_, 0, 1);
    grid->addWidget(choose_, 0, 2);
    grid->addWidget(urlTitle_, 1, 0);
    grid->addWidget(url_, 1, 1);
    grid->addWidget(branchTitle_, 2, 0);
    grid->addWidget(branch_, 2, 1);
    grid->addWidget(use_, 2, 2);
    grid->setColumnStretch(1, 1);
    auto* actions = new QHBoxLayout;
    actions->addWidget(stateIcon_);
    actions->addWidget(state_, 1);
    for (QPushButton* button : {fetch_, pull_, push_})
        actions->addWidget(button);
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    card->setMaximumWidth(820);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(20, 18, 20, 18);
    layout->setSpacing(16);
    layout->addLayout(grid);
    layout->addLayout(actions);
    layout->addWidget(watch_);
    layout->addWidget(watchWords_);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(24, 24, 24, 24);
    outer->addWidget(card);
    outer->addStretch(1);
    connect(use_, &QPushButton::clicked, this, &RemotePanel::save);
    connect(url_, &QLineEdit::returnPressed, this, &RemotePanel::save);
    connect(branch_, &QLineEdit::returnPressed, this, &RemotePanel::save);
    connect(fetch_, &QPushButton::clicked, &sync_, &RemoteSync::fetch);
    connect(pull_, &QPushButton::clicked, &sync_, &RemoteSync::pull);
    connect(push_, &QPushButton::clicked, &sync_, &RemoteSync::push);
    connect(choose_, &QPushButton::clicked, this, &RemotePanel::chooseFolder);
    connect(watch_, &QCheckBox::clicked, &sync_, &RemoteSync::setWatching);
    connect(&sync_, &RemoteSync::changed, this, &RemotePanel::showState);
    keepLook(this, [this] { retranslate(); });
}

void RemotePanel::retranslate() {
    urlTitle_->setText(tr("Repository"));
    branchTitle_->setText(tr("Branch"));
    folderTitle_->setText(tr("Folder"));
    url_->setPlaceholderText(QStringLiteral("git@example.com:team/cluster.git"));
    url_->setAccessibleName(tr("Address of the repository"));
    branch_->setAccessibleName(tr("Branch"));
    folder_->setAccessibleName(tr("Folder of the history"));
    use_->setText(tr("Use this branch"));
    fetch_->setText(tr("Fetch"));
    pull_->setText(tr("Pull"));
    push_->setText(tr("Push"));
    choose_->setText(tr("Use another repository…"));
    watch_->setText(tr("Watch the branch and deploy what changes there"));
    watchWords_->setText(tr("It is looked at once a minute. What is new is checked by the server and applied when "
                            "everything passes; else it is shown. Nothing is deleted without asking."));
    showState();
}

void RemotePanel::showState() {
    if (!url_->isModified())
        url_->setText(sync_.branch().url);
    if (!branch_->isModified())
        branch_->setText(sync_.branch().branch);
    folder_->setText(session_->journal ? session_->journal->folder() : QString());
    watch_->setChecked(sync_.isWatching());
    const bool there = session_->journal && !sync_.branch().url.isEmpty();
    const bool busy = sync_.state() == RemoteSync::State::busy;
    for (QPushButton* button : {fetch_, pull_, push_})
        button->setEnabled(there && !busy);
    watch_->setEnabled(there);
    use_->setEnabled(!busy && session_->journal != nullptr);
    const auto [here, far] = sync_.divergence();
    QString words;
    Tone tone = Tone::muted;
    switch (sync_.state()) {
    case RemoteSync::State::none:
        words = tr("The history is kept on this computer only.");
        break;
    case RemoteSync::State::busy:
        words = tr("Talking to the repository");
        tone = Tone::busy;
        break;
    case RemoteSync::State::failed:
        words = sync_.error();
        tone = Tone::bad;
        break;
    case RemoteSync::State::known:
        words = here == 0 && far == 0
                    ? tr("Both have the same.")
                    : tr("%n commit(s) only here", nullptr, static_cast<int>(here)) + QStringLiteral(" · ") +
                          tr("%n commit(s) only there", nullptr, static_cast<int>(far));
        tone = here == 0 && far == 0 ? Tone::ok : Tone::waiting;
        if (sync_.lastFetch() > 0)
            words += QStringLiteral(" · ") + tr("looked %1 ago").arg(ageText(sync_.lastFetch()));
        break;
    }
    state_->setText(words);
    stateIcon_->setPixmap(toneIcon(tone).pixmap(16, 16));
}

void RemotePanel::save() {
    sync_.setBranch({url_->text().trimmed(), branch_->text().trimmed()});
    url_->setModified(false);
    branch_->setModified(false);
}

void RemotePanel::chooseFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("A repository that is there already"));
    if (folder.isEmpty())
        return;
    ChangeJournal::chooseFolder(session_->name, folder);
    state_->setText(tr("The history is kept in %1 from the next time this cluster is opened.").arg(folder));
}

} // namespace slipway::ui
