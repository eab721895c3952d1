#include "ui/editor/schema_form.h"

#include "ui/editor/yaml_document.h"
#include "ui/look/theme.h"
#include "ui/session/session.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

FormPath inside(FormPath path, FormPath::value_type part) {
    path.push_back(std::move(part));
    return path;
}

QString scalarText(const Json& value) {
    return value.is_string() ? text(api::view(value.get_string()))
           : value.is_null() ? QString()
                             : text(api::printJson(value));
}

/// A frame that holds what belongs together.
std::pair<QFrame*, QVBoxLayout*> group() {
    auto* frame = new QFrame;
    frame->setObjectName(QStringLiteral("formGroup"));
    auto* layout = new QVBoxLayout(frame);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->setSpacing(6);
    return {frame, layout};
}

} // namespace

SchemaForm::SchemaForm(QWidget* parent) : QScrollArea(parent) {
    setWidgetResizable(true);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Form"));
}

void SchemaForm::show(Schema schema, Json value) {
    schema_ = std::move(schema);
    value_ = std::move(value);
    rebuild();
}

QWidget* SchemaForm::field(const QString& path) const {
    return widget() == nullptr ? nullptr : widget()->findChild<QWidget*>(path);
}

void SchemaForm::name(QWidget* field, const FormPath& path) const {
    field->setObjectName(pathText(path));
    field->setAccessibleName(pathText(path));
}

void SchemaForm::rebuild() {
    const QString focused = focusWidget() == nullptr ? QString() : focusWidget()->objectName();
    const int scrolled = verticalScrollBar()->value();
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->addWidget(makeObject(schema_, {}));
    layout->addStretch(1);
    setWidget(body); // the old one goes
    if (QWidget* again = focused.isEmpty() ? nullptr : field(focused))
        again->setFocus();
    QTimer::singleShot(0, this, [this, scrolled] { verticalScrollBar()->setValue(scrolled); });
}

void SchemaForm::set(const FormPath& path, Json value) {
    if (Json* at = valueAt(value_, path))
        *at = std::move(value);
    emit edited();
}

/// Later, since the widget that asked is among those that go.
void SchemaForm::remove(const FormPath& path) {
    removeAt(value_, path);
    QTimer::singleShot(0, this, &SchemaForm::rebuild);
    emit edited();
}

void SchemaForm::add(const FormPath& path, const std::string& member) {
    Json* at = valueAt(value_, path);
    Schema schema = schema_;
    for (const auto& part : path) {
        const auto* name = std::get_if<std::string>(&part);
        schema = name == nullptr                 ? schema.items()
                 : schema.properties().isEmpty() ? schema.additional()
                                                 : schema.property(*name);
    }
    if (at == nullptr)
        return;
    FormPath made = path;
    if (JsonArray* list = at->if_array()) {
        made.emplace_back(list->size());
        list->push_back(initialValue(schema.items()));
    } else if (JsonObject* object = at->if_object()) {
        std::string key = member;
        for (int i = 1; key.empty() || (schema.properties().isEmpty() && object->contains(key)); ++i)
            key = "key-" + std::to_string(i);
        made.emplace_back(key);
        (*object)[key] = initialValue(schema.properties().isEmpty() ? schema.additional() : schema.property(key));
    }
    emit edited();
    QTimer::singleShot(0, this, [this, made] {
        rebuild();
        if (QWidget* next = field(pathText(made)))
            next->setFocus();
    });
}

QWidget* SchemaForm::make(const Schema& schema, const FormPath& path) {
    const Json* value = valueAt(value_, path);
    if (value == nullptr)
        return new QWidget;
    if (value->is_array())
        return makeList(schema, path);
    if (!value->is_object())
        return makeScalar(schema, path);
    if (!schema.properties().isEmpty())
        return makeObject(schema, path);
    return schema.additional() ? makeMap(schema, path) : makeFree(path);
}

QWidget* SchemaForm::makeRemover(const FormPath& path) {
    auto* button = new QToolButton;
    button->setIcon(icon(QStringLiteral("close"), Ink::muted));
    button->setToolTip(tr("Remove %1").arg(pathText(path)));
    button->setAccessibleName(button->toolTip());
    connect(button, &QToolButton::clicked, this, [this, path] { remove(path); });
    return button;
}

QWidget* SchemaForm::makeAdder(const Schema& schema, const FormPath& path) {
    auto* button = new QToolButton;
    button->setIcon(icon(QStringLiteral("plus"), Ink::muted));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setText(tr("Add"));
    button->setAccessibleName(path.empty() ? tr("Add a member") : tr("Add to %1").arg(pathText(path)));
    button->setObjectName(QStringLiteral("add:") + pathText(path));
    const Json* value = valueAt(value_, path);
    if (value == nullptr || !value->is_object() || schema.properties().isEmpty()) {
        connect(button, &QToolButton::clicked, this, [this, path] { add(path); });
        return button;
    }
    auto* menu = new QMenu(button);
    menu->setToolTipsVisible(true);
    for (const QString& member : offeredMembers(schema, path)) {
        if (value->get_object().contains(member.toStdString()))
            continue;
        QAction* action = menu->addAction(member, this, [this, path, member] { add(path, member.toStdString()); });
        action->setToolTip(schema.property(member.toStdString()).description());
    }
    button->setMenu(menu);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setVisible(!menu->isEmpty());
    return button;
}

QWidget* SchemaForm::makeObject(const Schema& schema, const FormPath& path) {
    auto [frame, layout] = group();
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setRowWrapPolicy(QFormLayout::DontWrapRows);
    layout->addLayout(form);
    const QStringList required = schema.required(), offered = offeredMembers(schema, path);
    const JsonObject object = valueAt(value_, path)->get_object(); // adding below must not move it
    for (const auto& [key, member] : object) {
        const QString title = text(key);
        if (!offered.contains(title))
            continue;
        const Schema inner = schema.property(key);
        const FormPath at = inside(path, std::string(key));
        const bool demanded = required.contains(title);
        auto* label = new QLabel(demanded ? title + QStringLiteral(" *") : title);
        label->setToolTip(inner.description());
        QWidget* field = make(inner, at);
        field->setToolTip(inner.description());
        const bool large = member.is_object() || member.is_array();
        auto* head = new QHBoxLayout;
        head->setSpacing(4);
        if (!large)
            head->addWidget(field, 1);
        else
            head->addWidget(label, 1);
        if (!demanded)
            head->addWidget(makeRemover(at));
        if (large) {
            label->setObjectName(QStringLiteral("section"));
            form->addRow(head);
            form->addRow(field);
        } else {
            form->addRow(label, head);
        }
    }
    layout->addWidget(makeAdder(schema, path), 0, Qt::AlignLeft);
    return frame;
}

QWidget* SchemaForm::makeMap(const Schema& schema, const FormPath& path) {
    auto [frame, layout] = group();
    const JsonObject object = valueAt(value_, path)->get_object();
    for (const auto& [key, member] : object) {
        const FormPath at = inside(path, std::string(key));
        auto* title = new QLineEdit(text(key));
        title->setObjectName(QStringLiteral("key:") + pathText(at));
        title->setAccessibleName(tr("Name of %1").arg(pathText(at)));
        title->setMaximumWidth(240);
        connect(title, &QLineEdit::editingFinished, this, [this, at, title] { renameKey(at, title->text()); });
        auto* row = new QHBoxLayout;
        row->setSpacing(4);
        row->addWidget(title, 1);
        row->addWidget(make(schema.additional(), at), 2);
        row->addWidget(makeRemover(at));
        layout->addLayout(row);
    }
    layout->addWidget(makeAdder(schema, path), 0, Qt::AlignLeft);
    return frame;
}

/// The other members stay where they are.
void SchemaForm::renameKey(const FormPath& path, const QString& name) {
    const std::string before = std::get<std::string>(path.back()), after = name.trimmed().toStdString();
    Json* map = valueAt(value_, FormPath(path.begin(), path.end() - 1));
    if (before == after || after.empty() || map == nullptr || map->get_object().contains(after))
        return;
    JsonObject renamed;
    for (auto& [key, value] : map->get_object())
        renamed[std::string_view(key) == before ? std::string_view(after) : std::string_view(key)] = std::move(value);
    *map = std::move(renamed);
    QTimer::singleShot(0, this, &SchemaForm::rebuild);
    emit edited();
}

QWidget* SchemaForm::makeList(const Schema& schema, const FormPath& path) {
    auto [frame, layout] = group();
    const std::size_t count = valueAt(value_, path)->get_array().size();
    for (std::size_t i = 0; i < count; ++i) {
        const FormPath at = inside(path, i);
        auto* row = new QHBoxLayout;
        row->setSpacing(4);
        row->addWidget(make(schema.items(), at), 1);
        row->addWidget(makeRemover(at), 0, Qt::AlignTop);
        layout->addLayout(row);
    }
    layout->addWidget(makeAdder(schema, path), 0, Qt::AlignLeft);
    return frame;
}

QWidget* SchemaForm::makeScalar(const Schema& schema, const FormPath& path) {
    const Json value = *valueAt(value_, path);
    if (value.is_bool()) {
        auto* box = new QCheckBox;
        box->setChecked(value.get_bool());
        name(box, path);
        connect(box, &QCheckBox::toggled, this, [this, path](bool on) { set(path, on); });
        return box;
    }
    const QStringList choices = schema.enumeration();
    if (choices.isEmpty())
        return makeText(schema, path);
    auto* box = new QComboBox;
    box->addItems(choices);
    if (choices.indexOf(scalarText(value)) < 0)
        box->insertItem(0, scalarText(value));
    box->setCurrentText(scalarText(value));
    name(box, path);
    connect(box, &QComboBox::currentTextChanged, this,
            [this, path, schema](const QString& chosen) { set(path, scalarOf(schema, chosen)); });
    return box;
}

QWidget* SchemaForm::makeText(const Schema& schema, const FormPath& path) {
    const QString written = scalarText(*valueAt(value_, path));
    if (!written.contains(QLatin1Char('\n'))) {
        auto* line = new QLineEdit(written);
        name(line, path);
        connect(line, &QLineEdit::textEdited, this,
                [this, path, schema](const QString& typed) { set(path, scalarOf(schema, typed)); });
        return line;
    }
    auto* lines = new QPlainTextEdit(written);
    lines->setTabChangesFocus(true);
    lines->setMaximumHeight(120);
    name(lines, path);
    connect(lines, &QPlainTextEdit::textChanged, this,
            [this, path, lines] { set(path, Json(lines->toPlainText().toStdString())); });
    return lines;
}

/// What no schema describes is written as YAML.
QWidget* SchemaForm::makeFree(const FormPath& path) {
    auto* yaml = new QPlainTextEdit(QString::fromStdString(writeYaml(*valueAt(value_, path))));
    yaml->setFont(monospaceFont());
    yaml->setTabChangesFocus(true);
    yaml->setMaximumHeight(140);
    name(yaml, path);
    connect(yaml, &QPlainTextEdit::textChanged, this, [this, path, yaml] {
        const auto read = parseYaml(yaml->toPlainText().toStdString());
        if (read)
            set(path, read->empty() ? Json(JsonObject()) : Json(read->front().object));
    });
    return yaml;
}

} // namespace slipway::ui
