#include "cluster/network/nftables/kernel_rules.h"

#include "cluster/base/log.h"

#include <format>

#include <nftables/libnftables.h>

namespace slipway::network {

struct KernelRules::Context {
    nft_ctx* nft = nft_ctx_new(NFT_CTX_DEFAULT);

    Context() {
        nft_ctx_buffer_error(nft);
        nft_ctx_buffer_output(nft);
        // Names and numbers only: nothing in a ruleset may start a lookup.
        nft_ctx_input_set_flags(nft, NFT_CTX_INPUT_NO_DNS);
        nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_NUMERIC_PROTO | NFT_CTX_OUTPUT_NUMERIC_PRIO);
    }
    ~Context() { nft_ctx_free(nft); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

KernelRules::KernelRules() : context_(std::make_unique<Context>()) {}
KernelRules::~KernelRules() = default;

std::expected<void, std::string> KernelRules::apply(const std::string& commands) {
    if (nft_run_cmd_from_buffer(context_->nft, commands.c_str()) == 0)
        return {};
    return std::unexpected(std::string(nft_ctx_get_error_buffer(context_->nft)));
}

std::expected<std::string, std::string> KernelRules::read(const std::string& command) {
    if (auto done = apply(command); !done)
        return std::unexpected(done.error());
    return std::string(nft_ctx_get_output_buffer(context_->nft));
}

std::expected<void, std::string> KernelRules::sync(Table& table) {
    if (synced_.contains(table.path())) {
        if (!table.changed())
            return {};
        const auto changed = apply(table.transaction());
        if (changed) {
            table.committed();
            return {};
        }
        base::warn("network", "table {} is written anew: {}", table.path(), changed.error().substr(0, 500));
        synced_.erase(table.path());
    }
    const unsigned flags = nft_ctx_output_get_flags(context_->nft);
    nft_ctx_output_set_flags(context_->nft, flags | NFT_CTX_OUTPUT_TERSE);
    const auto listing = read("list table " + table.path());
    nft_ctx_output_set_flags(context_->nft, flags);
    auto written = apply(table.rewrite(listing ? parseContents(*listing) : TableContents()));
    if (!written) { // as the last resort without what was there
        base::warn("network", "table {} begins empty: {}", table.path(), written.error().substr(0, 500));
        written = apply(std::format("add table {0}\ndelete table {0}\n{1}", table.path(), table.rewrite({})));
    }
    if (!written)
        return written;
    table.committed();
    synced_.insert(table.path());
    return {};
}

} // namespace slipway::network
