#include "cluster/controllers/cron_job/cron_job.h"
#include "cluster/controllers/cron_job/cron_schedule.h"
#include "tests/unit/controllers/objects.h"

#include "cluster/base/time.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::controllers;
using api::batch_v1::CronJob;

namespace {

std::chrono::sys_seconds at(const char* text) {
    return std::chrono::floor<std::chrono::seconds>(base::parseTime(text).value());
}

std::string nextOf(const char* schedule, const char* after, const char* zone = "Etc/UTC") {
    const auto parsed = CronSchedule::parse(schedule);
    if (!parsed)
        return parsed.error();
    const auto next = parsed->next(at(after), *std::chrono::locate_zone(zone));
    return next ? base::formatTime(*next) : "never";
}

CronJob cronJob(const std::string& spec, const std::string& status = "{}") {
    return test::fromText<CronJob>(
        std::format(R"({{"metadata":{{"name":"c","namespace":"default","creationTimestamp":"2026-01-01T00:00:00Z"}},)"
                    R"("spec":{{{},"jobTemplate":{{}}}},"status":{}}})",
                    spec, status));
}

} // namespace

class CronJobTest : public QObject {
    Q_OBJECT

private slots:
    void schedulesAreRead_data() {
        QTest::addColumn<QString>("schedule");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("next");
        QTest::newRow("each minute") << "* * * * *" << "2026-01-01T00:00:30Z" << "2026-01-01T00:01:00Z";
        QTest::newRow("steps") << "*/15 * * * *" << "2026-01-01T00:15:00Z" << "2026-01-01T00:30:00Z";
        QTest::newRow("names") << "0 12 * jan mon" << "2026-01-01T00:00:00Z" << "2026-01-05T12:00:00Z";
        QTest::newRow("Sunday as 7") << "0 0 * * 7" << "2026-01-01T00:00:00Z" << "2026-01-04T00:00:00Z";
        QTest::newRow("day or weekday") << "0 0 13 * 5" << "2026-01-01T00:00:00Z" << "2026-01-02T00:00:00Z";
        QTest::newRow("leap day") << "0 0 29 2 *" << "2026-01-01T00:00:00Z" << "2028-02-29T00:00:00Z";
        QTest::newRow("shorthand") << "@daily" << "2026-01-01T00:00:00Z" << "2026-01-02T00:00:00Z";
        QTest::newRow("never") << "0 0 30 2 *" << "2026-01-01T00:00:00Z" << "never";
        QTest::newRow("too few fields") << "* * * *" << "2026-01-01T00:00:00Z"
                                        << "expected exactly 5 fields, found 4: [* * * *]";
        QTest::newRow("out of range") << "60 * * * *" << "2026-01-01T00:00:00Z" << "failed to parse: 60 * * * *";
    }
    void schedulesAreRead() {
        QFETCH(QString, schedule);
        QFETCH(QString, after);
        QFETCH(QString, next);
        QCOMPARE(QString::fromStdString(nextOf(schedule.toUtf8(), after.toUtf8())), next);
    }

    void zonesAndTheirClockChangesCount() {
        QCOMPARE(nextOf("0 9 * * *", "2026-01-01T00:00:00Z", "Asia/Shanghai"), "2026-01-01T01:00:00Z");
        // 02:30 does not exist on the day the clock goes forward.
        QCOMPARE(nextOf("30 2 * * *", "2026-03-29T00:00:00Z", "Europe/Berlin"), "2026-03-30T00:30:00Z");
    }

    void missedTimesAreCaughtUpWithTheLatest() {
        const auto plan = planCronJob(cronJob(R"("schedule":"*/10 * * * *")"), false, at("2026-01-01T00:35:00Z"));
        QCOMPARE(plan.start, std::optional(at("2026-01-01T00:30:00Z")));
        QCOMPARE(plan.wait, std::chrono::milliseconds(300'000));
    }

    void aTimeAlreadyStartedIsNotStartedAgain() {
        const auto job = cronJob(R"("schedule":"*/10 * * * *")", R"({"lastScheduleTime":"2026-01-01T00:30:00Z"})");
        QVERIFY(!planCronJob(job, false, at("2026-01-01T00:35:00Z")).start);
    }

    void theDeadlineForgetsWhatIsTooOld() {
        const auto job = cronJob(R"("schedule":"*/10 * * * *","startingDeadlineSeconds":60)");
        QVERIFY(!planCronJob(job, false, at("2026-01-01T00:35:00Z")).start);
        QVERIFY(planCronJob(job, false, at("2026-01-01T00:30:30Z")).start);
    }

    void concurrencyPoliciesHold() {
        const auto moment = at("2026-01-01T00:10:00Z");
        const auto with = [](const char* policy) {
            return cronJob(std::format(R"("schedule":"*/10 * * * *","concurrencyPolicy":"{}")", policy));
        };
        QVERIFY(planCronJob(with("Allow"), true, moment).start);
        QCOMPARE(planCronJob(with("Forbid"), true, moment).reason, "JobAlreadyActive");
        QVERIFY(!planCronJob(with("Forbid"), true, moment).start);
        QVERIFY(planCronJob(with("Replace"), true, moment).replace);
        QVERIFY(!planCronJob(cronJob(R"("schedule":"*/10 * * * *","suspend":true)"), false, moment).start);
    }

    void manyMissedTimesAreToldOf() {
        const auto plan = planCronJob(cronJob(R"("schedule":"* * * * *")"), false, at("2026-06-01T00:00:30Z"));
        QCOMPARE(plan.reason, "TooManyMissedTimes");
        QCOMPARE(plan.start, std::optional(at("2026-06-01T00:00:00Z")));
    }
};

QTEST_GUILESS_MAIN(CronJobTest)
#include "cron_job_test.moc"
