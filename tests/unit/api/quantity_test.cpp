#include "cluster/api/quantity.h"

#include <QtTest>

using slipway::api::Quantity;

class QuantityTest : public QObject {
    Q_OBJECT

private slots:
    void printsCanonically_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical");
        const std::pair<const char*, const char*> rows[] = {{"0", "0"},
                                                            {"100m", "100m"},
                                                            {"0.1", "100m"},
                                                            {"1000m", "1"},
                                                            {"1.5", "1500m"},
                                                            {"1000", "1k"},
                                                            {"1024Mi", "1Gi"},
                                                            {"1.5Gi", "1536Mi"},
                                                            {"1025Ki", "1025Ki"},
                                                            {"512", "512"},
                                                            {"0.5Ki", "512"},
                                                            {"1e3", "1e3"},
                                                            {"1E", "1E"},
                                                            {"2E3", "2e3"},
                                                            {"-250m", "-250m"},
                                                            {"+5", "5"},
                                                            {"1.0000000001", "1000000001n"},
                                                            {"100u", "100u"},
                                                            {".5", "500m"},
                                                            {"1.", "1"},
                                                            {"12e-1", "1200e-3"},
                                                            {"8Ei", "9223372036854775807"},
                                                            {"00123", "123"}};
        for (const auto& [text, canonical] : rows)
            QTest::newRow(text) << text << canonical;
    }
    void printsCanonically() {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        const auto quantity = Quantity::parse(text.toStdString());
        QVERIFY(quantity);
        QCOMPARE(QString::fromStdString(quantity->print()), canonical);
        QVERIFY(*Quantity::parse(quantity->print()) == *quantity);
    }

    void refusesWhatIsNone_data() {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "m", "1 Gi", "1gi", "1K", "abc", "1.2.3", "--1", "1e", "1e3m", "0x10", "."})
            QTest::newRow(text) << text;
    }
    void refusesWhatIsNone() {
        QFETCH(QString, text);
        QVERIFY(!Quantity::parse(text.toStdString()));
    }

    void roundsUp() {
        QCOMPARE(Quantity::parse("1m")->value(), std::int64_t(1));
        QCOMPARE(Quantity::parse("1500m")->value(), std::int64_t(2));
        QCOMPARE(Quantity::parse("100u")->milli(), std::int64_t(1));
        QCOMPARE(Quantity::parse("2Gi")->value(), std::int64_t(2) << 30);
        QCOMPARE(Quantity::parse("4")->milli(), std::int64_t(4000));
    }

    void comparesAcrossForms() {
        QVERIFY(*Quantity::parse("1Ki") == *Quantity::parse("1024"));
        QVERIFY(*Quantity::parse("999m") < *Quantity::parse("1"));
        QVERIFY(*Quantity::parse("1e3") == *Quantity::parse("1k"));
    }

    void addsExactly() {
        Quantity sum;
        for (int i = 0; i < 10; ++i)
            sum += *Quantity::parse("100m");
        QCOMPARE(sum.print(), "1");
        sum -= *Quantity::parse("1500m");
        QCOMPARE(sum.print(), "-500m");
    }
};

QTEST_GUILESS_MAIN(QuantityTest)
#include "quantity_test.moc"
