#include "cluster/controllers/attach_detach/attach_plan.h"

#include <QtTest>

using namespace slipway::controllers;
using Names = std::vector<std::string>;

class AttachPlanTest : public QObject {
    Q_OBJECT

private slots:
    void aVolumeForOneNodeGoesToOne() {
        const AttachPlan plan = planAttachments({"a", "b"}, {}, {}, false);
        QCOMPARE(plan.attach, Names{"a"});
        QCOMPARE(plan.mustWait, Names{"b"});
        QVERIFY(plan.detach.empty());
    }

    void aSharedVolumeGoesToAll() {
        const AttachPlan plan = planAttachments({"a", "b", "c"}, {"b"}, {"b"}, true);
        QCOMPARE(plan.attach, (Names{"a", "c"}));
        QVERIFY(plan.mustWait.empty());
    }

    void aVolumeLeavesWhenItIsNotMounted() {
        QCOMPARE(planAttachments({"b"}, {"a"}, {"a"}, false).detach, Names{});
        const AttachPlan plan = planAttachments({"b"}, {"a"}, {}, false);
        QCOMPARE(plan.detach, Names{"a"});
        QCOMPARE(plan.mustWait, Names{"b"}); // until it is gone from there
    }

    void accessModesSayWhetherItIsShared() {
        QVERIFY(mayBeShared({}));
        QVERIFY(mayBeShared({"ReadWriteOnce", "ReadOnlyMany"}));
        QVERIFY(!mayBeShared({"ReadWriteOnce"}));
        QVERIFY(!mayBeShared({"ReadWriteOncePod"}));
    }

    void itsNameTellsIt() {
        QVERIFY(isAttachmentName(attachmentName("handle", "driver", "node")));
        QVERIFY(attachmentName("handle", "driver", "node") != attachmentName("handle", "driver", "other"));
        QVERIFY(!isAttachmentName("csi-mine"));
    }
};

QTEST_MAIN(AttachPlanTest)
#include "attach_plan_test.moc"
