#pragma once

#include <QString>
#include <QStringList>

namespace slipway::ui {

/// Where in a YAML text the cursor stands, as far as completion needs to know.
struct YamlCursor {
    QString apiVersion, kind; ///< of the document it is in
    QStringList path;         ///< members from the document's root to the mapping it is in; "[]": an element of a list
    QString key;              ///< of the line it is on; for completion of a key: what is written of it
    bool inValue = false;     ///< behind the colon
    QString written;          ///< the word before the cursor
    QStringList siblings;     ///< other keys of the same mapping
    int indent = 0;           ///< the column where the mapping's keys stand
};

/// Reads the block style that is written by hand. Pure.
YamlCursor yamlCursor(const QString& text, qsizetype position);
/// The API versions of all documents of a text. Pure.
QStringList apiVersionsIn(const QString& text);

} // namespace slipway::ui
