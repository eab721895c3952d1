#include "cluster/api/base64.h"
#include "cluster/api/json.h"
#include "cluster/apiserver/encryption/encrypted_store.h"
#include "cluster/store/sqlite_store.h"

#include <QtTest>

using namespace slipway;
using namespace slipway::apiserver::encryption;
using store::Operation;

/// Values of chosen resources that are encrypted in the store behind, and plain to everybody else.
class EncryptionTest : public QObject {
    Q_OBJECT

    static std::string config(const std::string& providers) {
        return "kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: "
               "[secrets]\n  providers:\n" +
               providers;
    }
    static std::string keys(std::initializer_list<char> names) {
        std::string text = "  - aesgcm:\n      keys:\n";
        for (const char name : names)
            text += std::string("      - {name: k") + name + ", secret: " + api::encodeBase64(std::string(32, name)) +
                    "}\n";
        return text;
    }
    static std::vector<ResourceEncryption> read(const std::string& providers) {
        return readEncryptionConfig(config(providers)).value();
    }
    static Operation put(const std::string& key, const std::string& text) {
        Operation operation;
        operation.key = key;
        operation.value = object("", text);
        operation.revisionAt = operation.value->find("\"\"") + 1;
        return operation;
    }
    static std::string object(const std::string& revision, const std::string& text) {
        return api::printJson(
            api::JsonObject{{"metadata", api::JsonObject{{"resourceVersion", revision}}}, {"x", text}});
    }
    const std::string key_ = "/registry/core/secrets/default/s";

private slots:
    void onlyTheStoreBehindSeesCiphertext() {
        const auto behind = store::makeMemoryStore();
        EncryptedStore store(*behind, read(keys({'a'})));
        std::vector<std::string> seen;
        const auto subscription = store
                                      .subscribe(1,
                                                 [&](std::span<const store::Event> events) {
                                                     for (const auto& event : events)
                                                         seen.push_back(*event.entry.value);
                                                 })
                                      .value();
        const auto revision = store.commit({put(key_, "hidden"), put("/registry/core/configmaps/default/c", "open")});
        QVERIFY(revision);
        const std::string plain = object(std::to_string(*revision), "hidden");
        QCOMPARE(*store.get(key_, 0).value()->value, plain);
        QCOMPARE(*store.list("/registry/core/secrets/", 0, {}, 0)->entries[0].value, plain);
        QCOMPARE(seen.size(), 2U);
        QCOMPARE(seen[0], plain);
        const std::string raw = *behind->get(key_).value()->value;
        QVERIFY(raw.starts_with("k8s:enc:aesgcm:v1:ka:"));
        QVERIFY(raw.find("hidden") == std::string::npos);
        QVERIFY(behind->get("/registry/core/configmaps/default/c").value()->value->find("open") != std::string::npos);
    }

    void keysRotate() {
        const auto behind = store::makeMemoryStore();
        QVERIFY(EncryptedStore(*behind, read("  - identity: {}\n" + keys({'a'}))).commit({put(key_, "v")}));
        QVERIFY(behind->get(key_).value()->value->find("\"v\"") != std::string::npos);
        for (const auto& [providers, mark] :
             {std::pair(keys({'a'}) + "  - identity: {}\n", ":ka:"), std::pair(keys({'b', 'a'}), ":kb:")}) {
            EncryptedStore store(*behind, read(providers));
            QVERIFY(store.rewriteStale());
            QVERIFY(behind->get(key_).value()->value->find(mark) != std::string::npos);
            const auto entries = store.list(key_, 0, {}, 0).value().entries;
            QCOMPARE(entries.size(), std::size_t(1));
            QCOMPARE(*entries[0].value, object(std::to_string(entries[0].modified), "v"));
        }
        EncryptedStore back(*behind, read("  - identity: {}\n" + keys({'b'})));
        QVERIFY(back.rewriteStale());
        QVERIFY(behind->get(key_).value()->value->starts_with("{"));
    }

    void anotherKeyOrPlaceReadsNothing() {
        const auto behind = store::makeMemoryStore();
        QVERIFY(EncryptedStore(*behind, read(keys({'a'}))).commit({put(key_, "v")}));
        QCOMPARE(EncryptedStore(*behind, read(keys({'b'}))).get(key_, 0).error().kind, store::Errc::corrupt);
        Operation moved;
        moved.key = "/registry/core/secrets/default/t";
        moved.value = *behind->get(key_).value()->value;
        QVERIFY(behind->commit({moved}));
        QCOMPARE(EncryptedStore(*behind, read(keys({'a'}))).get(moved.key, 0).error().kind, store::Errc::corrupt);
    }

    void badConfigurationsAreToldWithoutSecrets() {
        QVERIFY(!readEncryptionConfig("kind: Pod"));
        QVERIFY(readEncryptionConfig(config("  - kms: {}\n")).error().contains("aesgcm and identity"));
        const auto bad = readEncryptionConfig(config("  - aesgcm: {keys: [{name: k, secret: c2hvcnQ=}]}\n"));
        QVERIFY(bad.error().contains("16, 24 or 32 bytes") && !bad.error().contains("c2hvcnQ"));
    }
};

QTEST_GUILESS_MAIN(EncryptionTest)
#include "encryption_test.moc"
