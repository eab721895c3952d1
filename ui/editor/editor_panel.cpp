#include "ui/editor/editor_panel.h"

#include "ui/editor/portable_object.h"
#include "ui/editor/three_way_merge.h"
#include "ui/editor/yaml_assist.h"
#include "ui/history/diff_dialog.h"
#include "ui/look/look.h"
#include "ui/session/background.h"

#include <QHBoxLayout>
#include <QMessageBox>
#include <QShortcut>
#include <QVBoxLayout>

namespace slipway::ui {

/// What came of an attempt to apply.
struct EditorPanel::Outcome {
    bool done = false, conflict = false, nothing = false;
    QString message;
    int line = 0;
    api::Json object; ///< the server's answer, of an existing object
};

std::string editableYaml(api::Json object) {
    if (api::JsonObject* top = object.if_object())
        if (api::Json* metadata = top->if_contains("metadata"); metadata != nullptr && metadata->is_object())
            metadata->get_object().erase("managedFields");
    return writeYaml(object);
}

EditorPanel::EditorPanel(SessionPtr session, client::ResourceRef resource, QString ns, QString name, QWidget* parent)
    : QWidget(parent)
    , session_(std::move(session))
    , resource_(std::move(resource))
    , ns_(std::move(ns))
    , name_(std::move(name))
    , existing_(true) {
    build();
    reload();
}

EditorPanel::EditorPanel(SessionPtr session, const QString& yaml, QWidget* parent)
    : QWidget(parent), session_(std::move(session)) {
    build();
    editor_->setPlainText(yaml);
    reload_->hide();
    setStatus(tr("New. Ctrl+S applies it."), Tone::muted);
}

void EditorPanel::build() {
    editor_ = new CodeEdit;
    statusIcon_ = new QLabel;
    status_ = new QLabel;
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    apply_ = new QPushButton;
    apply_->setObjectName(QStringLiteral("primary"));
    reload_ = new QPushButton;
    changes_ = new QPushButton;
    find_ = new FindBar(*editor_);
    find_->hide();
    new YamlAssist(*editor_, schemasOf(session_)); // goes with the editor
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bottomBar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(12, 6, 12, 6);
    barLayout->addWidget(statusIcon_);
    barLayout->addWidget(status_, 1);
    barLayout->addWidget(changes_);
    barLayout->addWidget(reload_);
    barLayout->addWidget(apply_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(editor_, 1);
    layout->addWidget(find_);
    layout->addWidget(bar);
    setFocusProxy(editor_);
    connect(apply_, &QPushButton::clicked, this, &EditorPanel::apply);
    connect(reload_, &QPushButton::clicked, this, &EditorPanel::reload);
    connect(changes_, &QPushButton::clicked, this, &EditorPanel::showChanges);
    auto* find = new QShortcut(QKeySequence::Find, this);
    find->setContext(Qt::WidgetWithChildrenShortcut);
    connect(find, &QShortcut::activated, find_, &FindBar::open);
    auto* save = new QShortcut(QKeySequence::Save, this);
    save->setContext(Qt::WidgetWithChildrenShortcut);
    connect(save, &QShortcut::activated, this, &EditorPanel::apply);
    connect(editor_, &QPlainTextEdit::textChanged, this, [this] {
        if (isModified())
            editor_->clearErrors();
    });
    keepLook(this, [this] { retranslate(); });
}

void EditorPanel::retranslate() {
    apply_->setText(tr("Apply"));
    apply_->setToolTip(tr("Check with the server, then apply   Ctrl+S"));
    reload_->setText(tr("Reload"));
    reload_->setToolTip(tr("Fetch the object anew; what you typed is lost"));
    changes_->setText(tr("Show changes"));
    changes_->setToolTip(tr("What applying would change, by the server's own dry run"));
}

bool EditorPanel::mayClose() {
    if (!isModified())
        return true;
    return QMessageBox::question(this, tr("Close the editor?"), tr("What you changed has not been applied."),
                                 QMessageBox::Discard | QMessageBox::Cancel,
                                 QMessageBox::Cancel) == QMessageBox::Discard;
}

void EditorPanel::setStatus(const QString& words, Tone tone) {
    status_->setText(words);
    statusIcon_->setPixmap(toneIcon(tone).pixmap(16, 16));
}

void EditorPanel::setBusy(bool busy) {
    apply_->setEnabled(!busy);
    changes_->setEnabled(!busy);
    reload_->setEnabled(!busy);
}

void EditorPanel::reload() {
    setBusy(true);
    setStatus(tr("Fetching %1").arg(name_), Tone::busy);
    inBackground(
        this,
        [session = session_, resource = resource_, ns = ns_.toStdString(), name = name_.toStdString()] {
            return session->client->get(resource, ns, name);
        },
        [this](const client::Result<api::Json>& object) {
            setBusy(false);
            display(object);
        });
}

void EditorPanel::display(const client::Result<api::Json>& object) {
    if (!object)
        return setStatus(errorText(object.error()), Tone::bad);
    base_ = object->is_object() ? object->get_object() : api::JsonObject();
    const int line = editor_->textCursor().blockNumber() + 1;
    editor_->setPlainText(QString::fromStdString(editableYaml(*object)));
    editor_->document()->setModified(false);
    editor_->clearErrors();
    editor_->goToLine(line);
    setStatus(tr("Up to date. Ctrl+S applies changes."), Tone::muted);
}

void EditorPanel::apply() {
    if (!apply_->isEnabled())
        return;
    editor_->clearErrors();
    setBusy(true);
    setStatus(tr("Checking with the server"), Tone::busy);
    auto work = [session = session_, existing = existing_, yaml = editor_->toPlainText().toStdString()]() -> Outcome {
        auto documents = parseYaml(yaml);
        if (!documents)
            return {.message = documents.error().message, .line = std::max(1, documents.error().line)};
        if (documents->empty())
            return {.message = EditorPanel::tr("There is nothing to apply."), .line = 1};
        Applier applier(session->client, session->defaultNamespace.toStdString());
        if (existing && documents->size() == 1) {
            auto answer = applier.replace(documents->front(), true);
            if (answer)
                answer = applier.replace(documents->front(), false);
            if (!answer)
                return {.conflict = answer.error().kind == client::Errc::conflict,
                        .message = errorText(answer.error()),
                        .line = lineOfError(documents->front(), answer.error())};
            return {.done = true, .object = std::move(*answer)};
        }
        auto items = applier.plan(std::move(*documents));
        for (const ApplyItem& item : items)
            if (item.action == ApplyAction::failed)
                return {.message = item.message, .line = item.line};
        for (ApplyItem& item : items) {
            applier.apply(item);
            if (!item.applied)
                return {.message = item.message, .line = item.line};
        }
        return {.done = true};
    };
    inBackground(this, std::move(work), [this](const Outcome& outcome) { finish(outcome); });
}

void EditorPanel::finish(Outcome outcome) {
    setBusy(false);
    if (outcome.done) {
        if (!outcome.object.is_null())
            display(client::Result<api::Json>(std::move(outcome.object)));
        editor_->document()->setModified(false);
        setStatus(tr("Applied."), Tone::ok);
        emit applied(name_);
        return;
    }
    if (outcome.conflict) {
        setStatus(
            tr("Someone else changed it since you opened it. Reload to see their version; copy what you typed first."),
            Tone::waiting);
        reload_->setFocus();
        return resolveConflict();
    }
    if (outcome.line > 0) {
        editor_->markError(outcome.line, outcome.message);
        editor_->goToLine(outcome.line);
        setStatus(tr("Line %1: %2").arg(outcome.line).arg(outcome.message), Tone::bad);
    } else {
        setStatus(outcome.message, Tone::bad);
    }
}

void EditorPanel::showChanges() {
    setBusy(true);
    setStatus(tr("Checking with the server"), Tone::busy);
    const ApplyMode mode = existing_ ? ApplyMode::replace : ApplyMode::merge;
    using Answer = std::expected<std::vector<ApplyItem>, YamlError>;
    auto work = [session = session_, yaml = currentYaml().toStdString(), mode]() -> Answer {
        auto documents = parseYaml(yaml);
        if (!documents)
            return std::unexpected(documents.error());
        return Applier(session->client, session->defaultNamespace.toStdString(), mode).plan(std::move(*documents));
    };
    inBackground(this, std::move(work), [this](const Answer& items) {
        setBusy(false);
        if (!items)
            return finish({.message = items.error().message, .line = items.error().line});
        std::vector<DiffView::Part> parts;
        for (const ApplyItem& item : *items) {
            if (item.action == ApplyAction::failed)
                return finish({.message = item.message, .line = item.line});
            parts.push_back({item.kind + QLatin1Char('/') + item.name, item.before, item.after});
        }
        setStatus(tr("The server accepts it."), Tone::ok);
        showDiffDialog(*this, tr("What applying would change"), std::move(parts), {});
    });
}

/// Somebody else was quicker: both sides are shown, and put together when told to.
void EditorPanel::resolveConflict() {
    auto mine = parseYaml(currentYaml().toStdString());
    if (!mine || mine->size() != 1)
        return;
    inBackground(
        this,
        [session = session_, resource = resource_, ns = ns_.toStdString(), name = name_.toStdString()] {
            return session->client->get(resource, ns, name);
        },
        [this, mine = mine->front().object](const client::Result<api::Json>& live) {
            if (!live || !live->is_object())
                return setStatus(live ? QString() : errorText(live.error()), Tone::bad);
            const auto yaml = [](const api::JsonObject& object) { return text(portableYaml(object)); };
            const QString before = yaml(base_);
            showDiffDialog(*this, tr("Someone else changed it meanwhile"),
                           {{tr("What they changed"), before, yaml(live->get_object())},
                            {tr("What you changed"), before, yaml(mine)}},
                           {{tr("Keep both"), [this, mine, theirs = live->get_object()] { merge(mine, theirs); }},
                            {tr("Take theirs"), [this, theirs = *live] { display(theirs); }}});
        });
}

void EditorPanel::merge(const api::JsonObject& mine, const api::JsonObject& theirs) {
    MergedObject merged = mergeThreeWay(base_, mine, theirs);
    api::objectAt(merged.object, {"metadata"})["resourceVersion"] =
        api::stringAt(theirs, {"metadata", "resourceVersion"});
    base_ = theirs;
    editor_->selectAll();
    editor_->insertPlainText(QString::fromStdString(editableYaml(merged.object)));
    editor_->goToLine(1);
    merged.both.removeAll(QStringLiteral("metadata.resourceVersion"));
    setStatus(
        merged.both.isEmpty()
            ? tr("Their changes and yours are put together. Ctrl+S applies them.")
            : tr("Put together; where both changed, yours is kept: %1").arg(merged.both.join(QStringLiteral(", "))),
        Tone::waiting);
}

} // namespace slipway::ui
