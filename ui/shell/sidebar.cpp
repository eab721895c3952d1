#include "ui/shell/sidebar.h"

#include "ui/resources/kind_catalog.h"

#include <QHash>
#include <QSignalBlocker>

namespace slipway::ui {
namespace {

constexpr int pageRole = Qt::UserRole;

} // namespace

Sidebar::Sidebar(QWidget* parent) : QTreeWidget(parent) {
    setObjectName(QStringLiteral("sidebar"));
    setAccessibleName(tr("Navigation"));
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setIndentation(0);
    setItemsExpandable(false);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(190);
    setIconSize(QSize(18, 18));
    auto* overview = new QTreeWidgetItem(this, {tr("Start")});
    overview->setIcon(0, icon(QStringLiteral("cluster")));
    overview->setData(0, pageRole, clusterPage());
    overview->setSizeHint(0, QSize(0, 32));
    QHash<QString, QTreeWidgetItem*> groups;
    for (const KindView& kind : allKinds()) {
        QTreeWidgetItem*& group = groups[QLatin1String(kind.group)];
        if (group == nullptr) {
            group = new QTreeWidgetItem(this, {kind.translatedGroup()});
            group->setFlags(Qt::ItemIsEnabled); // a heading: it cannot be chosen
            QFont font = this->font();
            font.setPointSizeF(font.pointSizeF() * 0.88);
            font.setBold(true);
            group->setFont(0, font);
            group->setForeground(0, colors().muted);
            group->setSizeHint(0, QSize(0, 34));
            group->setTextAlignment(0, Qt::AlignLeft | Qt::AlignBottom);
        }
        auto* item = new QTreeWidgetItem(group, {kind.translatedTitle()});
        item->setIcon(0, icon(QLatin1String(kind.icon)));
        item->setData(0, pageRole, QLatin1String(kind.id));
        item->setSizeHint(0, QSize(0, 30));
        group->setExpanded(true);
    }
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item != nullptr && !item->data(0, pageRole).toString().isEmpty())
            emit pageChosen(item->data(0, pageRole).toString());
    });
}

QTreeWidgetItem* Sidebar::find(const QString& page) const {
    for (QTreeWidgetItemIterator it(const_cast<Sidebar*>(this)); *it != nullptr; ++it)
        if ((*it)->data(0, pageRole).toString() == page)
            return *it;
    return nullptr;
}

void Sidebar::setCurrent(const QString& page) {
    const QSignalBlocker quiet(this);
    setCurrentItem(find(page));
}

void Sidebar::setClusterOpen(bool open) {
    for (const KindView& kind : allKinds())
        if (QTreeWidgetItem* item = find(QLatin1String(kind.id)))
            item->setDisabled(!open);
}

} // namespace slipway::ui
