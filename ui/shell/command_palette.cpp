#include "ui/shell/command_palette.h"

#include "ui/look/theme.h"

#include <QKeyEvent>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

namespace slipway::ui {

int matchScore(const QString& typed, const QString& name) {
    int score = 0;
    for (const QString& word : typed.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const qsizetype at = name.indexOf(word, 0, Qt::CaseInsensitive);
        if (at < 0)
            return -1;
        const bool wordStart = at == 0 || !name[at - 1].isLetterOrNumber();
        score += (at == 0 ? 4 : 0) + (wordStart ? 2 : 0) + 1;
    }
    return score;
}

CommandPalette::CommandPalette(QList<QAction*> actions, QWidget* parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint)
    , actions_(std::move(actions))
    , line_(new QLineEdit)
    , list_(new QListWidget) {
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(tr("Command palette"));
    line_->setPlaceholderText(tr("Type a command, a kind or the name of an object"));
    line_->setAccessibleName(tr("Command"));
    line_->installEventFilter(this);
    list_->setAccessibleName(tr("Commands"));
    list_->setIconSize(QSize(18, 18));
    auto* frame = new QFrame(this);
    frame->setObjectName(QStringLiteral("card"));
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(frame);
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(10, 10, 10, 10);
    layout->addWidget(line_);
    layout->addWidget(list_);
    resize(560, 380);
    if (parent != nullptr)
        move(parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 70)));
    connect(line_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(list_, &QListWidget::itemClicked, this, &CommandPalette::run);
    fill({});
    line_->setFocus();
}

void CommandPalette::fill(const QString& typed) {
    QString words = typed;
    if (words.startsWith(QLatin1Char(':')))
        words.remove(0, 1);
    QList<std::pair<int, QAction*>> fitting;
    for (QAction* action : actions_) {
        QString name = action->text();
        const int score = matchScore(words, name.remove(QLatin1Char('&')));
        if (score >= 0 && action->isEnabled() && action->isVisible())
            fitting.append({score, action});
    }
    std::ranges::stable_sort(fitting, std::greater(), [](const auto& entry) { return entry.first; });
    list_->clear();
    for (const auto& [score, action] : fitting) {
        QString name = action->text();
        name.remove(QLatin1Char('&'));
        if (!action->shortcut().isEmpty())
            name += QStringLiteral("    ") + action->shortcut().toString(QKeySequence::NativeText);
        auto* item = new QListWidgetItem(action->icon(), name, list_);
        item->setData(Qt::UserRole, QVariant::fromValue<QObject*>(action));
        item->setSizeHint(QSize(0, 32));
    }
    addObjects(words);
    list_->setCurrentRow(0);
}

void CommandPalette::addObjects(const QString& words) {
    if (words.trimmed().size() < 2)
        return;
    constexpr int most = 50;
    QList<std::pair<int, int>> fitting;
    for (std::size_t i = 0; i < objects_.size(); ++i)
        if (const int score = matchScore(words, objects_[i].name); score >= 0)
            fitting.append({score, static_cast<int>(i)});
    std::ranges::stable_sort(fitting, std::greater(), [](const auto& entry) { return entry.first; });
    for (const auto& [score, at] : fitting.first(std::min<qsizetype>(most, fitting.size()))) {
        const ObjectRef& object = objects_[static_cast<std::size_t>(at)];
        const QString kind = text(object.kind->resource.kind);
        auto* item = new QListWidgetItem(
            icon(QLatin1String(object.kind->icon)),
            QStringLiteral("%1    %2").arg(object.name, object.ns.isEmpty() ? kind : kind + " · " + object.ns), list_);
        item->setData(Qt::UserRole + 1, at);
        item->setSizeHint(QSize(0, 32));
    }
}

void CommandPalette::setObjects(std::vector<ObjectRef> objects) {
    objects_ = std::move(objects);
    if (!line_->text().isEmpty())
        fill(line_->text());
}

void CommandPalette::run() {
    const QListWidgetItem* item = list_->currentItem();
    QAction* action = item == nullptr ? nullptr : qobject_cast<QAction*>(item->data(Qt::UserRole).value<QObject*>());
    if (item != nullptr && item->data(Qt::UserRole + 1).isValid())
        emit objectChosen(objects_[item->data(Qt::UserRole + 1).toUInt()]);
    close();
    if (action != nullptr)
        QTimer::singleShot(0, action, &QAction::trigger); // after the popup has given back the keyboard
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter)
        return run(), true;
    if (key == Qt::Key_Down || key == Qt::Key_Up) {
        const int rows = std::max(1, list_->count());
        list_->setCurrentRow((list_->currentRow() + (key == Qt::Key_Down ? 1 : rows - 1)) % rows);
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace slipway::ui
