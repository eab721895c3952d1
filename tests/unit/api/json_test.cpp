// JSON texts and values, handled without parsing or looking up more than has to be.

#include "cluster/api/json_arena.h"
#include "cluster/api/json_equal.h"
#include "cluster/api/json_member.h"
#include "texts.h"

#include <boost/json/serialize.hpp>

using namespace slipway::api;
using namespace slipway::api::test;

class JsonTest : public QObject {
    Q_OBJECT

private slots:
    void aMemberIsTakenOut_data() {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        const auto row = [](const char* before, const char* after) { QTest::newRow(before) << before << after; };
        row("{'a':{'b':[{'c':1},'}']}}", "{'a':{}}");
        row("{'a':{'x':1,'b':{},'y':2}}", "{'a':{'x':1,'y':2}}");
        row("{'a':{'b':1,'y':2},'b':3}", "{'a':{'y':2},'b':3}");
        row("{'b':{'a':{'b':1}},'a':{'x':'y','b':'c'}}", "{'b':{'a':{'b':1}},'a':{'x':'y'}}");
        row(" { 'a' : { 'x' : -1.5e3 , 'b' : true } } ", " { 'a' : { 'x' : -1.5e3  } } ");
        // What has no such member stays as it is.
        row("{'a':{'c':'b'}}", "{'a':{'c':'b'}}");
        row("{'a':['b']}", "{'a':['b']}");
        row("{'a':{'x':'\\',\\'b\\':1','y':[]}}", "{'a':{'x':'\\',\\'b\\':1','y':[]}}");
        row("{'a':{'b':[1", "{'a':{'b':[1");
        row("{'a':{'b'", "{'a':{'b'");
        row("", "");
    }
    void aMemberIsTakenOut() {
        QFETCH(QString, before);
        QFETCH(QString, after);
        const std::string text = before.replace(u'\'', u'"').toStdString();
        QCOMPARE(QString::fromStdString(withoutMember(text, {"a", "b"})), after.replace(u'\'', u'"'));
    }

    /// As the library's own printer does it, whatever stands in the value.
    void valuesArePrinted() {
        std::string all;
        for (int c = 0; c < 128; ++c)
            all += static_cast<char>(c);
        const Json value(JsonObject{{all, all + "\xe4\xbd\xa0"},
                                    {"", JsonArray{nullptr, true, false, -1, 1.5, 1e300, -0.0, "", JsonArray(),
                                                   JsonObject(), INT64_MIN, UINT64_MAX}},
                                    {"in", JsonObject{{"a", JsonObject{{"b", JsonArray{JsonArray{1, 2}}}}}}}});
        QCOMPARE(printJson(value), std::string(boost::json::serialize(value)));
        QCOMPARE(printJson(value.get_object()), std::string(boost::json::serialize(value)));
    }

    void arenasInArenasKeepApart() {
        for (int round = 0; round < 2; ++round) { // the second one gets the blocks of the first
            JsonArena outer;
            auto first = parseJson(R"({"a":["one"]})", outer);
            {
                JsonArena middle, inner;
                auto second = parseJson(R"({"b":["two"]})", middle), third = parseJson(R"({"c":["three"]})", inner);
                second->get_object()["more"] = *third;
                QCOMPARE(printJson(*second), R"({"b":["two"],"more":{"c":["three"]}})");
            }
            JsonArena next;
            auto fourth = parseJson("[" + std::string(200'000, ' ') + "\"" + std::string(100'000, 'x') + "\"]", next);
            QCOMPARE(fourth->get_array()[0].get_string().size(), 100'000U); // more than a block
            QCOMPARE(printJson(*first), R"({"a":["one"]})");
        }
    }

    void anArenaHoldsWhatIsParsedAndAdded() {
        const std::string text =
            R"({"a":[1,"a text that is too long to stand in the value itself",{"b":null}],"c":true})";
        Json kept;
        {
            JsonArena arena;
            auto parsed = parseJson(text, arena);
            QVERIFY(parsed.has_value());
            QVERIFY(sameJson(*parsed, *parseJson(text)));
            objectAt(parsed->get_object(), {"d", "e"})["f"] = JsonArray{std::string(100'000, 'x'), 2};
            QCOMPARE(*parsed->get_object()["d"].storage(), *arena.storage());
            kept = *parsed; // to where the owner is: memory of its own
            QVERIFY(!parseJson("{", arena));
            QVERIFY(!parseJson("{} x", arena));
        }
        QVERIFY(boolAt(kept.get_object(), {"c"}));
        QCOMPARE(kept.at("d").at("e").at("f").at(0).get_string().size(), 100'000u);
    }

    void valuesAreCompared_data() {
        QTest::addColumn<QString>("a");
        QTest::addColumn<QString>("b");
        QTest::addColumn<bool>("same");
        const auto row = [](const char* a, const char* b, bool same) {
            QTest::addRow("%s %s", a, b) << a << b << same;
        };
        row("{'a':1,'b':[{},'x',null]}", "{'b':[{},'x',null],'a':1}", true);
        row("{'a':1,'b':2}", "{'a':1,'c':2}", false);
        row("{'a':1}", "{'a':1,'b':1}", false);
        row("[1,2]", "[2,1]", false);
        row("[1]", "[1,1]", false);
        row("{'a':{'b':'x'}}", "{'a':{'b':'y'}}", false);
        row("true", "'true'", false);
        row("null", "null", true);
    }
    void valuesAreCompared() {
        QFETCH(QString, a);
        QFETCH(QString, b);
        QFETCH(bool, same);
        QCOMPARE(sameJson(json(a), json(b)), same);
        QCOMPARE(sameJson(json(b), json(a)), same);
        QCOMPARE(sameJson(Json(std::int64_t(1)), Json(std::uint64_t(1))), true);
    }
};

QTEST_GUILESS_MAIN(JsonTest)
#include "json_test.moc"
