#include "cluster/base/metrics.h"

#include <QTest>

using namespace slipway::base;

class MetricsTest : public QObject {
    Q_OBJECT

private slots:
    void countersAndGauges() {
        Metrics metrics;
        metrics.counter("requests_total", "Requests.", {{"verb", "GET"}}).add();
        metrics.counter("requests_total", "Requests.", {{"verb", "GET"}}).add(2);
        metrics.gauge("in_flight", "Now.").add(-1);
        const std::string text = metrics.print();
        QVERIFY(text.contains("# HELP requests_total Requests.\n# TYPE requests_total counter\n"
                              "requests_total{verb=\"GET\"} 3\n"));
        QVERIFY(text.contains("# TYPE in_flight gauge\nin_flight -1\n"));
    }

    void histogramsAddUp() {
        static constexpr std::array<double, 2> bounds{0.5, 1};
        Metrics metrics;
        Histogram& histogram = metrics.histogram("seconds", "Time.", bounds, {{"verb", "GET"}});
        for (const double value : {0.1, 0.5, 0.7, 5.0})
            histogram.observe(value);
        QVERIFY(metrics.print().contains("seconds_bucket{verb=\"GET\",le=\"0.5\"} 2\n"
                                         "seconds_bucket{verb=\"GET\",le=\"1\"} 3\n"
                                         "seconds_bucket{verb=\"GET\",le=\"+Inf\"} 4\n"
                                         "seconds_sum{verb=\"GET\"} 6.3\n"
                                         "seconds_count{verb=\"GET\"} 4\n"));
    }

    void labelValuesAreEscaped() {
        Metrics metrics;
        metrics.counter("x", "X.", {{"a", "quote\" and \\ and\nline"}}).add();
        QVERIFY(metrics.print().contains("x{a=\"quote\\\" and \\\\ and line\"} 1\n"));
    }

    void theProcessIsTold() {
        const std::string text = Metrics().print();
        for (const char* name : {"process_cpu_seconds_total ", "process_open_fds ", "process_resident_memory_bytes ",
                                 "process_start_time_seconds "})
            QVERIFY2(text.contains(name), name);
    }
};

QTEST_GUILESS_MAIN(MetricsTest)
#include "metrics_test.moc"
