#pragma once

#include "ui/access/port_forwards.h"

#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// The forwarded ports of a cluster with the state each is really in.
class ForwardsPage : public QWidget {
    Q_OBJECT
public:
    explicit ForwardsPage(PortForwards& forwards, QWidget* parent = nullptr);
    QTreeWidget& list() { return *list_; }

private:
    void retranslate();
    void fill();
    PortForward* chosen() const;

    PortForwards& forwards_;
    QLabel *title_, *nothing_;
    QTreeWidget* list_;
    QPushButton *openInBrowser_, *copy_, *stop_;
};

} // namespace slipway::ui
