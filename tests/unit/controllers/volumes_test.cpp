#include "cluster/controllers/persistent_volume/volume_match.h"

#include "tests/unit/controllers/objects.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using namespace slipway::controllers::test;
using api::core_v1::PersistentVolume;
using api::core_v1::PersistentVolumeClaim;

namespace {

PersistentVolumeClaim claim(const std::string& more = "", const std::string& size = "5Gi") {
    return fromText<PersistentVolumeClaim>(std::format(
        R"({{"metadata":{{"name":"c","namespace":"default","uid":"u"}},"spec":{{"accessModes":["ReadWriteOnce"],)"
        R"("resources":{{"requests":{{"storage":"{}"}}}}{}}}}})",
        size, more));
}

VolumePtr volume(const std::string& name, const std::string& size, const std::string& more = "",
                 const std::string& labels = "{}") {
    return std::make_shared<const PersistentVolume>(fromText<PersistentVolume>(std::format(
        R"({{"metadata":{{"name":"{}","labels":{}}},"spec":{{"capacity":{{"storage":"{}"}},"accessModes":["ReadWriteOnce",)"
        R"("ReadOnlyMany"]{}}},"status":{{"phase":"Available"}}}})",
        name, labels, size, more)));
}

QString matched(const PersistentVolumeClaim& c, const std::vector<VolumePtr>& volumes, bool waits = false) {
    const auto found = findMatch(c, volumes, waits);
    return found ? QString::fromStdString(found->metadata.name) : QString();
}

} // namespace

class VolumesTest : public QObject {
    Q_OBJECT

private slots:
    void theSmallestThatSuitsIsTaken() {
        QCOMPARE(matched(claim(), {volume("small", "1Gi"), volume("large", "20Gi"), volume("right", "6Gi")}), "right");
        QCOMPARE(matched(claim(), {volume("small", "1Gi")}), QString());
    }

    void classAndModeMustBeTheSame() {
        QCOMPARE(matched(claim(R"(,"storageClassName":"fast")"), {volume("v", "5Gi")}), QString());
        QCOMPARE(matched(claim(R"(,"storageClassName":"fast")"), {volume("v", "5Gi", R"(,"storageClassName":"fast")")}),
                 "v");
        QCOMPARE(matched(claim(), {volume("v", "5Gi", R"(,"volumeMode":"Block")")}), QString());
    }

    void theSelectorChooses() {
        const auto wanting = claim(R"(,"selector":{"matchLabels":{"disk":"b"}})");
        QCOMPARE(
            matched(wanting, {volume("a", "5Gi", "", R"({"disk":"a"})"), volume("b", "9Gi", "", R"({"disk":"b"})")}),
            "b");
    }

    void aReservedVolumeIsForItsClaimAlone() {
        const auto mine = volume("mine", "9Gi", R"(,"claimRef":{"namespace":"default","name":"c"})"),
                   others = volume("others", "5Gi", R"(,"claimRef":{"namespace":"default","name":"d"})");
        QCOMPARE(matched(claim(), {others, mine, volume("free", "5Gi")}), "mine");
        QCOMPARE(matched(claim(), {others}), QString());
        QCOMPARE(
            matched(claim(), {volume("v", "5Gi", R"(,"claimRef":{"namespace":"default","name":"c","uid":"before"})")}),
            QString());
    }

    void aClaimThatWaitsGetsOnlyWhatIsReserved() {
        QCOMPARE(matched(claim(), {volume("free", "5Gi")}, true), QString());
        QCOMPARE(matched(claim(), {volume("mine", "5Gi", R"(,"claimRef":{"namespace":"default","name":"c"})")}, true),
                 "mine");
    }

    void theMismatchIsNamed() {
        QCOMPARE(mismatch(*volume("v", "1Gi"), claim()), "requested PV is too small");
        QCOMPARE(mismatch(*volume("v", "5Gi", R"(,"volumeMode":"Block")"), claim()), "incompatible volumeMode");
        QVERIFY(mismatch(*volume("v", "5Gi"), claim()).empty());
    }
};

QTEST_GUILESS_MAIN(VolumesTest)
#include "volumes_test.moc"
