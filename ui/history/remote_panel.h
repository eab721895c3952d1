#pragma once

#include "ui/history/remote_sync.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

namespace slipway::ui {

/// Where the history of a cluster is kept: its folder, and the branch elsewhere it is kept together with.
class RemotePanel : public QWidget {
    Q_OBJECT
public:
    RemotePanel(SessionPtr session, RemoteSync& sync, QWidget* parent = nullptr);

private:
    void retranslate();
    void showState();
    void chooseFolder();
    void save();

    SessionPtr session_;
    RemoteSync& sync_;
    QLabel *urlTitle_, *branchTitle_, *folderTitle_, *state_, *stateIcon_, *watchWords_;
    QLineEdit *url_, *branch_, *folder_;
    QPushButton *use_, *fetch_, *pull_, *push_, *choose_;
    QCheckBox* watch_;
};

} // namespace slipway::ui
