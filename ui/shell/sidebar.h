#pragma once

#include "ui/resources/kind_catalog.h"

#include <QHash>
#include <QTreeWidget>

namespace slipway::ui {

/// The grouped list of pages: the clusters, the open cluster's own pages, favourites, then the kinds with how many
/// objects each has. Groups fold, and stay as they were left.
class Sidebar : public QTreeWidget {
    Q_OBJECT
public:
    explicit Sidebar(QWidget* parent = nullptr);

    /// The page of the clusters themselves.
    static QString clusterPage() { return QStringLiteral("cluster"); }
    /// Shows these kinds, grouped.
    void setKinds(const std::vector<const KindView*>& kinds);
    /// Marks a page as current without telling.
    void setCurrent(const QString& page);
    /// Kinds can be chosen only while a cluster is open.
    void setClusterOpen(bool open);
    /// How many objects kinds have; those that are not named keep their number.
    void setCounts(const QHash<QString, qint64>& counts);
    /// The kinds whose group is unfolded: only their numbers are worth asking for.
    std::vector<const KindView*> shownKinds() const;
    bool isFavourite(const QString& page) const { return favourites_.contains(page); }
    void setFavourite(const QString& page, bool favourite);

signals:
    void pageChosen(const QString& page);

private:
    void fill();
    QTreeWidgetItem* addGroup(const QString& id, const QString& words);
    void addKind(QTreeWidgetItem* group, const KindView& kind);
    void addPage(QTreeWidgetItem* group, const QString& id, const QString& words, const QString& iconName);
    QTreeWidgetItem* find(const QString& page) const;
    void showMenu(const QPoint& at);

    std::vector<const KindView*> kinds_;
    QHash<QString, qint64> counts_;
    QStringList favourites_, folded_;
    bool open_ = false;
};

} // namespace slipway::ui
