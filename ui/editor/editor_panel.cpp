#include "ui/editor/editor_panel.h"

#include "ui/session/background.h"

#include <QHBoxLayout>
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
    apply_ = new QPushButton(tr("Apply"));
    apply_->setObjectName(QStringLiteral("primary"));
    apply_->setToolTip(tr("Check with the server, then apply   Ctrl+S"));
    reload_ = new QPushButton(tr("Reload"));
    reload_->setToolTip(tr("Fetch the object anew; what you typed is lost"));
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("bottomBar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(12, 6, 12, 6);
    barLayout->addWidget(statusIcon_);
    barLayout->addWidget(status_, 1);
    barLayout->addWidget(reload_);
    barLayout->addWidget(apply_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(editor_, 1);
    layout->addWidget(bar);
    setFocusProxy(editor_);
    connect(apply_, &QPushButton::clicked, this, &EditorPanel::apply);
    connect(reload_, &QPushButton::clicked, this, &EditorPanel::reload);
    auto* save = new QShortcut(QKeySequence::Save, this);
    save->setContext(Qt::WidgetWithChildrenShortcut);
    connect(save, &QShortcut::activated, this, &EditorPanel::apply);
    connect(editor_, &QPlainTextEdit::textChanged, this, [this] {
        if (isModified())
            editor_->clearErrors();
    });
}

void EditorPanel::setStatus(const QString& words, Tone tone) {
    status_->setText(words);
    statusIcon_->setPixmap(toneIcon(tone).pixmap(16, 16));
}

void EditorPanel::setBusy(bool busy) {
    apply_->setEnabled(!busy);
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
        return;
    }
    if (outcome.line > 0) {
        editor_->markError(outcome.line, outcome.message);
        editor_->goToLine(outcome.line);
        setStatus(tr("Line %1: %2").arg(outcome.line).arg(outcome.message), Tone::bad);
    } else {
        setStatus(outcome.message, Tone::bad);
    }
}

} // namespace slipway::ui
