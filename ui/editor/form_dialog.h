#pragma once

#include "ui/editor/code_edit.h"
#include "ui/editor/schema_form.h"
#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QPushButton>

namespace slipway::ui {

/// Makes an object of any kind in a form, or changes one; beside it stands the YAML it comes to. What is written goes
/// through the same check, difference and confirmation as everything else. GUI thread.
class FormDialog : public QDialog {
    Q_OBJECT
public:
    /// A new object of one of the kinds, at first of @p chosen (may be null).
    FormDialog(SessionPtr session, std::vector<const KindView*> kinds, const KindView* chosen, QString ns,
               QWidget* parent = nullptr);
    /// An object of the cluster, as it is now.
    FormDialog(SessionPtr session, ObjectRef object, QWidget* parent = nullptr);

    SchemaForm& form() { return *form_; }
    QComboBox& kinds() { return *kind_; }
    QPushButton& applyButton() { return *apply_; }
    /// What the form comes to.
    QString yaml() const;

signals:
    /// Somebody wants it in the cluster. @p whole: it replaces the object, which has the version it was read with.
    void applyRequested(const QString& yaml, bool whole);
    void editorRequested(const QString& yaml);

private:
    void build(const QString& title);
    void choose();
    void load(const KindView& kind, std::function<client::Result<api::Json>(const Schema&)> value);
    void showYaml();

    SessionPtr session_;
    std::vector<const KindView*> kinds_;
    ObjectRef object_; ///< without a kind: a new one is made
    QString ns_;
    QComboBox* kind_;
    SchemaForm* form_;
    CodeEdit* preview_;
    QLabel *title_, *state_;
    QPushButton *apply_, *editor_;
    int request_ = 0;
};

} // namespace slipway::ui
