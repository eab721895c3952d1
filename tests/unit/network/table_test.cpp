#include "cluster/network/nftables/table.h"

#include <QTest>

using namespace slipway::network;

namespace {

Contribution withElement(const std::string& key, const std::string& value) {
    Contribution result;
    result.elements = {{"m", key, value}};
    return result;
}

Table tableWithMap() {
    Table table("ip", "t");
    Contribution base;
    base.sets["m"] = {true, "type ipv4_addr : verdict;"};
    base.chains["a"].rules = {"accept"};
    table.put("", base);
    table.committed();
    return table;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

class TableTest : public QObject {
    Q_OBJECT

private slots:
    void writesOnlyWhatChanged() {
        Table table = tableWithMap();
        QVERIFY(!table.changed());
        table.put("one", withElement("1.2.3.4", "goto a"));
        QCOMPARE(table.transaction(), std::string("add element ip t m { 1.2.3.4 : goto a }\n"));
        table.committed();
        table.put("one", withElement("1.2.3.4", "goto a"));
        QVERIFY(!table.changed());
        table.put("one", withElement("1.2.3.4", "drop"));
        QCOMPARE(table.transaction(),
                 std::string("delete element ip t m { 1.2.3.4 }\nadd element ip t m { 1.2.3.4 : drop }\n"));
        table.committed();
        table.put("one", {});
        QCOMPARE(table.transaction(), std::string("delete element ip t m { 1.2.3.4 }\n"));
        table.committed();
        QVERIFY(!table.changed());
    }

    void changesThatCancelOutWriteNothing() {
        Table table = tableWithMap();
        table.put("one", withElement("1.2.3.4", "drop"));
        table.put("one", {});
        QVERIFY(!table.changed());
        QCOMPARE(table.transaction(), std::string());
    }

    void theFirstToClaimAnElementKeepsIt() {
        Table table = tableWithMap();
        table.put("one", withElement("1.2.3.4", "drop"));
        table.put("two", withElement("1.2.3.4", "goto a"));
        QCOMPARE(table.transaction(), std::string("add element ip t m { 1.2.3.4 : drop }\n"));
        table.committed();
        table.put("two", withElement("1.2.3.4", "goto a"));
        QVERIFY(!table.changed());
        table.put("one", {});
        QVERIFY(contains(table.transaction(), "add element ip t m { 1.2.3.4 : goto a }"));
    }

    void sharedChainsLiveAsLongAsAnyOwner() {
        Table table = tableWithMap();
        Contribution both;
        both.chains["c"].rules = {"drop"};
        table.put("one", both);
        table.put("two", both);
        QCOMPARE(table.transaction(), std::string("add chain ip t c\nadd rule ip t c drop\n"));
        table.committed();
        table.put("one", {});
        QVERIFY(!table.changed());
        table.put("two", {});
        QCOMPARE(table.transaction(), std::string("flush chain ip t c\ndelete chain ip t c\n"));
    }

    void aChangedChainIsFilledAnew() {
        Table table = tableWithMap();
        Contribution own;
        own.chains["c"].rules = {"drop"};
        table.put("one", own);
        table.committed();
        own.chains["c"].rules = {"accept"};
        table.put("one", own);
        QCOMPARE(table.transaction(), std::string("flush chain ip t c\nadd rule ip t c accept\n"));
    }

    void mapsGoBeforeTheChainsTheyLeadTo() {
        Table table("ip", "t");
        Contribution own;
        own.sets["m"] = {true, "type ipv4_addr : verdict;"};
        own.chains["c"].rules = {"drop"};
        own.elements = {{"m", "1.2.3.4", "jump c"}};
        table.put("one", own);
        table.committed();
        table.put("one", {});
        QCOMPARE(table.transaction(), std::string("flush chain ip t c\ndelete map ip t m\ndelete chain ip t c\n"));
    }

    void aFailedTransactionIsWrittenAgain() {
        Table table = tableWithMap();
        table.put("one", withElement("1.2.3.4", "drop"));
        const std::string first = table.transaction();
        QCOMPARE(table.transaction(), first); // not committed
        table.put("two", withElement("5.6.7.8", "drop"));
        QVERIFY(contains(table.transaction(), "1.2.3.4") && contains(table.transaction(), "5.6.7.8"));
    }

    void aRewriteKeepsWhatTheKernelFills() {
        Table table = tableWithMap();
        Contribution own;
        own.sets["aff"] = {true, "type ipv4_addr : ipv4_addr . inet_service; flags dynamic,timeout;", true};
        table.put("one", own);
        const std::string text = table.rewrite({{"old"}, {"m", "aff"}, {"a", "gone"}});
        QVERIFY(text.starts_with("add table ip t\nflush table ip t\n"));
        QVERIFY(!contains(text, "flush map ip t aff") && !contains(text, "delete map ip t aff"));
        QVERIFY(contains(text, "flush map ip t m\n") && contains(text, "delete set ip t old\n"));
        QVERIFY(contains(text, "delete chain ip t gone\n") && !contains(text, "delete chain ip t a\n"));
        QVERIFY(contains(text, "add map ip t m { type ipv4_addr : verdict; }\n"));
    }

    void contentsAreReadFromAListing() {
        const TableContents contents =
            parseContents("table ip t {\n\tmap m {\n\t\ttype ipv4_addr : verdict\n\t}\n\n\tset s "
                          "{\n\t\ttype ipv4_addr\n\t}\n\n\tchain c {\n\t\tset x\n\t}\n}\n");
        QCOMPARE(contents.sets, std::set<std::string>({"s"}));
        QCOMPARE(contents.maps, std::set<std::string>({"m"}));
        QCOMPARE(contents.chains, std::set<std::string>({"c"}));
    }
};

QTEST_GUILESS_MAIN(TableTest)
#include "table_test.moc"
