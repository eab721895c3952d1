#include "cluster/store/etcd/transaction.h"

#include "cluster/store/etcd/stored_value.h"

#include <algorithm>
#include <format>
#include <map>
#include <optional>

namespace slipway::store::etcd {
namespace {

constexpr std::size_t mostOperations = 100; // in one list; etcd's limit is 128, and a nested list counts what is around
constexpr std::size_t nestedOperations = 60;

void addCompare(pb::TxnRequest& request, std::string key, pb::Compare::CompareResult result, Revision revision,
                std::string end = {}) {
    pb::Compare& compare = *request.add_compare();
    compare.set_target(pb::Compare::MOD);
    compare.set_result(result);
    compare.set_key(std::move(key));
    compare.set_range_end(std::move(end));
    compare.set_mod_revision(revision);
}

std::int64_t deletedBy(const pb::TxnResponse& response) {
    std::int64_t count = 0;
    for (const pb::ResponseOp& part : response.responses())
        count += part.has_response_txn() ? deletedBy(part.response_txn()) : part.response_delete_range().deleted();
    return count;
}

} // namespace

Transaction::Transaction(const Layout& layout, std::vector<Operation> operations, const Origin& origin)
    : layout_(layout), operations_(std::move(operations)), origin_(origin) {}

bool Transaction::isLarge() const {
    return operations_.size() > mostOperations;
}

pb::RequestOp Transaction::requestOf(const Operation& operation) const {
    pb::RequestOp request;
    if (operation.value) {
        auto& put = *request.mutable_request_put();
        put.set_key(layout_.keyOf(operation.key));
        put.set_value(packed(*operation.value, operation.revisionAt));
    } else {
        request.mutable_request_delete_range()->set_key(layout_.keyOf(operation.key));
    }
    return request;
}

Result<void> Transaction::addConditions(pb::TxnRequest& request, Client& client) const {
    for (const Operation& operation : operations_)
        if (operation.expected != Operation::any && !(isLarge() && operation.expected == Operation::absent))
            addCompare(request, layout_.keyOf(operation.key), pb::Compare::EQUAL, operation.expected);
    if (std::size_t(request.compare_size()) > mostOperations)
        return std::unexpected(Error{Errc::io, "a commit has more conditions than etcd takes"});
    if (!isLarge())
        return {};
    pb::RangeRequest all;
    all.set_key(layout_.prefix);
    all.set_range_end(endOfPrefix(layout_.prefix));
    all.set_keys_only(true);
    std::map<std::string, std::size_t> absent;
    for (std::size_t i = 0; i < operations_.size(); ++i)
        if (operations_[i].expected == Operation::absent)
            absent.emplace(layout_.keyOf(operations_[i].key), i);
    std::optional<Error> refusal;
    const auto read = client.readAll(all, [&](const pb::RangeResponse& page) {
        for (const pb::KeyValue& kv : page.kvs())
            if (const auto found = absent.find(kv.key()); found != absent.end())
                refusal = Error{Errc::conflict, operations_[found->second].key + " exists", found->second};
        return !refusal;
    });
    if (refusal || !read)
        return std::unexpected(refusal ? std::move(*refusal) : read.error());
    addCompare(request, layout_.prefix, pb::Compare::LESS, *read + 1, endOfPrefix(layout_.prefix));
    return {};
}

void Transaction::addOperations(pb::TxnRequest& request) const {
    for (std::size_t i = 0; i < operations_.size(); ++i) {
        if (!isLarge()) {
            *request.add_success() = requestOf(operations_[i]);
            continue;
        }
        if (i % nestedOperations == 0)
            request.add_success()->mutable_request_txn();
        *request.mutable_success()->rbegin()->mutable_request_txn()->add_success() = requestOf(operations_[i]);
    }
    const bool changes = std::ranges::any_of(operations_, [](const Operation& operation) {
        return operation.value || operation.expected != Operation::any;
    });
    if (!changes || (origin_.who.empty() && origin_.at == 0))
        return;
    auto& put = *request.add_success()->mutable_request_put();
    put.set_key(layout_.originKey());
    put.set_value(printOrigin(origin_));
}

Result<Transaction::Done> Transaction::run(Client& client) const {
    if (operations_.size() > mostOperations * nestedOperations / 2)
        return std::unexpected(Error{Errc::io, "a commit has more operations than etcd takes"});
    constexpr int attempts = 5; // of a large one, whose condition also fails when something else was written
    for (int attempt = 1;; ++attempt) {
        pb::TxnRequest request;
        if (auto done = addConditions(request, client); !done)
            return std::unexpected(std::move(done.error()));
        addOperations(request);
        const auto response = client.transact(request);
        if (!response)
            return std::unexpected(response.error());
        if (response->succeeded()) {
            const bool puts =
                std::ranges::any_of(operations_, [](const Operation& one) { return one.value.has_value(); });
            return Done{response->header().revision(), puts || deletedBy(*response) > 0};
        }
        if (!isLarge() || attempt == attempts)
            return explain(client);
    }
}

Result<Transaction::Done> Transaction::explain(Client& client) const {
    for (std::size_t i = 0; i < operations_.size(); ++i) {
        if (operations_[i].expected == Operation::any)
            continue;
        pb::RangeRequest request;
        request.set_key(layout_.keyOf(operations_[i].key));
        request.set_keys_only(true);
        const auto now = client.range(request);
        if (!now)
            return std::unexpected(now.error());
        const Revision has = now->kvs().empty() ? Operation::absent : now->kvs(0).mod_revision();
        if (has != operations_[i].expected)
            return std::unexpected(Error{
                Errc::conflict,
                std::format("{} is at revision {}, not {}", operations_[i].key, has, operations_[i].expected), i});
    }
    return std::unexpected(Error{Errc::conflict, "another commit came between"});
}

} // namespace slipway::store::etcd
