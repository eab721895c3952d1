// What the libvirt driver asks for and how it speaks to a machine, without libvirt.

#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "cluster/api/base64.h"
#include "vmdriver/libvirt/domain_xml.h"
#include "vmdriver/libvirt/guest_agent.h"
#include "vmdriver/libvirt/vm_files.h"

using namespace slipway;
using namespace slipway::vmdriver;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

/// A guest agent with one program, which ends at the second question, and files in memory.
struct FakeAgent {
    std::map<std::string, std::string> files;
    std::vector<std::string> paths; ///< by handle
    json::object lastExec;
    int asked = 0, exitCode = 0;

    Result<std::string> operator()(const std::string& text, std::chrono::seconds) {
        const auto command = json::parse(text).as_object();
        const std::string name(command.at("execute").as_string());
        const json::object arguments =
            command.contains("arguments") ? command.at("arguments").as_object() : json::object();
        if (name == "guest-exec") {
            lastExec = arguments;
            asked = 0;
            return R"({"return":{"pid":42}})";
        }
        if (name == "guest-exec-status")
            return ++asked < 2
                       ? std::string(R"({"return":{"exited":false}})")
                       : json::serialize(json::object{
                             {"return",
                              {{"exited", true}, {"exitcode", exitCode}, {"out-data", api::encodeBase64("out")}}}});
        if (name == "guest-file-open") {
            const std::string path(arguments.at("path").as_string());
            if (arguments.at("mode").as_string() == "r" && !files.contains(path))
                return failure(DriverErrc::sandbox, "no such file");
            if (arguments.at("mode").as_string() == "w")
                files[path].clear();
            paths.push_back(path);
            return json::serialize(json::object{{"return", static_cast<std::int64_t>(paths.size() - 1)}});
        }
        if (name == "guest-file-write") {
            const auto handle = static_cast<std::size_t>(arguments.at("handle").as_int64());
            files[paths.at(handle)] += *api::decodeBase64(std::string_view(arguments.at("buf-b64").as_string()));
            return R"({"return":{}})";
        }
        if (name == "guest-file-read") {
            const auto handle = static_cast<std::size_t>(arguments.at("handle").as_int64());
            return json::serialize(
                json::object{{"return", {{"eof", true}, {"buf-b64", api::encodeBase64(files[paths.at(handle)])}}}});
        }
        return R"({"return":{}})";
    }
};

} // namespace

class VirtualMachineTest : public QObject {
    Q_OBJECT

private:
    ClusterProfile profile_{
        .name = "dev",
        .subnet = "172.30.7.0/24",
        .nodes = {{.name = "dev-1", .address = "172.30.7.2", .resources = {.cpus = 1.5, .memoryMiB = 1024}},
                  {.name = "dev-2", .controlPlane = false, .address = "172.30.7.3"}}};
    VmFiles files_{.kernel = "/boot/k&1", .initrd = "/boot/i", .disk = "/d", .config = "/c", .console = "/l"};

    static bool isXml(const std::string& text) {
        QXmlStreamReader reader(QString::fromStdString(text));
        while (!reader.atEnd())
            reader.readNext();
        return !reader.hasError();
    }

private slots:
    void machinesAreWhatTheProfileSays() {
        const auto xml = domainXml(profile_, profile_.nodes[0], files_);
        QVERIFY(isXml(xml));
        QVERIFY(xml.contains("<domain type='qemu'>"));
        QVERIFY(xml.contains("<vcpu>2</vcpu>") && xml.contains("<memory unit='MiB'>1024</memory>"));
        QVERIFY(xml.contains("<kernel>/boot/k&amp;1</kernel>"));
        files_.kvm = true;
        QVERIFY(domainXml(profile_, profile_.nodes[0], files_).contains("<domain type='kvm'>"));
        files_.kvm = false;
    }
    void machinesKeepTheirIdentityAndDiffer() {
        const auto first = domainXml(profile_, profile_.nodes[0], files_);
        QCOMPARE(domainXml(profile_, profile_.nodes[0], files_), first);
        const auto field = [](const std::string& xml, const std::string& begin) {
            return xml.substr(xml.find(begin), begin.size() + 36);
        };
        const auto second = domainXml(profile_, profile_.nodes[1], files_);
        QVERIFY(field(first, "<uuid>") != field(second, "<uuid>"));
        QVERIFY(field(first, "<mac address='") != field(second, "<mac address='"));
    }
    void networkHasNeitherDhcpNorDns() {
        const auto xml = networkXml(profile_);
        QVERIFY(isXml(xml));
        QVERIFY(xml.contains("<ip address='172.30.7.1'") && xml.contains("<dns enable='no'/>") &&
                !xml.contains("dhcp"));
        QVERIFY(addressBatch(profile_, profile_.nodes[1]).contains("addr replace 172.30.7.3/24 dev eth0"));
    }
    void theNewestCloudKernelIsTaken() {
        const QTemporaryDir dir;
        const fs::path root = dir.path().toStdString();
        QCOMPARE(findVmKernel(root).error().code, DriverErrc::missingTool);
        fs::create_directories(root / "boot");
        for (const char* version : {"6.12.1-amd64", "6.11.1-cloud-amd64", "6.12.1-cloud-amd64", "6.13.1-cloud-amd64"}) {
            std::ofstream(root / "boot" / (std::string("vmlinuz-") + version));
            if (std::string_view(version) == "6.13.1-cloud-amd64")
                continue; // without an initrd
            std::ofstream(root / "boot" / (std::string("initrd.img-") + version));
            fs::create_directories(root / "usr/lib/modules" / version);
        }
        QCOMPARE(findVmKernel(root)->kernel.filename(), fs::path("vmlinuz-6.12.1-cloud-amd64"));
    }
    void configDiskIsWholeBlocks() {
        const QTemporaryDir dir;
        const fs::path path = fs::path(dir.path().toStdString()) / "config.tar";
        QVERIFY(writeConfigDisk(path, {{"/etc/hosts", "text"}}).has_value());
        QCOMPARE(fs::file_size(path) % 65536, 0u);
    }
    void commandsAreAwaited() {
        FakeAgent fake;
        fake.exitCode = 7;
        std::string output;
        const auto code = GuestAgent(std::ref(fake)).run({"/bin/ls", "-l"}, {.output = &output}, {});
        QCOMPARE(code.value_or(-1), 7);
        QCOMPARE(output, std::string("out"));
        QCOMPARE(fake.lastExec.at("path").as_string(), "/bin/ls");
        QCOMPARE(fake.lastExec.at("arg").as_array().size(), 1u);
    }
    void inputIsCopiedIn() {
        const QTemporaryDir dir;
        const fs::path path = fs::path(dir.path().toStdString()) / "archive";
        const std::string content(3 << 20, 'x');
        std::ofstream(path) << content;
        FakeAgent fake;
        std::string output;
        QVERIFY(GuestAgent(std::ref(fake)).run({"/bin/cat"}, {.input = path, .output = &output}, {}).has_value());
        QVERIFY(fake.files.at("/var/tmp/slipway-input") == content);
    }
    void filesAreRead() {
        FakeAgent fake;
        fake.files["/etc/hosts"] = "text";
        QCOMPARE(GuestAgent(std::ref(fake)).readFile("/etc/hosts").value_or(""), std::string("text"));
        QCOMPARE(GuestAgent(std::ref(fake)).readFile("/nothing").error().code, DriverErrc::notFound);
    }
    void terminalsAreRefused() {
        FakeAgent fake;
        QCOMPARE(GuestAgent(std::ref(fake)).run({"/bin/bash"}, {.terminal = true}, {}).error().code,
                 DriverErrc::sandbox);
    }
};

QTEST_GUILESS_MAIN(VirtualMachineTest)
#include "test_virtual_machine.moc"
