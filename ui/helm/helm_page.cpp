#include "ui/helm/helm_page.h"

#include "ui/editor/code_edit.h"
#include "ui/look/look.h"
#include "ui/look/theme.h"
#include "ui/session/background.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QMessageBox>
#include <QProcess>
#include <QSplitter>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace slipway::ui {

HelmPage::HelmPage(SessionPtr session, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , helm_(QStandardPaths::findExecutable(QStringLiteral("helm")))
    , title_(new QLabel)
    , state_(new QLabel)
    , list_(new QTreeWidget)
    , tabs_(new QTabWidget)
    , values_(new CodeEdit)
    , manifest_(new CodeEdit)
    , notes_(new QPlainTextEdit)
    , diff_(new DiffView)
    , install_(new QPushButton(icon(QStringLiteral("plus")), QString()))
    , rollBack_(new QPushButton(icon(QStringLiteral("undo")), QString()))
    , uninstall_(new QPushButton(icon(QStringLiteral("delete"), Ink::bad), QString()))
    , refresh_(new QPushButton(icon(QStringLiteral("refresh")), QString())) {
    title_->setObjectName(QStringLiteral("title"));
    state_->setObjectName(QStringLiteral("muted"));
    state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    uninstall_->setObjectName(QStringLiteral("danger"));
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(state_, 1);
    for (QPushButton* button : {refresh_, install_, rollBack_, uninstall_})
        barLayout->addWidget(button);
    list_->setColumnCount(6);
    list_->setRootIsDecorated(true);
    for (const auto& [column, width] : {std::pair(0, 240), {1, 120}, {2, 80}, {3, 130}, {4, 200}})
        list_->setColumnWidth(column, width);
    for (QPlainTextEdit* edit : {values_, manifest_, notes_})
        edit->setReadOnly(true);
    notes_->setFont(monospaceFont());
    tabs_->setDocumentMode(true);
    for (QWidget* page : std::initializer_list<QWidget*>{values_, diff_, manifest_, notes_})
        tabs_->addTab(page, QString());
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(list_);
    split->addWidget(tabs_);
    split->setSizes({300, 380});
    split->setChildrenCollapsible(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(split, 1);
    setFocusProxy(list_);
    connect(list_, &QTreeWidget::currentItemChanged, this, &HelmPage::display);
    connect(refresh_, &QPushButton::clicked, this, &HelmPage::read);
    connect(rollBack_, &QPushButton::clicked, this, &HelmPage::rollBack);
    connect(uninstall_, &QPushButton::clicked, this, &HelmPage::uninstall);
    connect(install_, &QPushButton::clicked, this, &HelmPage::install);
    keepLook(this, [this] { retranslate(); });
}

void HelmPage::retranslate() {
    title_->setText(tr("Helm releases"));
    list_->setAccessibleName(tr("Helm releases"));
    list_->setHeaderLabels({tr("Release"), tr("Namespace"), tr("Revision"), tr("Status"), tr("Chart"), tr("App")});
    const QString titles[] = {tr("Values"), tr("Difference to the revision before"), tr("Manifest"), tr("Notes")};
    for (int i = 0; i < 4; ++i)
        tabs_->setTabText(i, titles[i]);
    values_->setAccessibleName(titles[0]);
    manifest_->setAccessibleName(titles[2]);
    notes_->setAccessibleName(titles[3]);
    refresh_->setText(tr("Refresh"));
    install_->setText(tr("Install a chart…"));
    rollBack_->setText(tr("Roll back to this revision"));
    uninstall_->setText(tr("Uninstall"));
    for (QPushButton* button : {install_, rollBack_, uninstall_})
        button->setToolTip(helm_.isEmpty() ? tr("Needs the helm program, which is not installed") : QString());
    fill();
}

void HelmPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    read();
}

void HelmPage::read() {
    inBackground(
        this, [session = session_] { return readReleases(*session->client); },
        [this](const client::Result<std::vector<HelmRelease>>& releases) {
            if (!releases)
                return state_->setText(errorText(releases.error()));
            releases_ = *releases;
            fill();
        });
}

void HelmPage::fill() {
    const HelmRelease* before = chosen();
    const QString shown = before == nullptr ? QString() : before->ns + before->name + QString::number(before->revision);
    list_->clear();
    QTreeWidgetItem* release = nullptr;
    QTreeWidgetItem* again = nullptr;
    for (std::size_t i = 0; i < releases_.size(); ++i) {
        const HelmRelease& each = releases_[i];
        const bool newest = i == 0 || releases_[i - 1].name != each.name || releases_[i - 1].ns != each.ns;
        const QStringList cells{newest ? each.name : each.updated.left(19).replace(QLatin1Char('T'), QLatin1Char(' ')),
                                each.ns,
                                QString::number(each.revision),
                                each.status,
                                each.chart + QLatin1Char('-') + each.chartVersion,
                                each.appVersion};
        auto* item = newest ? release = new QTreeWidgetItem(list_, cells) : new QTreeWidgetItem(release, cells);
        item->setData(0, Qt::UserRole, static_cast<int>(i));
        const Tone tone = each.status == QLatin1String("deployed")           ? Tone::ok
                          : each.status == QLatin1String("failed")           ? Tone::bad
                          : each.status.startsWith(QLatin1String("pending")) ? Tone::busy
                                                                             : Tone::muted;
        item->setIcon(3, toneIcon(tone));
        item->setSizeHint(0, QSize(0, 28));
        if (each.ns + each.name + QString::number(each.revision) == shown)
            again = item;
    }
    state_->setText(releases_.empty() ? tr("No release is installed.") : QString());
    list_->setCurrentItem(again != nullptr ? again : list_->topLevelItem(0));
    display();
}

const HelmRelease* HelmPage::chosen() const {
    const QTreeWidgetItem* item = list_->currentItem();
    const auto at = item == nullptr ? releases_.size() : static_cast<std::size_t>(item->data(0, Qt::UserRole).toInt());
    return at < releases_.size() ? &releases_[at] : nullptr;
}

const HelmRelease* HelmPage::before(const HelmRelease& release) const {
    for (const HelmRelease& other : releases_) // the newest first
        if (other.name == release.name && other.ns == release.ns && other.revision < release.revision)
            return &other;
    return nullptr;
}

void HelmPage::display() {
    const HelmRelease* release = chosen();
    const bool writable = release != nullptr && !helm_.isEmpty() && !session_->readOnly->load();
    rollBack_->setEnabled(writable && list_->currentItem()->parent() != nullptr);
    uninstall_->setEnabled(writable);
    install_->setEnabled(!helm_.isEmpty() && !session_->readOnly->load());
    if (release == nullptr)
        return;
    values_->setPlainText(tr("# given by the user") + QLatin1Char('\n') + release->values + QLatin1Char('\n') +
                          tr("# of the chart") + QLatin1Char('\n') + release->allValues);
    manifest_->setPlainText(release->manifest);
    notes_->setPlainText(release->notes);
    const HelmRelease* earlier = before(*release);
    if (earlier == nullptr)
        return diff_->show({}, tr("This is the first revision that is kept."));
    diff_->show(
        {{tr("Values"), earlier->values, release->values}, {tr("Manifest"), earlier->manifest, release->manifest}},
        tr("Both revisions are the same."));
}

void HelmPage::runHelm(const QStringList& arguments) {
    auto* process = new QProcess(this);
    QStringList all = arguments;
    if (!session_->kubeconfig.isEmpty())
        all << QStringLiteral("--kubeconfig") << session_->kubeconfig;
    if (!session_->context.isEmpty())
        all << QStringLiteral("--kube-context") << session_->context;
    state_->setText(tr("helm is at work"));
    connect(process, &QProcess::finished, this, [this, process](int code) {
        const QString said = QString::fromUtf8(process->readAllStandardError()).trimmed();
        process->deleteLater();
        read();
        state_->setText(code == 0 ? tr("Done") : said.section(QLatin1Char('\n'), -1));
        state_->setToolTip(said);
    });
    process->start(helm_, all);
}

void HelmPage::rollBack() {
    if (const HelmRelease* release = chosen())
        runHelm({QStringLiteral("rollback"), release->name, QString::number(release->revision), QStringLiteral("-n"),
                 release->ns});
}

void HelmPage::uninstall() {
    const HelmRelease* release = chosen();
    if (release == nullptr)
        return;
    if (QMessageBox::question(this, tr("Uninstall?"), tr("Uninstall %1 and everything it made?").arg(release->name),
                              QMessageBox::Yes | QMessageBox::Cancel, QMessageBox::Cancel) == QMessageBox::Yes)
        runHelm({QStringLiteral("uninstall"), release->name, QStringLiteral("-n"), release->ns});
}

void HelmPage::install() {
    QString chart = QFileDialog::getOpenFileName(this, tr("Install a chart"), {}, tr("Charts (*.tgz Chart.yaml)"));
    if (chart.isEmpty())
        return;
    if (QFileInfo(chart).fileName() == QLatin1String("Chart.yaml"))
        chart = QFileInfo(chart).path();
    const QString name = QInputDialog::getText(this, tr("Install a chart"), tr("Name of the release"),
                                               QLineEdit::Normal, QFileInfo(chart).completeBaseName().toLower());
    if (!name.isEmpty())
        runHelm({QStringLiteral("install"), name, chart, QStringLiteral("-n"),
                 session_->defaultNamespace.isEmpty() ? QStringLiteral("default") : session_->defaultNamespace,
                 QStringLiteral("--create-namespace")});
}

} // namespace slipway::ui
