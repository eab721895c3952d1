// The lists of the page of the clusters: those on this computer, and every context of the kubeconfigs.
#include "ui/cluster/start_page.h"

#include <QHBoxLayout>
#include <QSignalBlocker>

namespace slipway::ui {

/// Every cluster on this computer; the chosen one is what the big button is about.
QWidget* StartPage::makeClusters() {
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    card->setFixedWidth(450);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(20, 14, 20, 14);
    clustersTitle_->setObjectName(QStringLiteral("section"));
    clusters_->setRootIsDecorated(false);
    clusters_->setColumnCount(4);
    clusters_->setMinimumHeight(90);
    clusters_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (const auto& [column, width] : {std::pair(0, 130), {1, 110}, {2, 80}})
        clusters_->setColumnWidth(column, width);
    auto* top = new QHBoxLayout;
    top->addWidget(clustersTitle_, 1);
    top->addWidget(new_);
    layout->addLayout(top);
    layout->addWidget(clusters_, 1);
    return card;
}

void StartPage::showClusters(const std::vector<LocalCluster>& clusters) {
    const QSignalBlocker quiet(clusters_);
    local_ = clusters;
    clusters_->clear();
    for (const LocalCluster& cluster : local_) {
        const auto [words, tone] = !cluster.error.isEmpty() ? std::pair(cluster.error, Tone::bad)
                                   : cluster.running        ? std::pair(tr("Running"), Tone::ok)
                                   : cluster.paused         ? std::pair(tr("Paused"), Tone::waiting)
                                   : cluster.broken         ? std::pair(tr("Died"), Tone::bad)
                                                            : std::pair(tr("Stopped"), Tone::muted);
        auto* item = new QTreeWidgetItem(
            clusters_, {cluster.name, words, QStringLiteral("%1/%2").arg(cluster.runningNodes).arg(cluster.nodes),
                        cluster.driver});
        item->setIcon(1, toneIcon(tone));
        item->setToolTip(1, words);
        item->setSizeHint(0, QSize(0, 30));
        if (cluster.name == runner_.cluster())
            clusters_->setCurrentItem(item);
    }
}

void StartPage::askForNew() {
    QStringList taken;
    for (const LocalCluster& cluster : local_)
        taken << cluster.name;
    auto* dialog = new NewClusterDialog(taken, hostSize(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        const NewCluster wish = dialog->wish();
        begin(tr("Creating %1").arg(wish.name));
        runner_.create(wish);
    });
    dialog->open();
}

/// Every context there is, to be opened by a double click.
QWidget* StartPage::makeContexts() {
    auto* card = new QFrame;
    card->setObjectName(QStringLiteral("card"));
    card->setFixedWidth(560);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(20, 14, 20, 14);
    otherTitle_->setObjectName(QStringLiteral("section"));
    contexts_->setRootIsDecorated(false);
    contexts_->setColumnCount(4);
    contexts_->setMinimumHeight(90);
    contexts_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    for (const auto& [column, width] : {std::pair(0, 170), {1, 130}, {2, 120}})
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

} // namespace slipway::ui
