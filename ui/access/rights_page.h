#pragma once

#include "ui/session/session.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QWidget>

namespace slipway::ui {

/// One thing that is allowed.
struct Right {
    QString verbs, resources, groups, names;
};
/// The rules of a SelfSubjectRulesReview. Pure.
std::vector<Right> rightsOf(const api::Json& review);

/// What the user of this session may do in a namespace, and the answer to a single question.
class RightsPage : public QWidget {
    Q_OBJECT
public:
    explicit RightsPage(SessionPtr session, QWidget* parent = nullptr);
    QTreeWidget& list() { return *list_; }
    QLabel& answer() { return *answer_; }
    void ask(const QString& verb, const QString& resource);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void retranslate();
    void read();
    void readNamespaces();

    SessionPtr session_;
    QLabel *title_, *answer_, *answerIcon_, *question_;
    QComboBox *namespace_, *verb_;
    QLineEdit* resource_;
    QPushButton* ask_;
    QTreeWidget* list_;
};

} // namespace slipway::ui
