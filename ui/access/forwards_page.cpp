#include "ui/access/forwards_page.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QUrl>
#include <QVBoxLayout>

namespace slipway::ui {

ForwardsPage::ForwardsPage(PortForwards& forwards, QWidget* parent)
    : QWidget(parent)
    , forwards_(forwards)
    , title_(new QLabel)
    , nothing_(new QLabel)
    , list_(new QTreeWidget)
    , openInBrowser_(new QPushButton)
    , copy_(new QPushButton)
    , stop_(new QPushButton) {
    title_->setObjectName(QStringLiteral("title"));
    nothing_->setObjectName(QStringLiteral("muted"));
    list_->setRootIsDecorated(false);
    list_->setColumnCount(4);
    list_->header()->resizeSection(0, 260);
    list_->header()->resizeSection(1, 90);
    list_->header()->resizeSection(2, 200);
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(16, 10, 16, 10);
    barLayout->addWidget(title_);
    barLayout->addWidget(nothing_, 1);
    for (QPushButton* button : {openInBrowser_, copy_, stop_})
        barLayout->addWidget(button);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(list_, 1);
    setFocusProxy(list_);
    const auto address = [this] { return QStringLiteral("http://127.0.0.1:%1/").arg(chosen()->localPort()); };
    connect(openInBrowser_, &QPushButton::clicked, this, [this, address] {
        if (chosen() != nullptr)
            QDesktopServices::openUrl(QUrl(address()));
    });
    connect(copy_, &QPushButton::clicked, this, [this, address] {
        if (chosen() != nullptr)
            QApplication::clipboard()->setText(address());
    });
    connect(stop_, &QPushButton::clicked, this, [this] {
        if (PortForward* forward = chosen())
            forwards_.remove(forward);
    });
    connect(list_, &QTreeWidget::itemActivated, openInBrowser_, &QPushButton::click);
    connect(&forwards_, &PortForwards::changed, this, &ForwardsPage::fill);
    keepLook(this, [this] { retranslate(); });
}

void ForwardsPage::retranslate() {
    title_->setText(tr("Forwarded ports"));
    nothing_->setText(tr("Shift+F on a pod, a deployment or a service forwards one."));
    list_->setAccessibleName(tr("Forwarded ports"));
    list_->setHeaderLabels({tr("Target"), tr("Port"), tr("Address here"), tr("State")});
    openInBrowser_->setText(tr("Open"));
    copy_->setText(tr("Copy the address"));
    stop_->setText(tr("Stop"));
    fill();
}

PortForward* ForwardsPage::chosen() const {
    const int at = list_->indexOfTopLevelItem(list_->currentItem());
    return at < 0 ? nullptr : forwards_.all().value(at);
}

void ForwardsPage::fill() {
    const int at = list_->indexOfTopLevelItem(list_->currentItem());
    list_->clear();
    for (const PortForward* forward : forwards_.all()) {
        const auto state = forward->state();
        QString words = state == PortForward::State::open      ? tr("Open")
                        : state == PortForward::State::opening ? tr("Opening")
                                                               : tr("Broken, trying again");
        if (!forward->message().isEmpty())
            words += QStringLiteral(": ") + forward->message();
        const bool known = state == PortForward::State::open;
        auto* item = new QTreeWidgetItem(
            list_, {text(forward->target().kind->resource.kind) + QLatin1Char('/') + forward->target().name,
                    QString::number(forward->remotePort()),
                    known ? QStringLiteral("127.0.0.1:%1").arg(forward->localPort()) : QString(), words});
        item->setIcon(3, toneIcon(known ? Tone::ok : state == PortForward::State::opening ? Tone::busy : Tone::bad));
        item->setToolTip(3, words);
        item->setSizeHint(0, QSize(0, 32));
    }
    list_->setCurrentItem(list_->topLevelItem(std::min(at < 0 ? 0 : at, list_->topLevelItemCount() - 1)));
    for (QPushButton* button : {openInBrowser_, copy_, stop_})
        button->setEnabled(list_->topLevelItemCount() > 0);
}

} // namespace slipway::ui
