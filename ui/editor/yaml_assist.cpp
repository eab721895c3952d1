#include "ui/editor/yaml_assist.h"

#include "ui/editor/yaml_check.h"
#include "ui/session/background.h"

#include <QAbstractItemView>
#include <QHash>
#include <QKeyEvent>
#include <QScrollBar>

namespace slipway::ui {
namespace {

constexpr int insertRole = Qt::UserRole;

} // namespace

std::shared_ptr<SchemaCatalog> schemasOf(const SessionPtr& session) {
    static QHash<const client::Client*, std::weak_ptr<SchemaCatalog>> known;
    auto& kept = known[session->client.get()];
    auto catalog = kept.lock();
    if (!catalog)
        kept = catalog = std::make_shared<SchemaCatalog>(session->client);
    return catalog;
}

YamlAssist::YamlAssist(CodeEdit& editor, std::shared_ptr<SchemaCatalog> catalog)
    : QObject(&editor), editor_(editor), catalog_(std::move(catalog)) {
    completer_.setModel(&model_);
    completer_.setWidget(&editor_);
    completer_.setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    completer_.popup()->setAccessibleName(tr("What fits here"));
    connect(&completer_, qOverload<const QModelIndex&>(&QCompleter::activated), this, &YamlAssist::insert);
    pause_.setSingleShot(true);
    pause_.setInterval(450);
    connect(&pause_, &QTimer::timeout, this, &YamlAssist::check);
    connect(&editor_, &QPlainTextEdit::textChanged, this, [this] {
        ++revision_;
        pause_.start();
    });
    editor_.setKeyFilter([this](QKeyEvent& press) { return takesKey(press); });
    editor_.setExplain([this](int position) { return explain(position); });
    pause_.start();
}

/// Off the GUI thread: fetching schemas and comparing may take a while.
void YamlAssist::check() {
    auto work = [catalog = catalog_, yaml = editor_.toPlainText()] {
        for (const QString& version : apiVersionsIn(yaml))
            catalog->load(version.toStdString());
        QMap<int, QString> marks;
        for (const YamlFinding& finding : checkYaml(yaml, *catalog)) {
            QString& mark = marks[std::max(1, finding.line)];
            mark += (mark.isEmpty() ? QString() : QStringLiteral("\n")) + finding.message;
        }
        return marks;
    };
    inBackground(this, std::move(work), [this, revision = revision_](const QMap<int, QString>& marks) {
        if (revision != revision_)
            return; // the text has gone on
        editor_.setWarnings(marks);
        emit checked();
    });
}

void YamlAssist::offer(bool asked) {
    const YamlCursor cursor = yamlCursor(editor_.toPlainText(), editor_.textCursor().position());
    if (!asked && cursor.written.isEmpty())
        return completer_.popup()->hide();
    model_.clear();
    for (const Completion& completion : completionsAt(cursor, *catalog_)) {
        if (!asked && completion.word == cursor.written)
            continue;
        auto* item = new QStandardItem(completion.word);
        item->setData(completion.insert, insertRole);
        item->setToolTip(completion.detail);
        const QString type = completion.detail.section(QLatin1Char('\n'), 0, 0);
        if (!type.isEmpty())
            item->setText(completion.word + QStringLiteral("    ") + type);
        model_.appendRow(item);
    }
    if (model_.rowCount() == 0)
        return completer_.popup()->hide();
    QRect at = editor_.cursorRect();
    at.translate(editor_.viewport()->pos());
    at.setWidth(std::min(420, completer_.popup()->sizeHintForColumn(0) + 40));
    completer_.complete(at);
    completer_.popup()->setCurrentIndex(completer_.completionModel()->index(0, 0));
}

void YamlAssist::insert(const QModelIndex& index) {
    const YamlCursor cursor = yamlCursor(editor_.toPlainText(), editor_.textCursor().position());
    QTextCursor text = editor_.textCursor();
    text.movePosition(QTextCursor::Left, QTextCursor::KeepAnchor, static_cast<int>(cursor.written.size()));
    text.insertText(index.data(insertRole).toString());
    editor_.setTextCursor(text);
}

QString YamlAssist::explain(int position) const {
    const QString yaml = editor_.toPlainText();
    const qsizetype end = yaml.indexOf(QLatin1Char('\n'), position);
    // Where the line ends, so that the key is read whole.
    const YamlCursor cursor = yamlCursor(yaml, end < 0 ? yaml.size() : end);
    if (cursor.key.isEmpty())
        return {};
    const Schema schema = schemaAt(cursor, *catalog_, cursor.key);
    if (!schema)
        return {};
    const QString type = schema.type(), words = schema.description();
    return cursor.key + (type.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(type)) +
           (words.isEmpty() ? QString() : QStringLiteral(": ") + words);
}

/// A popup passes keys on to the text without an event filter seeing them, and takes those that are left ignored.
bool YamlAssist::takesKey(QKeyEvent& press) {
    if (press.key() == Qt::Key_Space && press.modifiers() == Qt::ControlModifier) {
        offer(true);
        return true;
    }
    if (completer_.popup()->isVisible())
        switch (press.key()) {
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Tab:
        case Qt::Key_Escape:
            press.ignore();
            return true;
        default:
            break;
        }
    const QString typed = press.text();
    if (!typed.isEmpty() && (typed[0].isLetterOrNumber() || press.key() == Qt::Key_Backspace))
        QMetaObject::invokeMethod(this, [this] { offer(false); }, Qt::QueuedConnection); // after it is in the text
    else if (completer_.popup()->isVisible() && !typed.isEmpty())
        completer_.popup()->hide();
    return false;
}

} // namespace slipway::ui
