#include "cluster/network/nftables/ruleset.h"

#include <tuple>

#include <nftables/libnftables.h>

namespace slipway::network {

struct KernelRules::Context {
    nft_ctx* nft = nft_ctx_new(NFT_CTX_DEFAULT);

    Context() {
        nft_ctx_buffer_error(nft);
        nft_ctx_buffer_output(nft);
        // Names and numbers only: nothing in a ruleset may start a lookup.
        nft_ctx_input_set_flags(nft, NFT_CTX_INPUT_NO_DNS);
    }
    ~Context() { nft_ctx_free(nft); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

KernelRules::KernelRules() : context_(std::make_unique<Context>()) {}
KernelRules::~KernelRules() = default;

std::expected<void, std::string> KernelRules::apply(const std::string& ruleset) {
    if (nft_run_cmd_from_buffer(context_->nft, ruleset.c_str()) == 0)
        return {};
    return std::unexpected(std::string(nft_ctx_get_error_buffer(context_->nft)));
}

void KernelRules::clear() {
    std::ignore = apply("table ip slipway {}\ndelete table ip slipway\n");
}

} // namespace slipway::network
