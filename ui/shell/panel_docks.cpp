#include "ui/shell/panel_docks.h"

#include "ui/look/look.h"
#include "ui/look/theme.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace slipway::ui {

DockTitle::DockTitle(QDockWidget& dock, const QString& iconName, bool canGoBeside)
    : icon_(new QLabel), words_(new QLabel), float_(new QToolButton), close_(new QToolButton) {
    setObjectName(QStringLiteral("dockTitle"));
    setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 3, 6, 3);
    layout->setSpacing(2);
    layout->addWidget(icon_);
    layout->addSpacing(4);
    layout->addWidget(words_, 1);
    words_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    if (canGoBeside)
        beside_ = new QToolButton;
    for (const auto& [button, name] : {std::pair(beside_, "beside"), {float_, "float"}, {close_, "close"}}) {
        if (button == nullptr)
            continue;
        button->setIcon(icon(QLatin1String(name), Ink::muted));
        button->setIconSize(QSize(13, 13));
        button->setFocusPolicy(Qt::NoFocus); // Ctrl+W and the panel's menu do the same
        layout->addWidget(button);
    }
    connect(&dock, &QDockWidget::windowTitleChanged, words_, &QLabel::setText);
    connect(float_, &QToolButton::clicked, &dock, [&dock] { dock.setFloating(!dock.isFloating()); });
    connect(close_, &QToolButton::clicked, this, &DockTitle::closeRequested);
    if (beside_ != nullptr)
        connect(beside_, &QToolButton::clicked, this, &DockTitle::besideRequested);
    keepLook(this, [this, &dock, iconName] { show(dock, iconName); });
}

void DockTitle::show(QDockWidget& dock, const QString& iconName) {
    icon_->setPixmap(icon(iconName, Ink::muted).pixmap(15, 15));
    words_->setText(dock.windowTitle());
    float_->setToolTip(tr("Float, or dock again"));
    float_->setAccessibleName(tr("Float %1").arg(dock.windowTitle()));
    close_->setToolTip(tr("Close   Ctrl+W"));
    close_->setAccessibleName(tr("Close %1").arg(dock.windowTitle()));
    if (beside_ != nullptr) {
        beside_->setToolTip(tr("Put beside the others, or back   Ctrl+\\"));
        beside_->setAccessibleName(tr("Put %1 beside the others").arg(dock.windowTitle()));
    }
}

void DockTitle::mouseDoubleClickEvent(QMouseEvent*) {
    float_->click();
}

PanelDocks::PanelDocks(QMainWindow& host, MayClose mayClose)
    : QObject(&host), host_(host), mayClose_(std::move(mayClose)) {
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        for (QDockWidget* dock : std::as_const(docks_))
            if (now != nullptr && dock->isAncestorOf(now))
                current_ = dock;
    });
}

QString PanelDocks::freeName(const QString& kind) const {
    for (int i = 1;; ++i) {
        const QString name = QStringLiteral("%1/%2").arg(kind).arg(i);
        bool used = false;
        for (const QDockWidget* dock : docks_)
            used = used || dock->objectName() == name;
        if (!used)
            return name;
    }
}

void PanelDocks::add(QWidget* panel, const QString& kind, const QString& iconName, const QString& title) {
    auto* dock = new QDockWidget(title, &host_);
    dock->setObjectName(freeName(kind));
    dock->setWindowIcon(icon(iconName));
    auto* bar = new DockTitle(*dock, iconName, true);
    dock->setTitleBarWidget(bar);
    dock->setWidget(panel);
    connect(bar, &DockTitle::closeRequested, this, [this, panel] { close(panel); }, Qt::QueuedConnection);
    connect(bar, &DockTitle::besideRequested, this, [this, dock] {
        raise(dock);
        putBeside();
    });
    if (!host_.restoreDockWidget(dock))
        place(dock);
    docks_ << dock;
    dock->show();
    raise(dock);
}

void PanelDocks::place(QDockWidget* dock) {
    QDockWidget* neighbour = nullptr;
    for (QDockWidget* other : std::as_const(docks_))
        if (!other->isFloating() && (neighbour == nullptr || other == current_))
            neighbour = other;
    if (neighbour != nullptr)
        return host_.tabifyDockWidget(neighbour, dock);
    host_.addDockWidget(Qt::BottomDockWidgetArea, dock);
    host_.resizeDocks({dock}, {host_.height() * 45 / 100}, Qt::Vertical);
}

void PanelDocks::raise(QDockWidget* dock) {
    if (dock == nullptr)
        return;
    current_ = dock;
    dock->raise();
    dock->widget()->setFocus();
}

QWidget* PanelDocks::current() const {
    QDockWidget* dock = docks_.contains(current_) ? current_ : docks_.isEmpty() ? nullptr : docks_.last();
    return dock == nullptr ? nullptr : dock->widget();
}

void PanelDocks::setCurrentWidget(QWidget* panel) {
    for (QDockWidget* dock : std::as_const(docks_))
        if (dock->widget() == panel)
            raise(dock);
}

void PanelDocks::close(QWidget* panel) {
    for (QDockWidget* dock : std::as_const(docks_)) {
        if (panel == nullptr || dock->widget() != panel)
            continue;
        if (!mayClose_(*panel))
            return;
        docks_.removeOne(dock);
        if (current_ == dock)
            current_ = docks_.isEmpty() ? nullptr : docks_.last();
        host_.removeDockWidget(dock);
        delete dock;
        if (docks_.isEmpty())
            emit emptied();
        else
            raise(current_);
        return;
    }
}

void PanelDocks::putBeside() {
    QDockWidget* dock = docks_.contains(current_) ? current_ : nullptr;
    if (dock == nullptr || docks_.size() < 2)
        return;
    QDockWidget* neighbour = nullptr;
    for (QDockWidget* other : std::as_const(docks_))
        if (other != dock && !other->isFloating())
            neighbour = other;
    if (neighbour == nullptr)
        return;
    if (host_.tabifiedDockWidgets(dock).isEmpty()) {
        host_.tabifyDockWidget(neighbour, dock);
    } else {
        host_.removeDockWidget(dock);
        host_.splitDockWidget(neighbour, dock, Qt::Horizontal);
        dock->show();
    }
    raise(dock);
}

void PanelDocks::setVisible(bool visible) {
    for (QDockWidget* dock : std::as_const(docks_))
        dock->setVisible(visible);
}

} // namespace slipway::ui
