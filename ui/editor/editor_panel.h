#pragma once

#include "ui/editor/applier.h"
#include "ui/editor/code_edit.h"
#include "ui/editor/find_bar.h"
#include "ui/look/theme.h"
#include "ui/session/session.h"

#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace slipway::ui {

/// Edits one object, or new YAML. Ctrl+S applies: the server first checks it in a dry run.
class EditorPanel : public QWidget {
    Q_OBJECT
public:
    /// For an object of the cluster; its YAML is fetched.
    EditorPanel(SessionPtr session, client::ResourceRef resource, QString ns, QString name, QWidget* parent = nullptr);
    /// For new YAML.
    EditorPanel(SessionPtr session, const QString& yaml, QWidget* parent = nullptr);

    CodeEdit& editor() { return *editor_; }
    bool isModified() const { return editor_->document()->isModified(); }
    /// True when nothing would be lost, or somebody agreed to lose it.
    bool mayClose();

    /// Shows what applying would change, by the server's dry run.
    void showChanges();

public slots:
    void apply();
    void reload();

signals:
    /// Something was written to the cluster.
    void applied(const QString& what);

private:
    struct Outcome;
    void build();
    void display(const client::Result<api::Json>& object);
    void finish(Outcome outcome);
    void setStatus(const QString& words, Tone tone);
    void setBusy(bool busy);
    void retranslate();
    void resolveConflict();
    void merge(const api::JsonObject& mine, const api::JsonObject& theirs);
    QString currentYaml() const { return editor_->toPlainText(); }

    SessionPtr session_;
    client::ResourceRef resource_;
    QString ns_, name_;
    bool existing_ = false;
    api::JsonObject base_; ///< the object as it was opened
    CodeEdit* editor_ = nullptr;
    FindBar* find_ = nullptr;
    QLabel *status_ = nullptr, *statusIcon_ = nullptr;
    QPushButton *apply_ = nullptr, *reload_ = nullptr, *changes_ = nullptr;
};

/// An object as it is edited: without the members that only the server uses.
std::string editableYaml(api::Json object);

} // namespace slipway::ui
