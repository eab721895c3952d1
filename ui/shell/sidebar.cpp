#include "ui/shell/sidebar.h"

#include "ui/look/look.h"
#include "ui/session/session.h"
#include "ui/shell/special_pages.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSignalBlocker>

namespace slipway::ui {
namespace {

constexpr int pageRole = Qt::UserRole, groupRole = Qt::UserRole + 1;
constexpr auto favouritesKey = "sidebar/favourites", foldedKey = "sidebar/folded";

QString countText(qint64 count) {
    return count < 0 ? QString() : count < 10'000 ? QString::number(count) : QStringLiteral("%1k").arg(count / 1000);
}

} // namespace

Sidebar::Sidebar(QWidget* parent) : QTreeWidget(parent) {
    setObjectName(QStringLiteral("sidebar"));
    setHeaderHidden(true);
    setColumnCount(2);
    header()->setStretchLastSection(false);
    header()->setMinimumSectionSize(20);
    header()->setSectionResizeMode(0, QHeaderView::Stretch);
    header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    setRootIsDecorated(false);
    setIndentation(0);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setMinimumWidth(190);
    setIconSize(QSize(18, 18));
    setAllColumnsShowFocus(true);
    setContextMenuPolicy(Qt::CustomContextMenu);
    favourites_ = QSettings().value(favouritesKey).toStringList();
    folded_ = QSettings().value(foldedKey).toStringList();
    for (const KindView& kind : allKinds())
        kinds_.push_back(&kind);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item != nullptr && !item->data(0, pageRole).toString().isEmpty())
            emit pageChosen(item->data(0, pageRole).toString());
    });
    connect(this, &QTreeWidget::itemClicked, this, [](QTreeWidgetItem* item) {
        if (item->data(0, groupRole).isValid())
            item->setExpanded(!item->isExpanded());
    });
    const auto remember = [this](const QTreeWidgetItem* item, bool folded) {
        const QString group = item->data(0, groupRole).toString();
        folded_.removeAll(group);
        if (folded)
            folded_ << group;
        QSettings().setValue(foldedKey, folded_);
    };
    connect(this, &QTreeWidget::itemExpanded, this, [remember](const QTreeWidgetItem* item) { remember(item, false); });
    connect(this, &QTreeWidget::itemCollapsed, this, [remember](const QTreeWidgetItem* item) { remember(item, true); });
    connect(this, &QWidget::customContextMenuRequested, this, &Sidebar::showMenu);
    keepLook(this, [this] {
        setAccessibleName(tr("Navigation"));
        fill();
    });
}

QTreeWidgetItem* Sidebar::addGroup(const QString& id, const QString& words) {
    auto* item = new QTreeWidgetItem(this, {words});
    item->setFlags(Qt::ItemIsEnabled); // a heading: it cannot be chosen
    item->setData(0, groupRole, id);
    item->setFirstColumnSpanned(true);
    QFont font = this->font();
    font.setPointSizeF(font.pointSizeF() * 0.88);
    font.setBold(true);
    item->setFont(0, font);
    item->setForeground(0, colors().muted);
    item->setSizeHint(0, QSize(0, 32));
    item->setTextAlignment(0, Qt::AlignLeft | Qt::AlignVCenter);
    item->setExpanded(!folded_.contains(id));
    return item;
}

void Sidebar::addPage(QTreeWidgetItem* group, const QString& id, const QString& words, const QString& iconName) {
    auto* item = new QTreeWidgetItem(group, {words});
    item->setIcon(0, icon(iconName));
    item->setData(0, pageRole, id);
    item->setSizeHint(0, QSize(0, 28));
    item->setDisabled(!open_);
}

void Sidebar::addKind(QTreeWidgetItem* group, const KindView& kind) {
    const QString id = QLatin1String(kind.id);
    addPage(group, id, kind.translatedTitle(), QLatin1String(kind.icon));
    QTreeWidgetItem* item = group->child(group->childCount() - 1);
    item->setToolTip(0, text(kind.resource.resource + (kind.resource.group.empty() ? "" : ".") + kind.resource.group));
    item->setText(1, countText(counts_.value(id, -1)));
    item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    item->setForeground(1, colors().muted);
}

void Sidebar::fill() {
    const QSignalBlocker quiet(this);
    const QString shown = currentItem() == nullptr ? QString() : currentItem()->data(0, pageRole).toString();
    clear();
    auto* start = new QTreeWidgetItem(this, {tr("Clusters")});
    start->setIcon(0, icon(QStringLiteral("cluster")));
    start->setData(0, pageRole, clusterPage());
    start->setSizeHint(0, QSize(0, 32));
    QTreeWidgetItem* own = addGroup(QStringLiteral("own"), tr("This cluster"));
    for (const SpecialPage& page : specialPages())
        addPage(own, QLatin1String(page.id), QCoreApplication::translate("Pages", page.title),
                QLatin1String(page.icon));
    own->setExpanded(!folded_.contains(QStringLiteral("own")));
    if (!favourites_.isEmpty()) {
        QTreeWidgetItem* group = addGroup(QStringLiteral("favourites"), tr("Favourites"));
        for (const KindView* kind : kinds_)
            if (favourites_.contains(QLatin1String(kind->id)))
                addKind(group, *kind);
        group->setExpanded(!folded_.contains(QStringLiteral("favourites")));
    }
    constexpr const char* order[] = {"Workloads", "Network",        "Config",          "Storage",
                                     "Cluster",   "Access control", "Custom resources"};
    for (const char* name : order) {
        QTreeWidgetItem* group = nullptr;
        for (const KindView* kind : kinds_) {
            if (QLatin1String(kind->group) != QLatin1String(name))
                continue;
            if (group == nullptr)
                group = addGroup(QLatin1String(name), QCoreApplication::translate("Groups", name));
            addKind(group, *kind);
        }
        if (group != nullptr)
            group->setExpanded(!folded_.contains(QLatin1String(name)));
    }
    setCurrentItem(find(shown));
}

void Sidebar::setKinds(const std::vector<const KindView*>& kinds) {
    kinds_ = kinds;
    fill();
}

QTreeWidgetItem* Sidebar::find(const QString& page) const {
    QTreeWidgetItem* found = nullptr;
    for (QTreeWidgetItemIterator it(const_cast<Sidebar*>(this)); *it != nullptr; ++it)
        if (!page.isEmpty() && (*it)->data(0, pageRole).toString() == page) {
            if (*it == currentItem())
                return *it; // it may stand among the favourites as well
            if (found == nullptr)
                found = *it;
        }
    return found;
}

void Sidebar::setCurrent(const QString& page) {
    const QSignalBlocker quiet(this);
    QTreeWidgetItem* item = find(page);
    setCurrentItem(item);
    if (item != nullptr)
        scrollToItem(item);
}

void Sidebar::setClusterOpen(bool open) {
    open_ = open;
    if (!open)
        counts_.clear();
    for (QTreeWidgetItemIterator it(this); *it != nullptr; ++it)
        if ((*it)->parent() != nullptr) {
            (*it)->setDisabled(!open);
            if (!open)
                (*it)->setText(1, {});
        }
}

void Sidebar::setCounts(const QHash<QString, qint64>& counts) {
    bool news = false;
    for (const auto& [page, count] : counts.asKeyValueRange())
        news = news || counts_.value(page, -1) != count;
    if (!news)
        return;
    counts_.insert(counts);
    for (QTreeWidgetItemIterator it(this); *it != nullptr; ++it)
        if (const QString page = (*it)->data(0, pageRole).toString(); counts_.contains(page))
            (*it)->setText(1, countText(counts_.value(page)));
}

std::vector<const KindView*> Sidebar::shownKinds() const {
    std::vector<const KindView*> shown;
    for (QTreeWidgetItemIterator it(const_cast<Sidebar*>(this)); *it != nullptr; ++it)
        if ((*it)->parent() != nullptr && (*it)->parent()->isExpanded())
            if (const KindView* kind = findKindView((*it)->data(0, pageRole).toString()))
                shown.push_back(kind);
    return shown;
}

void Sidebar::setFavourite(const QString& page, bool favourite) {
    favourites_.removeAll(page);
    if (favourite)
        favourites_ << page;
    QSettings().setValue(favouritesKey, favourites_);
    fill();
}

void Sidebar::showMenu(const QPoint& at) {
    const QTreeWidgetItem* item = itemAt(at);
    const QString page = item == nullptr ? QString() : item->data(0, pageRole).toString();
    if (findKindView(page) == nullptr)
        return;
    const bool favourite = isFavourite(page);
    QMenu menu(this);
    QAction* action = menu.addAction(icon(QStringLiteral("star")),
                                     favourite ? tr("Take from the favourites") : tr("Add to the favourites"));
    if (menu.exec(viewport()->mapToGlobal(at)) == action)
        setFavourite(page, !favourite);
}

} // namespace slipway::ui
