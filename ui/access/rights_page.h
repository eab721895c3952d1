#pragma once

#include "ui/access/who_can.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// One thing that is allowed.
struct Right {
    QString verbs, resources, groups, names;
};
/// The rules of a SelfSubjectRulesReview. Pure.
std::vector<Right> rightsOf(const api::Json& review);

/// What the user of this session may do in a namespace, the answer to a single question, and who else may do it.
class RightsPage : public QWidget {
    Q_OBJECT
public:
    explicit RightsPage(SessionPtr session, QWidget* parent = nullptr);
    QTreeWidget& list() { return *list_; }
    QLabel& answer() { return *answer_; }
    void ask(const QString& verb, const QString& resource);
    /// Lists everybody who may do it in the chosen namespace.
    void askWho(const QString& verb, const QString& resource);
    QTreeWidget& holders() { return *holders_; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void read();
    void readNamespaces();
    void showHolders(const client::Result<std::vector<Holder>>& found, const QString& verb, const QString& resource);
    AccessQuestion question(const QString& verb, const QString& resource) const;

    SessionPtr session_;
    QLabel *title_, *answer_, *answerIcon_, *question_;
    QComboBox *namespace_, *verb_;
    QLineEdit* resource_;
    QPushButton *ask_, *who_;
    QTabWidget* tabs_;
    QTreeWidget *list_, *holders_;
};

} // namespace slipway::ui
