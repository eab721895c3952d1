#include <QTest>

#include "cluster/api/decode.h"
#include "cluster/base/files.h"
#include "tests/support/places.h"
#include "vmdriver/addons.h"

using namespace slipway;
using namespace slipway::vmdriver;

class AddonsTest : public QObject {
    Q_OBJECT

private:
    const std::filesystem::path folder_ = tests::inSource("resources/addons").toStdString();

private slots:
    void imagesAreFoundOnce() {
        const std::vector<std::string> expected{"a:1", "b/c:2"};
        QCOMPARE(
            imagesIn("spec:\n  - image: a:1\n    name: image\n  - name: x\n    image: \"b/c:2\"\n  - image: a:1\n"),
            expected);
        QVERIFY(imagesIn("imagePullPolicy: Always\n").empty());
    }
    void ours_data() {
        QTest::addColumn<QString>("name");
        for (const auto& addon : listAddons(folder_))
            QTest::newRow(addon.name.c_str()) << QString::fromStdString(addon.name);
    }
    void ours() {
        QFETCH(QString, name);
        const auto addon = findAddon(folder_, name.toStdString());
        QVERIFY(!addon->summary.empty() && !addon->images.empty());
        const auto text = base::readFile(addon->manifest);
        for (const auto& document : QString::fromStdString(*text).split("\n---\n")) {
            const auto object = api::yamlToJson(document.toStdString());
            QVERIFY(object && object->is_object());
            QVERIFY(!api::stringAt(*object, {"metadata", "name"}).empty());
        }
    }
    void unknownOnesAreRefusedWithTheNames() {
        const auto none = findAddon(folder_, "nothing");
        QCOMPARE(none.error().code, DriverErrc::notFound);
        QVERIFY(none.error().message.contains("registry"));
    }
};

QTEST_GUILESS_MAIN(AddonsTest)
#include "test_addons.moc"
