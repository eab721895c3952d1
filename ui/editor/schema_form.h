#pragma once

#include "ui/editor/form_values.h"

#include <QScrollArea>

class QFormLayout;
class QVBoxLayout;

namespace slipway::ui {

/// A form for an object of any kind, made from its schema: what is there is shown, what could be there is offered, with
/// the schema's own words as tool tips. GUI thread.
class SchemaForm : public QScrollArea {
    Q_OBJECT
public:
    explicit SchemaForm(QWidget* parent = nullptr);

    void show(Schema schema, api::Json value);
    /// As it stands, with what was left empty.
    const api::Json& value() const { return value_; }
    const Schema& schema() const { return schema_; }
    /// The field of a path ("spec.replicas"), or null.
    QWidget* field(const QString& path) const;
    /// Puts a member there that is offered, or another element at the end of a list.
    void add(const FormPath& path, const std::string& member = {});

signals:
    void edited();

private:
    QWidget* make(const Schema& schema, const FormPath& path);
    QWidget* makeObject(const Schema& schema, const FormPath& path);
    QWidget* makeMap(const Schema& schema, const FormPath& path);
    QWidget* makeList(const Schema& schema, const FormPath& path);
    QWidget* makeScalar(const Schema& schema, const FormPath& path);
    QWidget* makeText(const Schema& schema, const FormPath& path);
    QWidget* makeFree(const FormPath& path);
    QWidget* makeAdder(const Schema& schema, const FormPath& path);
    QWidget* makeRemover(const FormPath& path);
    void set(const FormPath& path, api::Json value);
    void renameKey(const FormPath& path, const QString& name);
    void remove(const FormPath& path);
    void rebuild();
    void name(QWidget* field, const FormPath& path) const;

    Schema schema_;
    api::Json value_;
};

} // namespace slipway::ui
