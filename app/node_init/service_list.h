#pragma once
// The services a node runs, as the driver writes them to /etc/slipway/services.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::node_init {

struct ServiceSpec {
    std::string name;
    std::vector<std::string> command; ///< absolute path of the program, then its arguments
    std::vector<std::string> needs;   ///< files that must exist before it is started
};

/// Reads the list: a line "[name]" begins a service, each further line is one word of its command (nothing is quoted,
/// so a word may hold anything but a line break), or, beginning with ?, a file to wait for before starting; empty lines
/// and lines beginning with # are skipped. Order is start order. Error: a sentence with the line number.
std::expected<std::vector<ServiceSpec>, std::string> parseServices(std::string_view text);

} // namespace slipway::node_init
