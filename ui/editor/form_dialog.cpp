#include "ui/editor/form_dialog.h"

#include "ui/editor/portable_object.h"
#include "ui/editor/yaml_assist.h"
#include "ui/editor/yaml_document.h"
#include "ui/session/background.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

namespace slipway::ui {

FormDialog::FormDialog(SessionPtr session, std::vector<const KindView*> kinds, const KindView* chosen, QString ns,
                       QWidget* parent)
    : QDialog(parent), session_(std::move(session)), kinds_(std::move(kinds)), ns_(std::move(ns)) {
    build(tr("New from a form"));
    for (const KindView* kind : kinds_) {
        const QString group = text(kind->resource.group);
        kind_->addItem(text(kind->resource.kind) + (group.isEmpty() ? QString() : QStringLiteral("  ") + group));
    }
    const auto at = std::ranges::find(kinds_, chosen);
    kind_->setCurrentIndex(at == kinds_.end() ? 0 : static_cast<int>(at - kinds_.begin()));
    connect(kind_, &QComboBox::currentIndexChanged, this, &FormDialog::choose);
    choose();
}

FormDialog::FormDialog(SessionPtr session, ObjectRef object, QWidget* parent)
    : QDialog(parent), session_(std::move(session)), object_(std::move(object)) {
    build(tr("%1 in a form").arg(object_.name));
    kind_->hide();
    load(*object_.kind, [session = session_, object = object_](const Schema&) {
        return session->client->get(object.kind->resource, object.ns.toStdString(), object.name.toStdString());
    });
}

void FormDialog::build(const QString& title) {
    kind_ = new QComboBox;
    form_ = new SchemaForm;
    preview_ = new CodeEdit;
    title_ = new QLabel(title);
    state_ = new QLabel;
    apply_ = new QPushButton(tr("Check and apply"));
    editor_ = new QPushButton(tr("Open in the editor"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(title);
    resize(1080, 700);
    title_->setObjectName(QStringLiteral("title"));
    kind_->setEditable(true);
    kind_->setInsertPolicy(QComboBox::NoInsert);
    kind_->completer()->setCompletionMode(QCompleter::PopupCompletion);
    kind_->completer()->setFilterMode(Qt::MatchContains);
    kind_->setMinimumWidth(320);
    kind_->setAccessibleName(tr("Kind"));
    state_->setObjectName(QStringLiteral("muted"));
    state_->setWordWrap(true);
    preview_->setReadOnly(true);
    preview_->setAccessibleName(tr("YAML of the form"));
    apply_->setObjectName(QStringLiteral("primary"));
    apply_->setEnabled(false);
    editor_->setEnabled(false);
    for (QPushButton* button : {apply_, editor_})
        button->setAutoDefault(false); // Return belongs to the fields
    auto* close = new QPushButton(tr("Close"));
    close->setAutoDefault(false);
    auto* head = new QHBoxLayout;
    head->addWidget(title_, 1);
    head->addWidget(kind_);
    auto* split = new QSplitter;
    split->addWidget(form_);
    split->addWidget(preview_);
    split->setSizes({620, 460});
    split->setChildrenCollapsible(false);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(state_, 1);
    for (QPushButton* button : {close, editor_, apply_})
        buttons->addWidget(button);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 18);
    layout->setSpacing(12);
    layout->addLayout(head);
    layout->addWidget(split, 1);
    layout->addLayout(buttons);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    connect(form_, &SchemaForm::edited, this, &FormDialog::showYaml);
    connect(apply_, &QPushButton::clicked, this, [this] { emit applyRequested(yaml(), object_.kind != nullptr); });
    connect(editor_, &QPushButton::clicked, this, [this] {
        emit editorRequested(yaml());
        accept();
    });
}

void FormDialog::choose() {
    const int at = kind_->currentIndex();
    if (at < 0 || at >= static_cast<int>(kinds_.size()))
        return;
    const client::ResourceRef& resource = kinds_[static_cast<std::size_t>(at)]->resource;
    load(*kinds_[static_cast<std::size_t>(at)],
         [resource, ns = ns_](const Schema& schema) -> client::Result<api::Json> {
             return newObject(resource.apiVersion(), resource.kind, resource.namespaced, ns, schema);
         });
}

/// The schema first, which has to be fetched; then the value that begins.
void FormDialog::load(const KindView& kind, std::function<client::Result<api::Json>(const Schema&)> value) {
    state_->setText(tr("Loading"));
    using Loaded = std::pair<Schema, client::Result<api::Json>>;
    auto work = [catalog = schemasOf(session_), resource = kind.resource, value = std::move(value)]() -> Loaded {
        catalog->load(resource.apiVersion());
        const Schema schema = catalog->find(resource.apiVersion(), resource.kind);
        return {schema, value(schema)};
    };
    inBackground(this, std::move(work), [this, request = ++request_](const Loaded& loaded) {
        const auto& [schema, value] = loaded;
        if (request != request_)
            return; // another kind was chosen meanwhile
        const bool usable = schema && value && value->is_object();
        apply_->setEnabled(usable && !session_->readOnly->load());
        editor_->setEnabled(usable);
        if (!usable)
            return state_->setText(value ? tr("The cluster has no schema for this kind.") : errorText(value.error()));
        api::JsonObject object = value->get_object();
        if (object_.kind != nullptr) { // as it is edited, with the version that tells whether somebody was quicker
            const std::string version(api::stringAt(object, {"metadata", "resourceVersion"}));
            object = portableObject(object);
            api::objectAt(object, {"metadata"})["resourceVersion"] = version;
        }
        state_->setText(tr("* is needed; what is left empty is left to the cluster."));
        form_->show(schema, std::move(object));
        showYaml();
    });
}

QString FormDialog::yaml() const {
    return QString::fromStdString(writeYaml(withoutEmpty(form_->value(), form_->schema())));
}

void FormDialog::showYaml() {
    preview_->setPlainText(yaml());
}

} // namespace slipway::ui
