#pragma once

#include "cluster/api/json.h"

#include <QByteArray>
#include <QString>
#include <QTest>

/// JSON in tests, written short: names without quotes are not allowed, single quotes stand for double ones.
namespace slipway::api::test {

inline Json json(const QString& text) {
    QString quoted = text;
    const auto parsed = parseJson(quoted.replace(QLatin1Char('\''), QLatin1Char('"')).toStdString());
    if (!parsed)
        qFatal("test data is not JSON: %s", qPrintable(text));
    return *parsed;
}

inline JsonObject object(const QString& text) {
    return json(text).as_object();
}

inline QString print(const Json& value) {
    return QString::fromStdString(printJson(value));
}

} // namespace slipway::api::test
