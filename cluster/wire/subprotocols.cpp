#include "cluster/wire/subprotocols.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::wire {
namespace {

struct Known {
    std::string_view name;
    int version;
    bool base64;
};
constexpr std::array<Known, 5> webSocketExec{{{"v5.channel.k8s.io", 5, false},
                                              {"v4.channel.k8s.io", 4, false},
                                              {"v4.base64.channel.k8s.io", 4, true},
                                              {"channel.k8s.io", 1, false},
                                              {"base64.channel.k8s.io", 1, true}}};
constexpr std::array<Known, 4> spdyExec{{{"v4.channel.k8s.io", 4, false},
                                         {"v3.channel.k8s.io", 3, false},
                                         {"v2.channel.k8s.io", 2, false},
                                         {"channel.k8s.io", 1, false}}};

template <std::size_t size>
std::optional<ExecProtocol> choose(const std::array<Known, size>& table, const std::vector<std::string>& offered) {
    if (offered.empty())
        return ExecProtocol{};
    for (const std::string& offer : offered) {
        const auto found = std::ranges::find(table, offer, &Known::name);
        if (found != table.end())
            return ExecProtocol{offer, found->version, found->base64};
    }
    return std::nullopt;
}

std::string joined(const auto& words) {
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : " ") + std::string(word);
    return out;
}

} // namespace

const std::vector<std::string_view> spdyExecProtocols{"v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io",
                                                      "channel.k8s.io"};
const std::vector<std::string_view> spdyPortForwardProtocols{"portforward.k8s.io"};

std::vector<std::string> offeredProtocols(std::string_view list) {
    std::vector<std::string> words;
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        std::string_view word = list.substr(begin, end - begin);
        while (word.starts_with(' ') || word.starts_with('\t'))
            word.remove_prefix(1);
        while (word.ends_with(' ') || word.ends_with('\t'))
            word.remove_suffix(1);
        if (!word.empty())
            words.emplace_back(word);
        begin = end + 1;
    }
    return words;
}

std::optional<ExecProtocol> chooseWebSocketExec(const std::vector<std::string>& offered) {
    return choose(webSocketExec, offered);
}

std::optional<ExecProtocol> chooseSpdyExec(const std::vector<std::string>& offered) {
    return choose(spdyExec, offered);
}

std::optional<PortForwardProtocol> chooseWebSocketPortForward(const std::vector<std::string>& offered) {
    if (offered.empty())
        return PortForwardProtocol{};
    for (const std::string& offer : offered) {
        if (offer == "SPDY/3.1+portforward.k8s.io")
            return PortForwardProtocol{offer, true, false};
        if (offer == "v4.channel.k8s.io" || offer == "portforward.k8s.io" || offer == "channel.k8s.io")
            return PortForwardProtocol{offer, false, false};
        if (offer == "v4.base64.channel.k8s.io" || offer == "base64.channel.k8s.io")
            return PortForwardProtocol{offer, false, true};
    }
    return std::nullopt;
}

std::string cannotNegotiate(const std::vector<std::string>& offered, const std::vector<std::string_view>& known) {
    return std::format("unable to upgrade: unable to negotiate protocol: client supports [{}], server accepts [{}]",
                       joined(offered), joined(known));
}

} // namespace slipway::wire
