#include "ui/resources/namespace_picker.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QKeyEvent>
#include <QSignalBlocker>
#include <QVBoxLayout>

namespace slipway::ui {

NamespacePicker::NamespacePicker(QWidget* parent)
    : QToolButton(parent), popup_(new QFrame(this, Qt::Popup)), line_(new QLineEdit), list_(new QListWidget) {
    setObjectName(QStringLiteral("picker"));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setIcon(ui::icon(QStringLiteral("namespace"), Ink::muted));
    setMinimumWidth(150);
    setMaximumWidth(260);
    popup_->setObjectName(QStringLiteral("card"));
    auto* layout = new QVBoxLayout(popup_);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(line_);
    layout->addWidget(list_);
    line_->installEventFilter(this);
    list_->installEventFilter(this);
    popup_->resize(280, 320);
    connect(this, &QToolButton::clicked, this, &NamespacePicker::popUp);
    connect(line_, &QLineEdit::textChanged, this, &NamespacePicker::fill);
    connect(list_, &QListWidget::itemChanged, this, &NamespacePicker::take);
    connect(list_, &QListWidget::itemClicked, this, &NamespacePicker::chooseOnly);
    keepLook(this, [this] {
        line_->setPlaceholderText(tr("Name; Return adds one that is not listed"));
        line_->setAccessibleName(tr("Find a namespace"));
        list_->setAccessibleName(tr("Namespaces"));
        setToolTip(tr("Namespaces shown; a click chooses one, the boxes several"));
        fill();
        showChoice();
    });
}

void NamespacePicker::setNames(const QStringList& names) {
    if (names == names_ && list_->count() > 0)
        return;
    names_ = names;
    fill();
}

void NamespacePicker::setChosen(const QStringList& chosen) {
    chosen_ = chosen;
    fill();
    showChoice();
}

void NamespacePicker::fill() {
    const QSignalBlocker quiet(list_);
    list_->clear();
    const QString typed = line_->text().trimmed();
    if (typed.isEmpty())
        list_->addItem(tr("All namespaces"));
    QStringList all = names_;
    for (const QString& name : std::as_const(chosen_))
        if (!all.contains(name))
            all << name;
    for (const QString& name : std::as_const(all)) {
        if (!name.contains(typed, Qt::CaseInsensitive))
            continue;
        auto* item = new QListWidgetItem(name, list_);
        item->setData(Qt::UserRole, name);
        item->setFlags(item->flags() | Qt::ItemIsUserCheckable);
        item->setCheckState(chosen_.contains(name) ? Qt::Checked : Qt::Unchecked);
    }
    list_->setCurrentRow(0);
}

void NamespacePicker::showChoice() {
    const QString words = chosen_.isEmpty()     ? tr("All namespaces")
                          : chosen_.size() == 1 ? chosen_.front()
                                                : tr("%n namespaces", nullptr, static_cast<int>(chosen_.size()));
    setText(fontMetrics().elidedText(words, Qt::ElideMiddle, 190) + QStringLiteral("  ▾"));
    setAccessibleName(tr("Namespace: %1").arg(words));
}

/// A box was ticked.
void NamespacePicker::take(QListWidgetItem* item) {
    const QString name = item->data(Qt::UserRole).toString();
    if (name.isEmpty())
        return;
    chosen_.removeAll(name);
    if (item->checkState() == Qt::Checked)
        chosen_ << name;
    showChoice();
    emit chosenChanged(chosen_);
}

/// A name was clicked, not its box.
void NamespacePicker::chooseOnly(QListWidgetItem* item) {
    const QString name = item->data(Qt::UserRole).toString();
    const bool ticked = item->checkState() == Qt::Checked;
    const int x = list_->viewport()->mapFromGlobal(QCursor::pos()).x();
    if (!name.isEmpty() && x >= 0 && x < 26 && ticked == chosen_.contains(name))
        return; // the box itself: take() has seen to it
    chosen_ = name.isEmpty() ? QStringList() : QStringList{name};
    popup_->hide();
    fill();
    showChoice();
    emit chosenChanged(chosen_);
}

void NamespacePicker::popUp() {
    line_->clear();
    fill();
    popup_->move(mapToGlobal(QPoint(0, height() + 2)));
    popup_->show();
    line_->setFocus();
}

bool NamespacePicker::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QToolButton::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (watched == line_ && (key == Qt::Key_Down || key == Qt::Key_Up)) {
        list_->setFocus();
        return true;
    }
    if (key != Qt::Key_Return && key != Qt::Key_Enter)
        return QToolButton::eventFilter(watched, event);
    const QString typed = line_->text().trimmed();
    if (QListWidgetItem* item = list_->currentItem(); item != nullptr && (watched == list_ || list_->count() > 0)) {
        const QString name = item->data(Qt::UserRole).toString();
        chosen_ = name.isEmpty() ? QStringList() : QStringList{name};
    } else if (!typed.isEmpty()) {
        chosen_ = {typed};
    }
    popup_->hide();
    fill();
    showChoice();
    emit chosenChanged(chosen_);
    return true;
}

} // namespace slipway::ui
