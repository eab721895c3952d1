#include "cluster/network/cni_config.h"

#include "cluster/base/files.h"

#include <boost/json.hpp>
#include <fstream>

namespace slipway::network {

namespace json = boost::json;

namespace {

bool setKernelSwitch(const char* path, const char* value) {
    std::ofstream file(path);
    file << value;
    file.close();
    return base::readFile(path).value_or("").starts_with(value); // it may be on already, and not ours to write
}

} // namespace

std::string cniConfig(const std::string& podCidr, const std::string& bridge) {
    const json::object addresses{{"type", "host-local"},
                                 {"dataDir", "/var/lib/cni/networks"},
                                 {"ranges", json::array{json::array{json::object{{"subnet", podCidr}}}}},
                                 {"routes", json::array{json::object{{"dst", "0.0.0.0/0"}}}}};
    const json::object config{
        {"cniVersion", "1.0.0"},
        {"name", "slipway"},
        {"plugins",
         json::array{json::object{{"type", "bridge"},
                                  {"bridge", bridge},
                                  {"isGateway", true},
                                  {"ipMasq", false},
                                  {"hairpinMode", true},
                                  {"ipam", addresses}},
                     json::object{{"type", "portmap"}, {"capabilities", json::object{{"portMappings", true}}}}}}};
    return json::serialize(config) + "\n";
}

std::expected<void, std::string> writeCniConfig(const std::filesystem::path& folder, const std::string& podCidr) {
    const auto path = folder / "10-slipway.conflist";
    const std::string text = cniConfig(podCidr);
    if (base::readFile(path).value_or("") == text)
        return {};
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (auto written = base::writeFileAtomically(path, text, 0644); !written)
        return std::unexpected(written.error().message);
    return {};
}

bool prepareKernelForwarding() {
    setKernelSwitch("/proc/sys/net/ipv4/ip_forward", "1");
    return setKernelSwitch("/proc/sys/net/bridge/bridge-nf-call-iptables", "1");
}

} // namespace slipway::network
