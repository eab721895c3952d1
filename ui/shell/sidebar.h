#pragma once

#include "ui/resources/kind_catalog.h"

#include <QTreeWidget>

namespace slipway::ui {

/// The grouped list of pages: the cluster's own, then the kinds.
class Sidebar : public QTreeWidget {
    Q_OBJECT
public:
    explicit Sidebar(QWidget* parent = nullptr);

    /// The page of the cluster itself.
    static QString clusterPage() { return QStringLiteral("cluster"); }
    /// Shows these kinds, grouped.
    void setKinds(const std::vector<const KindView*>& kinds);
    /// Marks a page as current without telling.
    void setCurrent(const QString& page);
    /// Kinds can be chosen only while a cluster is open.
    void setClusterOpen(bool open);

signals:
    void pageChosen(const QString& page);

private:
    QTreeWidgetItem* addGroup(const char* group);
    QTreeWidgetItem* find(const QString& page) const;
};

} // namespace slipway::ui
