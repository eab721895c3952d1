#include "cluster/network/cni_config.h"

#include "cluster/base/files.h"
#include "cluster/network/family.h"

#include <boost/json.hpp>
#include <fstream>

namespace slipway::network {

namespace json = boost::json;

namespace {

/// The last of all names, so that a network somebody installs comes first without our file being in its way.
constexpr char fileName[] = "99-slipway.conflist", formerName[] = "10-slipway.conflist";

void setKernelSwitch(const char* path, const char* value) {
    std::ofstream file(path); // it may be on already, and not ours to write
    file << value;
}

} // namespace

std::string cniConfig(const std::vector<std::string>& podCidrs) {
    json::array ranges, routes;
    for (const std::string& cidr : podCidrs) {
        ranges.push_back(json::array{json::object{{"subnet", cidr}}});
        routes.push_back(json::object{{"dst", familyOf(cidr) == Family::ip4 ? "0.0.0.0/0" : "::/0"}});
    }
    const json::object addresses{
        {"type", "host-local"}, {"dataDir", "/var/lib/cni/networks"}, {"ranges", ranges}, {"routes", routes}};
    const json::object config{
        {"cniVersion", "1.0.0"},
        {"name", "slipway"},
        {"plugins",
         json::array{json::object{{"type", "ptp"}, {"ipMasq", false}, {"ipam", addresses}},
                     json::object{{"type", "portmap"}, {"capabilities", json::object{{"portMappings", true}}}}}}};
    return json::serialize(config) + "\n";
}

std::expected<void, std::string> writeCniConfig(const std::filesystem::path& folder,
                                                const std::vector<std::string>& podCidrs) {
    const auto path = folder / fileName;
    const std::string text = cniConfig(podCidrs);
    std::error_code error;
    std::filesystem::remove(folder / formerName, error);
    if (base::readFile(path).value_or("") == text)
        return {};
    std::filesystem::create_directories(folder, error);
    if (auto written = base::writeFileAtomically(path, text, 0644); !written)
        return std::unexpected(written.error().message);
    return {};
}

bool hasForeignCni(const std::filesystem::path& folder) {
    std::error_code error;
    for (auto entry = std::filesystem::directory_iterator(folder, error);
         !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const std::string extension = entry->path().extension();
        if (entry->path().filename() != fileName && entry->path().filename() != formerName &&
            (extension == ".conflist" || extension == ".conf" || extension == ".json"))
            return true;
    }
    return false;
}

void prepareKernel() {
    setKernelSwitch("/proc/sys/net/ipv4/ip_forward", "1");
    setKernelSwitch("/proc/sys/net/ipv6/conf/all/forwarding", "1");
    setKernelSwitch("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established", "86400");
    setKernelSwitch("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_close_wait", "3600");
}

} // namespace slipway::network
