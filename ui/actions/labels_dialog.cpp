#include "ui/actions/labels_dialog.h"

#include "ui/look/theme.h"
#include "ui/session/background.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

/// Bookkeeping of tools, and what does not fit a line, is left as it is.
bool isEditable(const api::JsonObject::value_type& entry) {
    return entry.value().is_string() && entry.key() != "kubectl.kubernetes.io/last-applied-configuration" &&
           api::view(entry.value().get_string()).find('\n') == std::string_view::npos;
}

api::JsonObject editableMap(const api::JsonObject& object, const char* name) {
    api::JsonObject map;
    if (const api::Json* found = api::find(object, {"metadata", name}); found != nullptr && found->is_object())
        for (const auto& entry : found->get_object())
            if (isEditable(entry))
                map[entry.key()] = entry.value();
    return map;
}

QString linesOf(const api::JsonObject& map) {
    QStringList lines;
    for (const auto& [key, value] : map)
        lines << text(key) + QLatin1Char('=') + text(api::view(value.get_string()));
    return lines.join(QLatin1Char('\n'));
}

class LabelsDialog : public QDialog {
    Q_DECLARE_TR_FUNCTIONS(LabelsDialog)
public:
    LabelsDialog(ObjectActions& actions, std::vector<ObjectRef> objects, const api::JsonObject& object, QWidget* parent)
        : QDialog(parent)
        , actions_(actions)
        , objects_(std::move(objects))
        , labelsBefore_(editableMap(object, "labels"))
        , annotationsBefore_(editableMap(object, "annotations"))
        , labels_(new QPlainTextEdit(linesOf(labelsBefore_)))
        , annotations_(new QPlainTextEdit(linesOf(annotationsBefore_)))
        , error_(new QLabel) {
        setAttribute(Qt::WA_DeleteOnClose);
        setWindowTitle(tr("Labels and annotations"));
        resize(560, 460);
        auto* layout = new QVBoxLayout(this);
        layout->setContentsMargins(20, 18, 20, 18);
        layout->setSpacing(8);
        auto* title = new QLabel(objects_.size() == 1 ? objects_.front().name
                                                      : tr("%n objects", nullptr, static_cast<int>(objects_.size())));
        title->setObjectName(QStringLiteral("title"));
        auto* hint =
            new QLabel(objects_.size() == 1 ? tr("One key=value a line; a line that is taken out is removed.")
                                            : tr("One key=value a line sets it in all of them; key- removes it."));
        hint->setObjectName(QStringLiteral("muted"));
        layout->addWidget(title);
        layout->addWidget(hint);
        for (const auto& [edit, words] : {std::pair(labels_, tr("Labels")), {annotations_, tr("Annotations")}}) {
            auto* heading = new QLabel(words);
            heading->setObjectName(QStringLiteral("section"));
            edit->setAccessibleName(words);
            edit->setFont(monospaceFont());
            edit->setTabChangesFocus(true);
            edit->setLineWrapMode(QPlainTextEdit::NoWrap);
            layout->addWidget(heading);
            layout->addWidget(edit, 1);
        }
        error_->setObjectName(QStringLiteral("errorText"));
        error_->setWordWrap(true);
        layout->addWidget(error_);
        auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
        auto* save = buttons->addButton(tr("Save"), QDialogButtonBox::AcceptRole);
        save->setObjectName(QStringLiteral("primary"));
        layout->addWidget(buttons);
        connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
        connect(buttons, &QDialogButtonBox::accepted, this, &LabelsDialog::save);
    }

private:
    void save() {
        const bool all = objects_.size() == 1;
        const auto labels = mapPatch(labelsBefore_, labels_->toPlainText(), all);
        const auto annotations = mapPatch(annotationsBefore_, annotations_->toPlainText(), all);
        if (!labels || !annotations)
            return error_->setText(!labels ? labels.error() : annotations.error());
        api::JsonObject metadata;
        if (!labels->empty())
            metadata["labels"] = *labels;
        if (!annotations->empty())
            metadata["annotations"] = *annotations;
        if (!metadata.empty())
            actions_.patchAll(objects_, api::JsonObject{{"metadata", std::move(metadata)}});
        accept();
    }

    ObjectActions& actions_;
    std::vector<ObjectRef> objects_;
    api::JsonObject labelsBefore_, annotationsBefore_;
    QPlainTextEdit *labels_, *annotations_;
    QLabel* error_;
};

} // namespace

std::expected<api::JsonObject, QString> mapPatch(const api::JsonObject& before, const QString& lines, bool all) {
    api::JsonObject patch;
    QStringList named;
    for (const QString& raw : lines.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const QString line = raw.trimmed();
        const qsizetype equals = line.indexOf(QLatin1Char('='));
        if (line.isEmpty())
            continue;
        if (equals > 0) {
            const QString key = line.left(equals).trimmed(), value = line.mid(equals + 1).trimmed();
            named << key;
            const api::Json* old = before.if_contains(key.toStdString());
            if (old == nullptr || !old->is_string() || text(api::view(old->get_string())) != value)
                patch[key.toStdString()] = value.toStdString();
        } else if (equals < 0 && line.endsWith(QLatin1Char('-')) && line.size() > 1) {
            named << line.chopped(1);
            patch[line.chopped(1).toStdString()] = nullptr;
        } else {
            return std::unexpected(LabelsDialog::tr("\"%1\" is neither key=value nor key-").arg(line));
        }
    }
    if (all)
        for (const auto& entry : before)
            if (!named.contains(text(entry.key())))
                patch[entry.key()] = nullptr;
    return patch;
}

void showLabelsDialog(QWidget& parent, const SessionPtr& session, ObjectActions& actions,
                      const std::vector<ObjectRef>& objects) {
    if (objects.size() > 1) {
        (new LabelsDialog(actions, objects, {}, &parent))->open();
        return;
    }
    auto work = [session, object = objects.front()] {
        return session->client->get(object.kind->resource, object.ns.toStdString(), object.name.toStdString());
    };
    inBackground(&parent, std::move(work), [&parent, &actions, objects](const client::Result<api::Json>& object) {
        if (object && object->is_object())
            (new LabelsDialog(actions, objects, object->get_object(), &parent))->open();
        else if (!object)
            emit actions.failed(errorText(object.error()));
    });
}

} // namespace slipway::ui
