#include "ui/cluster/start_page.h"

#include "ui/look/look.h"

#include <QHBoxLayout>
#include <QMessageBox>
#include <QSignalBlocker>

namespace slipway::ui {
namespace {

QString seconds(qint64 milliseconds) {
    return StartPage::tr("%1 s").arg(double(milliseconds) / 1000, 0, 'f', 1);
}

void clearLayout(QLayout& layout) {
    while (QLayoutItem* item = layout.takeAt(0)) {
        delete item->widget();
        if (QLayout* inner = item->layout())
            clearLayout(*inner);
        delete item;
    }
}

} // namespace

StartPage::StartPage(ClusterRunner& runner, QWidget* parent)
    : QWidget(parent)
    , runner_(runner)
    , headline_(new QLabel)
    , explanation_(new QLabel)
    , error_(new QLabel)
    , errorIcon_(new QLabel)
    , otherTitle_(new QLabel)
    , main_(new QPushButton)
    , stop_(new QPushButton(icon(QStringLiteral("stop")), QString()))
    , delete_(new QPushButton(icon(QStringLiteral("delete"), Ink::bad), QString()))
    , cancel_(new QPushButton)
    , open_(new QPushButton)
    , contexts_(new QTreeWidget)
    , bar_(new QProgressBar)
    , steps_(new QVBoxLayout)
    , progress_(new QWidget) {
    auto* layout = new QVBoxLayout(this);
    layout->addStretch(2);
    layout->addWidget(makeCard(), 0, Qt::AlignHCenter);
    layout->addSpacing(16);
    layout->addWidget(makeContexts(), 3, Qt::AlignHCenter);
    layout->addStretch(1);
    tick_.setInterval(100);
    connect(&tick_, &QTimer::timeout, this, &StartPage::tick);
    connect(main_, &QPushButton::clicked, this, &StartPage::mainPressed);
    connect(stop_, &QPushButton::clicked, this, [this] {
        begin(tr("Stopping %1").arg(runner_.cluster()));
        runner_.stop();
    });
    connect(delete_, &QPushButton::clicked, this, &StartPage::confirmDelete);
    connect(cancel_, &QPushButton::clicked, this, [this] {
        cancel_->setEnabled(false);
        runner_.cancel();
    });
    connect(open_, &QPushButton::clicked, this, &StartPage::openChosen);
    connect(contexts_, &QTreeWidget::itemActivated, this, &StartPage::openChosen);
    connect(contexts_, &QTreeWidget::itemChanged, this, [this](const QTreeWidgetItem* item, int column) {
        const int at = contexts_->indexOfTopLevelItem(const_cast<QTreeWidgetItem*>(item));
        if (column != 3 || at < 0)
            return;
        KnownContext& context = known_[static_cast<std::size_t>(at)];
        context.guarded = item->checkState(3) == Qt::Checked;
        rememberGuard(context.name, context.guarded);
        emit guardChanged(context.name, context.guarded);
    });
    connect(&runner_, &ClusterRunner::progressed, this, &StartPage::showProgress);
    connect(&runner_, &ClusterRunner::finished, this, &StartPage::finish);
    connect(&runner_, &ClusterRunner::statusKnown, this, &StartPage::showStatus);
    keepLook(this, [this] { retranslate(); });
}

void StartPage::retranslate() {
    stop_->setText(tr("Stop"));
    stop_->setAccessibleName(tr("Stop the cluster"));
    delete_->setText(tr("Delete"));
    delete_->setAccessibleName(tr("Delete the cluster"));
    cancel_->setText(tr("Cancel"));
    open_->setText(tr("Open"));
    bar_->setAccessibleName(tr("Progress"));
    otherTitle_->setText(tr("Clusters of your kubeconfig"));
    contexts_->setAccessibleName(tr("Contexts of the kubeconfig"));
    contexts_->setHeaderLabels({tr("Context"), tr("Cluster"), tr("User"), tr("Guarded")});
    contexts_->headerItem()->setToolTip(3, tr("A guarded cluster is only looked at: nothing in it can be changed"));
    errorIcon_->setPixmap(toneIcon(Tone::bad).pixmap(18, 18));
    updateButtons();
}

/// Every context there is, to be opened by a double click.
QWidget* StartPage::makeContexts() {
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    card->setFixedWidth(760);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(20, 14, 20, 14);
    otherTitle_->setObjectName(QStringLiteral("section"));
    contexts_->setRootIsDecorated(false);
    contexts_->setColumnCount(4);
    contexts_->setMinimumHeight(110);
    for (const auto& [column, width] : {std::pair(0, 230), {1, 190}, {2, 180}})
        contexts_->setColumnWidth(column, width);
    auto* top = new QHBoxLayout;
    top->addWidget(otherTitle_, 1);
    top->addWidget(open_);
    layout->addLayout(top);
    layout->addWidget(contexts_, 1);
    return card;
}

void StartPage::openChosen() {
    const int at = contexts_->indexOfTopLevelItem(contexts_->currentItem());
    if (at >= 0)
        emit openContextRequested(known_[static_cast<std::size_t>(at)].name,
                                  known_[static_cast<std::size_t>(at)].kubeconfig);
}

QWidget* StartPage::makeCard() {
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    card->setFixedWidth(760);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(44, 32, 44, 28);
    layout->setSpacing(12);
    auto* logo = new QLabel;
    logo->setPixmap(icon(QStringLiteral("slipway")).pixmap(72, 72));
    headline_->setObjectName(QStringLiteral("hero"));
    explanation_->setObjectName(QStringLiteral("muted"));
    for (QLabel* label : {headline_, explanation_}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
    }
    main_->setObjectName(QStringLiteral("hero"));
    main_->setIconSize(QSize(20, 20));
    delete_->setObjectName(QStringLiteral("danger"));
    bar_->setTextVisible(false);
    bar_->setRange(0, 1000);
    bar_->setFixedHeight(8);
    steps_->setSpacing(6);
    auto* progressLayout = new QVBoxLayout(progress_);
    progressLayout->setContentsMargins(0, 8, 0, 0);
    progressLayout->setSpacing(12);
    progressLayout->addWidget(bar_);
    progressLayout->addLayout(steps_);
    progress_->hide();
    error_->setWordWrap(true);
    error_->setObjectName(QStringLiteral("errorText"));
    error_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* errorRow = new QHBoxLayout;
    errorRow->addWidget(errorIcon_, 0, Qt::AlignTop);
    errorRow->addWidget(error_, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    for (QPushButton* button : {cancel_, stop_, delete_})
        buttons->addWidget(button);
    buttons->addStretch();
    layout->addWidget(logo, 0, Qt::AlignHCenter);
    layout->addWidget(headline_);
    layout->addWidget(explanation_);
    layout->addSpacing(10);
    layout->addWidget(main_, 0, Qt::AlignHCenter);
    layout->addLayout(errorRow);
    layout->addWidget(progress_);
    layout->addLayout(buttons);
    return card;
}

void StartPage::updateButtons() {
    const bool busy = runner_.isBusy();
    const bool local = session_ && session_->local;
    main_->setVisible(!busy);
    main_->setText(local ? tr("Show pods") : status_.running ? tr("Open") : tr("Start"));
    main_->setIcon(icon(local ? QStringLiteral("pod") : QStringLiteral("start"), Ink::onAccent));
    main_->setAccessibleName(local ? tr("Show the pods") : tr("Start the cluster"));
    stop_->setVisible(!busy && (status_.running || status_.broken));
    delete_->setVisible(!busy && status_.exists);
    cancel_->setVisible(busy);
    open_->setEnabled(!known_.empty());
    if (busy)
        return;
    if (status_.running)
        headline_->setText(tr("Your cluster is running"));
    else if (status_.broken)
        headline_->setText(tr("Your cluster has died"));
    else
        headline_->setText(status_.exists ? tr("Your cluster is stopped") : tr("A Kubernetes cluster in a second"));
    explanation_->setText(
        status_.running ? tr("Its API server answers at %1").arg(status_.server)
        : status_.exists
            ? tr("Everything in it is kept. Start continues where it stopped.")
            : tr("No Docker, no virtual machine, no network needed. It runs on this computer, by itself."));
    error_->setVisible(!error_->text().isEmpty());
    errorIcon_->setVisible(error_->isVisibleTo(this));
}

void StartPage::mainPressed() {
    if (session_ && session_->local)
        return emit showClusterRequested();
    if (status_.running)
        return emit openLocalRequested();
    begin(tr("Starting your cluster"));
    runner_.start();
}

void StartPage::begin(const QString& words) {
    clearLayout(*steps_);
    rows_.clear();
    error_->clear();
    error_->hide();
    errorIcon_->hide();
    headline_->setText(words);
    explanation_->setText({});
    bar_->setValue(0);
    progress_->show();
    cancel_->setEnabled(true);
    elapsed_.start();
    tick_.start();
    for (QPushButton* button : {main_, stop_, delete_})
        button->hide();
    cancel_->show();
}

void StartPage::endStep(Tone tone) {
    if (rows_.empty())
        return;
    StepRow& row = rows_.back();
    row.mark->setPixmap(toneIcon(tone).pixmap(16, 16));
    row.time->setText(seconds(elapsed_.elapsed() - row.from));
}

void StartPage::showProgress(const vmdriver::Progress& progress) {
    bar_->setValue(static_cast<int>(progress.fraction * 1000));
    if (!rows_.empty() && rows_.back().step == progress.step)
        return;
    endStep(Tone::ok);
    if (progress.step == vmdriver::Step::done)
        return;
    auto* mark = new QLabel;
    mark->setPixmap(toneIcon(Tone::busy).pixmap(16, 16));
    auto* words = new QLabel(stepText(progress.step));
    auto* time = new QLabel;
    time->setObjectName(QStringLiteral("muted"));
    auto* line = new QHBoxLayout;
    line->addWidget(mark);
    line->addWidget(words, 1);
    line->addWidget(time);
    steps_->addLayout(line);
    rows_.push_back({progress.step, mark, time, elapsed_.elapsed()});
}

void StartPage::tick() {
    if (!rows_.empty())
        rows_.back().time->setText(seconds(elapsed_.elapsed() - rows_.back().from));
}

void StartPage::finish(const QString& operation, const QString& error) {
    tick_.stop();
    endStep(error.isEmpty() ? Tone::ok : Tone::bad);
    bar_->setValue(1000);
    showError(error);
    if (error.isEmpty())
        explanation_->setText(tr("Done in %1").arg(seconds(elapsed_.elapsed())));
    updateButtons();
    if (error.isEmpty() && operation == QLatin1String("start"))
        emit openLocalRequested();
    if (error.isEmpty() && operation != QLatin1String("start"))
        progress_->hide();
}

void StartPage::showError(const QString& error) {
    error_->setText(error);
    error_->setVisible(!error.isEmpty());
    errorIcon_->setVisible(!error.isEmpty());
}

void StartPage::showStatus(const LocalCluster& status) {
    status_ = status;
    if (!status.error.isEmpty())
        showError(status.error);
    updateButtons();
}

void StartPage::showSession(const SessionPtr& session) {
    session_ = session;
    updateButtons();
}

void StartPage::setContexts(const std::vector<KnownContext>& contexts) {
    const QSignalBlocker quiet(contexts_);
    known_ = contexts;
    contexts_->clear();
    for (const KnownContext& context : known_) {
        auto* item = new QTreeWidgetItem(contexts_, {context.name, context.cluster, context.user});
        item->setIcon(0, context.current ? toneIcon(Tone::ok) : icon(QStringLiteral("cluster"), Ink::muted));
        item->setToolTip(0, context.kubeconfig);
        item->setCheckState(3, context.guarded ? Qt::Checked : Qt::Unchecked);
        item->setSizeHint(0, QSize(0, 30));
        if (context.current)
            contexts_->setCurrentItem(item);
    }
    updateButtons();
}

void StartPage::confirmDelete() {
    QMessageBox question(QMessageBox::Warning, tr("Delete the cluster?"),
                         tr("Delete the cluster \"%1\" and everything in it?").arg(runner_.cluster()),
                         QMessageBox::Cancel, this);
    question.setInformativeText(tr("Its data cannot be brought back."));
    auto* yes = question.addButton(tr("Delete"), QMessageBox::DestructiveRole);
    question.setDefaultButton(QMessageBox::Cancel);
    question.exec();
    if (question.clickedButton() != yes)
        return;
    begin(tr("Deleting %1").arg(runner_.cluster()));
    runner_.remove();
}

} // namespace slipway::ui
