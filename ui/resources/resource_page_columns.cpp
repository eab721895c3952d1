// Which columns a table shows, and how wide.
#include "ui/resources/resource_page.h"

#include <QHeaderView>
#include <QMenu>
#include <QSettings>

namespace slipway::ui {

QString ResourcePage::settingOf(const char* what, int column) const {
    const int own = column - (kind_.resource.namespaced ? 2 : 1);
    const QString name = own >= 0 && own < static_cast<int>(kind_.columns.size())
                             ? QString::fromUtf8(kind_.columns[static_cast<std::size_t>(own)].title)
                             : QStringLiteral("#%1").arg(own < 0 ? column : -1);
    return QStringLiteral("columns/%1/%2/%3").arg(QLatin1String(kind_.id), name, QLatin1String(what));
}

bool ResourcePage::isWanted(int column) const {
    const int own = column - (kind_.resource.namespaced ? 2 : 1);
    const bool extra =
        own >= 0 && own < static_cast<int>(kind_.columns.size()) && kind_.columns[static_cast<std::size_t>(own)].extra;
    return QSettings().value(settingOf("shown", column), !extra).toBool();
}

/// The name takes the room that is left; when that is too little, plain text columns go, the last first.
void ResourcePage::fitColumns() {
    if (fitting_ || table_ == nullptr)
        return;
    fitting_ = true;
    constexpr int nameRoom = 250;
    const int room = table_->viewport()->width(), last = model_->ageColumn();
    const auto width = [this](int column) {
        const int own = column - (kind_.resource.namespaced ? 2 : 1);
        const int preset = column == model_->ageColumn() ? 76
                           : own < 0                     ? 110
                                                         : kind_.columns[static_cast<std::size_t>(own)].width;
        const int chosen = QSettings().value(settingOf("width", column)).toInt();
        return chosen > 0 ? chosen : preset;
    };
    int used = 0;
    std::vector<bool> shown(static_cast<std::size_t>(last) + 1, true);
    for (int column = 1; column <= last; ++column) {
        shown[static_cast<std::size_t>(column)] =
            isWanted(column) && !(column == 1 && kind_.resource.namespaced && chosen_.size() == 1);
        used += shown[static_cast<std::size_t>(column)] ? width(column) : 0;
    }
    for (const bool textOnly : {true, false}) // texts first, then the rest, never the age and never what was chosen
        for (int column = last - 1; column > 0 && used + nameRoom > room; --column) {
            const auto at = static_cast<std::size_t>(column);
            if (!shown[at] || QSettings().contains(settingOf("shown", column)) ||
                (textOnly && (model_->columnRole(column) != ColumnRole::text || column == 1)) ||
                (!textOnly && model_->columnRole(column) == ColumnRole::status))
                continue;
            shown[at] = false;
            used -= width(column);
        }
    for (int column = 1; column <= last; ++column) {
        table_->setColumnHidden(column, !shown[static_cast<std::size_t>(column)]);
        if (shown[static_cast<std::size_t>(column)])
            table_->setColumnWidth(column, width(column));
    }
    table_->setColumnWidth(0, std::max(nameRoom, room - used));
    fitting_ = false;
}

void ResourcePage::showColumnMenu(const QPoint& at) {
    QMenu menu(this);
    for (int column = 1; column <= model_->ageColumn(); ++column) {
        QAction* action = menu.addAction(model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString());
        action->setCheckable(true);
        action->setChecked(!table_->isColumnHidden(column));
        connect(action, &QAction::toggled, this, [this, column](bool on) {
            QSettings().setValue(settingOf("shown", column), on);
            fitColumns();
        });
    }
    menu.addSeparator();
    connect(menu.addAction(tr("Columns as they were")), &QAction::triggered, this, [this] {
        QSettings().remove(QStringLiteral("columns/") + QLatin1String(kind_.id));
        fitColumns();
    });
    menu.exec(table_->horizontalHeader()->mapToGlobal(at));
}

} // namespace slipway::ui
