#include "api_under_test.h"
#include "tests/support/places.h"

#include <QFile>

using namespace slipway;
using api::Json;
using api::JsonObject;
using test::ApiUnderTest;

/// The table of bad requests (bad_requests.txt): each is refused with Kubernetes' status, reason, causes and message,
/// and changes nothing. How its rows are read stands at its top.
class BadRequestsTest : public QObject {
    Q_OBJECT

    struct Base {
        std::string path;
        JsonObject object;
    };
    std::map<QString, Base> bases_;
    std::map<QString, QString> words_;
    std::optional<ApiUnderTest> api_;
    int count_ = 0;

    /// The value at "spec.containers[0].name", made on the way.
    static Json& place(JsonObject& object, const QString& path) {
        Json* at = nullptr;
        for (const QString& part : path.split(u'.')) {
            const QString name = part.section(u'[', 0, 0);
            JsonObject& owner = at == nullptr ? object : at->is_object() ? at->get_object() : at->emplace_object();
            // Keys with dots are written with commas.
            at = &owner[QString(name).replace(u',', u'.').toStdString()];
            for (const QString& index : part.section(u'[', 1).split(u'[', Qt::SkipEmptyParts)) {
                api::JsonArray& list = at->is_array() ? at->get_array() : at->emplace_array();
                const std::size_t number = index.section(u']', 0, 0).toUInt();
                while (list.size() <= number)
                    list.emplace_back(JsonObject());
                at = &list[number];
            }
        }
        return *at;
    }

    static void change(JsonObject& object, const QString& path, const QString& value) {
        if (value != "-") {
            const auto parsed = api::parseJson(value.toStdString());
            if (!parsed)
                qFatal("not JSON in the table: %s", qPrintable(value));
            place(object, path) = *parsed;
            return;
        }
        const QString parent = path.section(u'.', 0, -2), name = path.section(u'.', -1);
        (parent.isEmpty() ? object : place(object, parent).as_object()).erase(name.toStdString());
    }

    QString expand(QString text) const {
        for (const auto& [word, meaning] : words_)
            text.replace("{" + word + "}", meaning);
        return text.replace("\\n", "\n").replace("\\|", "|");
    }

    /// "I: why" of a value as the cause's reason and message.
    std::pair<QString, QString> cause(const QString& text, const QString& value) const {
        static const std::map<QString, std::pair<QString, QString>> kinds{
            {"R", {"FieldValueRequired", "Required value"}},
            {"I", {"FieldValueInvalid", "Invalid value"}},
            {"S", {"FieldValueNotSupported", "Unsupported value"}},
            {"D", {"FieldValueDuplicate", "Duplicate value"}},
            {"F", {"FieldValueForbidden", "Forbidden"}},
            {"N", {"FieldValueNotFound", "Not found"}},
            {"M", {"FieldValueTooMany", "Too many"}},
            {"L", {"FieldValueTooLong", "Too long"}}};
        const QString kind = text.left(1);
        QString shown = value, why = expand(text.mid(1));
        if (why.startsWith("(")) { // another value is shown
            const int end = why.indexOf("):") >= 0 ? why.indexOf("):") : why.size() - 1;
            shown = why.mid(1, end - 1);
            why = why.mid(end + 1);
        }
        const auto& [reason, words] = kinds.at(kind);
        QString message = words;
        if (QStringLiteral("ISDN").contains(kind))
            message += ": " + (shown == "-" ? QString("null") : shown);
        if (kind == "S") {
            QStringList allowed;
            for (const QString& word : why.mid(1).split(u',', Qt::SkipEmptyParts))
                allowed << "\"" + word.trimmed() + "\"";
            return {reason, message + ": supported values: " + allowed.join(", ")};
        }
        if (!why.isEmpty())
            message += why;
        return {reason, message};
    }

    /// Gone at once, whatever holds it back.
    void drop(const std::string& path) {
        api_->remove(path);
        api_->merge(path, "{'metadata':{'finalizers':null}}");
    }

private slots:
    void initTestCase() {
        api_.emplace();
        api_->makeNamespace("t");
    }

    void refused_data() {
        QTest::addColumn<QString>("base");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QStringList>("fields");
        QTest::addColumn<QStringList>("causes");
        QFile file(tests::inSource("tests/unit/apiserver/bad_requests.txt"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        int number = 0;
        for (const QString& line : QString::fromUtf8(file.readAll()).split(u'\n')) {
            ++number;
            if (line.trimmed().isEmpty() || line.startsWith(u'#'))
                continue;
            if (line.startsWith("word ")) {
                words_[line.section(u' ', 1, 1)] = line.section(u' ', 2);
            } else if (line.startsWith("base ")) {
                const auto parsed = api::parseJson(line.section(u' ', 3).toStdString());
                if (!parsed)
                    qFatal("line %d is not JSON", number);
                bases_[line.section(u' ', 1, 1)] = {line.section(u' ', 2, 2).toStdString(), parsed->as_object()};
            } else {
                const QStringList cells = line.split(" | ");
                if (cells.size() < 4 || cells.size() % 2 != 0)
                    qFatal("line %d has %d cells", number, int(cells.size()));
                QStringList fields, causes;
                for (int i = 2; i + 1 < cells.size(); i += 2) {
                    fields << (cells[i + 1 - 1].trimmed() == "=" ? cells[1].section(u' ', 0, 0) : cells[i].trimmed());
                    causes << cells[i + 1].trimmed();
                }
                QTest::addRow("%d %s %s", number, qPrintable(cells[0]), qPrintable(cells[1]))
                    << cells[0].trimmed() << cells[1].section(u' ', 0, 0) << cells[1].section(u' ', 1).trimmed()
                    << fields << causes;
                ++count_;
            }
        }
    }

    void refused() {
        QFETCH(QString, base);
        QFETCH(QString, path);
        QFETCH(QString, value);
        QFETCH(QStringList, fields);
        QFETCH(QStringList, causes);
        const bool update = base.endsWith(u'!');
        const QString name = update ? base.chopped(1) : base;
        QVERIFY2(bases_.contains(name), qPrintable(name));
        const Base& from = bases_.at(name);
        JsonObject object = from.object;
        const auto text = [](const JsonObject& json) { return QString::fromStdString(api::printJson(json)); };
        const std::string own(api::stringAt(object, {"metadata", "name"}));
        if (update) {
            drop(from.path + "/" + own);
            const auto made = api_->post(from.path, text(object));
            QVERIFY2(made.code == 201, qPrintable(made.brief()));
            object = made.body;
        }
        const std::string version(api::stringAt(object, {"metadata", "resourceVersion"}));
        change(object, path, value);
        const auto answer =
            update ? api_->send("PUT", from.path + "/" + own, text(object)) : api_->post(from.path, text(object));
        QStringList expected;
        QString message;
        for (int i = 0; i < fields.size(); ++i) {
            const auto [reason, words] = cause(causes[i], value);
            expected << reason + " " + expand(fields[i]) + ": " + words;
            message += (i == 0 ? "" : ", ") + expand(fields[i]) + ": " + words;
        }
        QStringList found;
        if (const Json list = answer.at({"details", "causes"}); list.is_array())
            for (const Json& one : list.get_array())
                found << QString::fromStdString(std::format("{} {}: {}", api::stringAt(one, {"reason"}),
                                                            api::stringAt(one, {"field"}),
                                                            api::stringAt(one, {"message"})));
        QVERIFY2(answer.code == 422, qPrintable(answer.brief()));
        QCOMPARE(found, expected);
        QCOMPARE(answer.text({"reason"}), std::string("Invalid"));
        const QString tail = fields.size() == 1 ? message : "[" + message + "]";
        QVERIFY2(QString::fromStdString(answer.message()).endsWith("\" is invalid: " + tail), answer.message().c_str());
        if (update)
            QCOMPARE(api_->get(from.path + "/" + own).text({"metadata", "resourceVersion"}), version);
        else
            QCOMPARE(api_->get(from.path + "/" + own).code, 404);
        drop(from.path + "/" + own);
    }

    /// What the table starts from is itself good: a row is refused for what it changes.
    void theBasesAreGood() {
        for (const auto& [name, base] : bases_) {
            const auto made = api_->post(base.path, QString::fromStdString(api::printJson(base.object)));
            QVERIFY2(made.code == 201, qPrintable(name + ": " + made.brief()));
            drop(base.path + "/" + std::string(api::stringAt(base.object, {"metadata", "name"})));
        }
        QVERIFY2(count_ >= 300, qPrintable(QString::number(count_)));
    }
};

QTEST_GUILESS_MAIN(BadRequestsTest)
#include "bad_requests_test.moc"
