#include "ui/history/diff_dialog.h"

#include <QDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace slipway::ui {

void showDiffDialog(QWidget& parent, const QString& title, std::vector<DiffView::Part> parts,
                    std::vector<DiffChoice> choices) {
    auto* dialog = new QDialog(&parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->resize(860, 560);
    auto* heading = new QLabel(title);
    heading->setObjectName(QStringLiteral("title"));
    auto* view = new DiffView;
    view->show(std::move(parts), DiffView::tr("Nothing differs."));
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    auto* close = new QPushButton(DiffView::tr("Close"));
    buttons->addWidget(close);
    QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::reject);
    for (auto choice = choices.rbegin(); choice != choices.rend(); ++choice) {
        auto* button = new QPushButton(choice->words);
        if (std::next(choice) == choices.rend())
            button->setObjectName(QStringLiteral("primary"));
        QObject::connect(button, &QPushButton::clicked, dialog, [dialog, take = choice->take] {
            dialog->accept();
            take();
        });
        buttons->addWidget(button);
    }
    auto* layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(20, 18, 20, 18);
    layout->setSpacing(12);
    layout->addWidget(heading);
    layout->addWidget(view, 1);
    layout->addLayout(buttons);
    dialog->open();
}

} // namespace slipway::ui
