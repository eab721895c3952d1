// What the docker driver sends and how it reads what comes back, without an engine.

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fstream>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "vmdriver/docker/container_spec.h"
#include "vmdriver/docker/exec_stream.h"
#include "vmdriver/tar_writer.h"

using namespace slipway::vmdriver;
namespace json = boost::json;

class ContainerEngineTest : public QObject {
    Q_OBJECT

private:
    ClusterProfile profile_{
        .name = "dev",
        .subnet = "172.30.7.0/24",
        .nodes = {{.name = "dev-1", .address = "172.30.7.2", .resources = {.cpus = 1.5, .memoryMiB = 512}},
                  {.name = "dev-2", .controlPlane = false, .address = "172.30.7.3"}},
        .apiPort = 16443,
        .apiAddress = "127.0.0.1",
        .ports = {{.hostPort = 8080, .nodePort = 30080}},
        .folders = {{.source = "/home/me", .destination = "/data", .readOnly = true}}};

    json::value specOf(int node) const {
        return json::parse(containerSpec(profile_, profile_.nodes.at(node), "image"));
    }

private slots:
    void onlyTheFirstNodePublishesTheApi() {
        const auto first = specOf(0).at("HostConfig").at("PortBindings").as_object();
        QCOMPARE(first.at("6443/tcp").at(0).at("HostPort").as_string(), "16443");
        QCOMPARE(first.at("30080/tcp").at(0).at("HostIp").as_string(), "127.0.0.1");
        QVERIFY(specOf(1).at("HostConfig").at("PortBindings").as_object().empty());
    }

    void limitsAndFoldersAreAsked() {
        const auto host = specOf(0).at("HostConfig");
        QCOMPARE(host.at("NanoCpus").to_number<std::int64_t>(), 1'500'000'000);
        QCOMPARE(host.at("Memory").to_number<std::int64_t>(), 512 << 20);
        QCOMPARE(host.at("Mounts").as_array().size(), 4u);
        QVERIFY(host.at("Mounts").at(3).at("ReadOnly").as_bool());
    }

    void nodesHaveTheirAddress() {
        const auto networks = specOf(1).at("NetworkingConfig").at("EndpointsConfig");
        QCOMPARE(networks.at("slipway-dev").at("IPAMConfig").at("IPv4Address").as_string(), "172.30.7.3");
        QCOMPARE(json::parse(networkSpec(profile_)).at("IPAM").at("Config").at(0).at("Gateway").as_string(),
                 "172.30.7.1");
    }

    void everythingIsLabelled() {
        for (const auto& text : {networkSpec(profile_), containerSpec(profile_, profile_.nodes[0], "image"),
                                 volumeHolderSpec(profile_, profile_.nodes[0], "image")})
            QCOMPARE(json::parse(text).at("Labels").at(clusterLabel).as_string(), "dev");
        const auto marked = json::parse(withSpecLabel(containerSpec(profile_, profile_.nodes[0], "image"), "mark"));
        QCOMPARE(marked.at("Labels").at("dev.slipway.spec").as_string(), "mark");
    }

    void framesAreTakenApartHoweverTheyArrive() {
        const std::string bytes("\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\2no\1\0\0\0\0\0\0\0", 31);
        for (std::size_t step = 1; step <= bytes.size(); ++step) {
            FrameReader reader;
            std::string out, error;
            for (std::size_t at = 0; at < bytes.size(); at += step)
                for (const auto& piece : reader.take(std::string_view(bytes).substr(at, step)))
                    (piece.stream == 2 ? error : out) += piece.bytes;
            QCOMPARE(out, std::string("hello"));
            QCOMPARE(error, std::string("no"));
        }
    }

    /// A command that echoes: neither side may wait for the other, and nothing may be lost, however full the socket is.
    void largeInputGoesThroughWhole() {
        const QTemporaryDir dir;
        const std::string content(5 << 20, 'x');
        const std::filesystem::path input = dir.filePath("input").toStdString();
        std::ofstream(input) << content;
        int ends[2];
        QCOMPARE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
        std::jthread command([end = ends[1]] {
            fcntl(end, F_SETFL, 0);
            std::string bytes(65536, '\0');
            for (ssize_t count; (count = read(end, bytes.data(), bytes.size())) > 0;) {
                const std::string head{1,
                                       0,
                                       0,
                                       0,
                                       0,
                                       static_cast<char>(count >> 16),
                                       static_cast<char>(count >> 8),
                                       static_cast<char>(count)};
                const std::string frame = head + bytes.substr(0, static_cast<std::size_t>(count));
                if (write(end, frame.data(), frame.size()) != static_cast<ssize_t>(frame.size()))
                    break;
            }
            close(end);
        });
        std::string output;
        QVERIFY(joinExec({.socket = ends[0]}, {.input = input, .output = &output}, {}).has_value());
        QCOMPARE(output.size(), content.size());
        QVERIFY(output == content);
    }

    void tarHoldsFoldersAndFiles() {
        const std::string deep = "/" + std::string(90, 'a') + "/" + std::string(90, 'b');
        const auto archive = tarOf({{"/etc/slipway/services", "text", 0600}, {deep, std::string(600, 'x')}});
        QCOMPARE(archive.size() % 512, 0u);
        QCOMPARE(archive.substr(0, 4), std::string("etc/"));
        const auto file = archive.substr(1024);
        QCOMPARE(std::string(file.c_str()), std::string("etc/slipway/services"));
        QCOMPARE(file.substr(100, 7), std::string("0000600"));
        QCOMPARE(file.substr(512, 4), std::string("text"));
        QVERIFY(archive.contains(std::string(90, 'b')));
    }

    void tarIsReadByTar() {
        QProcess tar;
        tar.start("tar", {"--list", "--verbose", "--numeric-owner"});
        QVERIFY(tar.waitForStarted());
        tar.write(QByteArray::fromStdString(tarOf({{"/a/b", "1", 0640}})));
        tar.closeWriteChannel();
        QVERIFY(tar.waitForFinished());
        QCOMPARE(tar.exitCode(), 0);
        const auto listed = tar.readAllStandardOutput();
        QVERIFY2(listed.contains("-rw-r----- 0/0"), listed.constData());
    }
};

QTEST_GUILESS_MAIN(ContainerEngineTest)
#include "test_container_engine.moc"
