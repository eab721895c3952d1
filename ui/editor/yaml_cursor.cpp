#include "ui/editor/yaml_cursor.h"

#include <QRegularExpression>

namespace slipway::ui {
namespace {

/// One line taken apart.
struct Line {
    int dash = -1;   ///< the column of its (last) dash; -1: none
    int column = -1; ///< where its key, or its text, begins
    QString key;     ///< empty when it has none
    QString value;
    bool blank = true;
};

Line lineOf(const QString& text) {
    static const QRegularExpression keyed(QStringLiteral("^(\"[^\"]*\"|'[^']*'|[^\\s#:][^#:]*?)\\s*:(?:\\s+(.*))?$"));
    Line line;
    qsizetype at = 0;
    for (;;) {
        while (at < text.size() && text[at] == QLatin1Char(' '))
            ++at;
        if (at < text.size() && text[at] == QLatin1Char('-') &&
            (at + 1 == text.size() || text[at + 1] == QLatin1Char(' '))) {
            line.dash = static_cast<int>(at);
            line.blank = false;
            ++at;
            continue;
        }
        break;
    }
    const QString rest = text.mid(at);
    line.column = line.dash >= 0 && rest.isEmpty() ? line.dash + 2 : static_cast<int>(at);
    if (rest.isEmpty() || rest.startsWith(QLatin1Char('#')))
        return line;
    line.blank = false;
    if (const auto match = keyed.match(rest); match.hasMatch()) {
        line.key = match.captured(1);
        if (line.key.size() > 1 && (line.key[0] == QLatin1Char('"') || line.key[0] == QLatin1Char('\'')))
            line.key = line.key.mid(1, line.key.size() - 2);
        line.value = match.captured(2).trimmed();
    }
    return line;
}

QString unquoted(QString value) {
    if (value.size() > 1 && (value[0] == QLatin1Char('"') || value[0] == QLatin1Char('\'')))
        value = value.mid(1, value.size() - 2);
    return value;
}

} // namespace

QStringList apiVersionsIn(const QString& text) {
    static const QRegularExpression named(QStringLiteral("^apiVersion:\\s*[\"']?([\\w./-]+)"),
                                          QRegularExpression::MultilineOption);
    QStringList versions;
    for (auto it = named.globalMatch(text); it.hasNext();)
        if (const QString version = it.next().captured(1); !versions.contains(version))
            versions << version;
    return versions;
}

YamlCursor yamlCursor(const QString& text, qsizetype position) {
    YamlCursor cursor;
    const QStringList lines = text.split(QLatin1Char('\n'));
    const int row = static_cast<int>(text.left(position).count(QLatin1Char('\n')));
    const auto separates = [&lines](int at) { return lines[at].startsWith(QLatin1String("---")); };
    int first = row, last = row;
    while (first > 0 && !separates(first - 1))
        --first;
    while (last + 1 < lines.size() && !separates(last + 1))
        ++last;
    for (int i = first; i <= last; ++i) {
        const Line line = lineOf(lines[i]);
        if (line.column != 0)
            continue;
        if (line.key == QLatin1String("apiVersion"))
            cursor.apiVersion = unquoted(line.value);
        if (line.key == QLatin1String("kind"))
            cursor.kind = unquoted(line.value);
    }
    const qsizetype column = position - (text.lastIndexOf(QLatin1Char('\n'), position - 1) + 1);
    const QString before = lines[row].left(column);
    const Line here = lineOf(before), whole = lineOf(lines[row]);
    cursor.inValue = !here.key.isEmpty();
    cursor.key = cursor.inValue ? here.key : QString();
    cursor.written = cursor.inValue ? here.value : before.mid(std::min<qsizetype>(here.column, before.size()));
    if (before.trimmed().isEmpty() && whole.blank)
        cursor.indent = static_cast<int>(before.size());
    else
        cursor.indent = here.column;

    int level = cursor.indent; // what stands further left is around it
    bool inList = false;
    if (here.dash >= 0) {
        cursor.path.prepend(QStringLiteral("[]"));
        level = here.dash;
        inList = true;
    }
    bool sameMapping = here.dash < 0;
    for (int i = row - 1; i >= first && !(level == 0 && !inList); --i) {
        const Line line = lineOf(lines[i]);
        if (line.blank || (line.key.isEmpty() && line.dash < 0))
            continue;
        if (sameMapping && line.column == level && !line.key.isEmpty())
            cursor.siblings << line.key;
        if (line.dash >= 0 && line.column == level && !inList) { // the head of the element this mapping is
            cursor.path.prepend(QStringLiteral("[]"));
            level = line.dash;
            inList = true;
            sameMapping = false;
            continue;
        }
        const bool around = inList ? line.column <= level && line.dash < 0 : line.column < level;
        const bool aroundInElement = inList && line.dash >= 0 && line.column <= level && line.dash < level;
        if ((!around && !aroundInElement) || line.key.isEmpty() || !line.value.isEmpty())
            continue;
        cursor.path.prepend(line.key);
        level = line.column;
        inList = false;
        sameMapping = false;
        if (line.dash >= 0) {
            cursor.path.prepend(QStringLiteral("[]"));
            level = line.dash;
            inList = true;
        }
    }
    for (int i = row + 1; i <= last; ++i) { // the rest of the same mapping
        const Line line = lineOf(lines[i]);
        if (line.blank)
            continue;
        if (line.column < cursor.indent || (line.dash >= 0 && line.dash < cursor.indent))
            break;
        if (line.column == cursor.indent && !line.key.isEmpty())
            cursor.siblings << line.key;
    }
    return cursor;
}

} // namespace slipway::ui
