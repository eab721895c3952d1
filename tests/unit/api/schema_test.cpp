#include "cluster/api/schema.h"

#include <QtTest>
#include <map>

using namespace slipway;

namespace {

using Numbers = std::map<QString, std::map<QString, int>>; ///< message -> field -> number

/// The messages of one .proto file; only the plain form the Kubernetes files have.
Numbers readProto(const QString& path) {
    Numbers numbers;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return numbers;
    static const QRegularExpression begin("^message (\\w+) \\{"),
        field("^  (?:optional |repeated )?.+ (\\w+) = (\\d+);");
    QString message;
    for (const QString& line : QString::fromUtf8(file.readAll()).split('\n')) {
        if (const auto match = begin.match(line); match.hasMatch())
            message = match.captured(1);
        else if (const auto match = field.match(line); match.hasMatch() && !message.isEmpty())
            numbers[message][match.captured(1)] = match.captured(2).toInt();
    }
    return numbers;
}

QString text(std::string_view view) {
    return QString::fromUtf8(view.data(), static_cast<int>(view.size()));
}

} // namespace

class SchemaTest : public QObject {
    Q_OBJECT

private slots:
    void resourcesAreFoundByNameAndKind() {
        const auto* pods = api::findResource("", "v1", "pods");
        QVERIFY(pods);
        QVERIFY(pods == api::findKind("", "v1", "Pod"));
        QVERIFY(pods->namespaced && pods->hasVerb("watch"));
        QVERIFY(!api::findResource("", "v1", "pod"));
        QVERIFY(api::findType("core.v1.Container")->field("image"));
    }

    void fieldNumbersAreUniqueInATypes() {
        for (const auto& type : api::allTypes()) {
            std::map<std::array<std::uint16_t, 3>, std::string_view> seen;
            for (const auto& field : type.fields) {
                if (field.proto[0] == 0)
                    continue;
                QVERIFY2(seen.emplace(field.proto, field.name).second,
                         qPrintable(text(type.name) + "." + text(field.name)));
            }
        }
    }

    /// Against the definitions Debian packages, where they are installed. They are of an older minor version: what only
    /// we know is newer, what both know must agree.
    void fieldNumbersAreKubernetes() {
        const QString root = "/usr/share/gocode/src/k8s.io/";
        if (!QFile::exists(root + "api/core/v1/generated.proto"))
            QSKIP("golang-k8s-api-dev is not installed");
        std::map<QString, Numbers> files;
        int compared = 0;
        QStringList different;
        for (const auto& type : api::allTypes()) {
            const QString full = text(type.fullName); // io.k8s.api.core.v1.Container
            if (!full.startsWith("io.k8s."))
                continue;
            const QStringList parts = full.mid(7).split('.');
            const QString path = root + parts.mid(0, parts.size() - 1).join('/') + "/generated.proto";
            if (!files.contains(path))
                files[path] = readProto(path);
            const auto message = files[path].find(parts.last());
            if (message == files[path].end())
                continue;
            for (const auto& field : type.fields) {
                const auto theirs = message->second.find(text(field.name));
                if (theirs == message->second.end() || field.proto[0] == 0 || field.proto[1] != 0)
                    continue;
                ++compared;
                if (theirs->second != field.proto[0])
                    different << QString("%1.%2: %3, theirs %4")
                                     .arg(full, text(field.name))
                                     .arg(field.proto[0])
                                     .arg(theirs->second);
            }
        }
        qInfo("compared %d fields", compared);
        QVERIFY2(different.isEmpty(), qPrintable(different.join("\n")));
        QVERIFY(compared > 1000);
    }
};

QTEST_GUILESS_MAIN(SchemaTest)
#include "schema_test.moc"
