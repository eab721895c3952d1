#include "ui/resources/scale_slider.h"

#include "ui/resources/row_delegate.h"

#include <QGridLayout>

namespace slipway::ui {

ScaleSlider::ScaleSlider(QWidget* parent)
    : QWidget(parent), slider_(new QSlider(Qt::Horizontal)), number_(new QSpinBox), state_(new QLabel) {
    slider_->setAccessibleName(tr("Replicas"));
    slider_->setRange(0, 20);
    slider_->setPageStep(1);
    number_->setAccessibleName(tr("Number of replicas"));
    number_->setRange(0, 10'000);
    number_->setKeyboardTracking(false);
    number_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    number_->setFixedWidth(56);
    number_->setAlignment(Qt::AlignRight);
    state_->setObjectName(QStringLiteral("muted"));
    state_->setWordWrap(true);
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(slider_, 0, 0);
    layout->addWidget(number_, 0, 1);
    layout->addWidget(state_, 1, 0, 1, 2);
    connect(slider_, &QSlider::valueChanged, this, [this](int value) {
        const QSignalBlocker quiet(number_);
        number_->setValue(value);
        if (!slider_->isSliderDown())
            emit chosen(value); // keyboard and wheel; the receiver waits for the last of several
    });
    connect(slider_, &QSlider::sliderReleased, this, [this] { emit chosen(slider_->value()); });
    connect(number_, &QSpinBox::valueChanged, this, [this](int value) {
        display(value);
        emit chosen(value);
    });
}

void ScaleSlider::display(int replicas) {
    const QSignalBlocker quietSlider(slider_), quietNumber(number_);
    slider_->setMaximum(RowDelegate::sliderMaximum(replicas));
    slider_->setValue(replicas);
    number_->setValue(replicas);
}

void ScaleSlider::setReplicas(int wanted, int ready) {
    if (slider_->isSliderDown())
        return;
    server_ = wanted;
    display(wanted);
    state_->setText(ready == wanted ? tr("%1 of %2 ready").arg(ready).arg(wanted)
                                    : tr("%1 of %2 ready, working on it").arg(ready).arg(wanted));
}

void ScaleSlider::showError(const QString& error) {
    display(server_);
    state_->setText(error);
}

} // namespace slipway::ui
