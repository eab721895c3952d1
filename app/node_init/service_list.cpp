#include "app/node_init/service_list.h"

namespace slipway::node_init {

std::expected<std::vector<ServiceSpec>, std::string> parseServices(std::string_view text) {
    std::vector<ServiceSpec> services;
    int number = 0;
    while (!text.empty()) {
        ++number;
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.front() == '#')
            continue;
        if (line.front() == '[') {
            if (line.size() < 3 || line.back() != ']')
                return std::unexpected("line " + std::to_string(number) + ": a service is named as [name]");
            services.push_back({std::string(line.substr(1, line.size() - 2)), {}, {}});
        } else if (services.empty()) {
            return std::unexpected("line " + std::to_string(number) + ": a command before the first [name]");
        } else if (line.front() == '?') {
            services.back().needs.emplace_back(line.substr(1));
        } else {
            services.back().command.emplace_back(line);
        }
    }
    for (const auto& service : services)
        if (service.command.empty() || !service.command.front().starts_with('/'))
            return std::unexpected("service " + service.name + ": the command must begin with an absolute path");
    return services;
}

} // namespace slipway::node_init
