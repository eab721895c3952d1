#pragma once

#include "ui/editor/code_edit.h"
#include "ui/editor/schema_catalog.h"
#include "ui/session/session.h"

#include <QCompleter>
#include <QKeyEvent>
#include <QStandardItemModel>
#include <QTimer>

namespace slipway::ui {

/// The schemas of a session's cluster, shared by its editors.
std::shared_ptr<SchemaCatalog> schemasOf(const SessionPtr& session);

/// Helps somebody write: completes keys and values (Ctrl+Space, or while typing), explains what is under the mouse, and
/// marks lines the cluster's schemas object to. Belongs to the editor.
class YamlAssist : public QObject {
    Q_OBJECT
public:
    YamlAssist(CodeEdit& editor, std::shared_ptr<SchemaCatalog> catalog);
    QCompleter& completer() { return completer_; }
    /// Offers what fits at the cursor; @p asked: also when nothing is written yet.
    void offer(bool asked);

signals:
    /// The text has been compared with the schemas.
    void checked();

private:
    bool takesKey(QKeyEvent& press);
    void check();
    void insert(const QModelIndex& index);
    QString explain(int position) const;

    CodeEdit& editor_;
    std::shared_ptr<SchemaCatalog> catalog_;
    QCompleter completer_;
    QStandardItemModel model_;
    QTimer pause_;
    int revision_ = 0;
};

} // namespace slipway::ui
