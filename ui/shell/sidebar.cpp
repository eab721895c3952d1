#include "ui/shell/sidebar.h"

#include "ui/session/session.h"

#include <QCoreApplication>
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
    std::vector<const KindView*> kinds;
    for (const KindView& kind : allKinds())
        kinds.push_back(&kind);
    setKinds(kinds);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item != nullptr && !item->data(0, pageRole).toString().isEmpty())
            emit pageChosen(item->data(0, pageRole).toString());
    });
}

QTreeWidgetItem* Sidebar::addGroup(const char* group) {
    auto* item = new QTreeWidgetItem(this, {QCoreApplication::translate("Groups", group)});
    item->setFlags(Qt::ItemIsEnabled); // a heading: it cannot be chosen
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * 0.88);
    font.setBold(true);
    item->setFont(0, font);
    item->setForeground(0, colors().muted);
    item->setSizeHint(0, QSize(0, 34));
    item->setTextAlignment(0, Qt::AlignLeft | Qt::AlignBottom);
    return item;
}

void Sidebar::setKinds(const std::vector<const KindView*>& kinds) {
    const QSignalBlocker quiet(this);
    const QString shown = currentItem() == nullptr ? QString() : currentItem()->data(0, pageRole).toString();
    while (topLevelItemCount() > 1)
        delete takeTopLevelItem(1);
    constexpr const char* order[] = {"Workloads", "Network",        "Config",          "Storage",
                                     "Cluster",   "Access control", "Custom resources"};
    for (const char* name : order) {
        QTreeWidgetItem* group = nullptr;
        for (const KindView* kind : kinds) {
            if (QLatin1String(kind->group) != QLatin1String(name))
                continue;
            if (group == nullptr)
                group = addGroup(name);
            auto* item = new QTreeWidgetItem(group, {kind->translatedTitle()});
            item->setIcon(0, icon(QLatin1String(kind->icon)));
            item->setData(0, pageRole, QLatin1String(kind->id));
            item->setToolTip(
                0, text(kind->resource.resource + (kind->resource.group.empty() ? "" : ".") + kind->resource.group));
            item->setSizeHint(0, QSize(0, 28));
        }
        if (group != nullptr)
            group->setExpanded(true);
    }
    setCurrentItem(find(shown));
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
    for (QTreeWidgetItemIterator it(this); *it != nullptr; ++it)
        if ((*it)->parent() != nullptr)
            (*it)->setDisabled(!open);
}

} // namespace slipway::ui
