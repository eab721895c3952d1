#pragma once

#include "ui/editor/applier.h"
#include "ui/editor/yaml_sources.h"
#include "ui/history/diff_view.h"
#include "ui/session/session.h"

#include <QDialog>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <memory>

namespace slipway::ui {

/// Shows what applying some YAML would do, object by object, and does it at one click.
class ApplyDialog : public QDialog {
    Q_OBJECT
public:
    /// @p atOnce applies without waiting for the click when every object passes the dry run.
    ApplyDialog(SessionPtr session, std::vector<YamlSource> sources, bool atOnce, QWidget* parent = nullptr,
                ApplyMode mode = ApplyMode::merge);

    QPushButton& applyButton() { return *apply_; }
    DiffView& differences() { return *diff_; }

signals:
    /// Everything was applied.
    void finishedApplying(const QString& summary, const QString& firstKind);
    /// Somebody wants to correct the text.
    void editRequested(const QString& yaml, int line, const QString& message);

private:
    struct Planned {
        YamlSource source;
        ApplyItem item;
        bool parsed = true; ///< false: the text could not be read, item.message says why
    };
    using Plan = std::vector<Planned>;

    void check();
    void showPlan(Plan plan);
    void fill();
    void showDifferences();
    void applyAll();
    void showResult(Plan plan);

    SessionPtr session_;
    std::vector<YamlSource> sources_;
    bool atOnce_;
    ApplyMode mode_;
    Plan plan_;
    QLabel *title_, *summary_;
    QTreeWidget* list_;
    DiffView* diff_;
    QPushButton *apply_, *edit_, *close_;
};

} // namespace slipway::ui
