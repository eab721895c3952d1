#pragma once

#include "cluster/store/etcd/layout.h"

namespace slipway::store::etcd {

/// One commit as a transaction of etcd.
///
/// etcd allows 128 operations in each list of a transaction. What is more is nested, which etcd carries out at the same
/// revision; of the conditions that a key is absent all are then replaced by one, that nothing in the whole range was
/// written after a revision at which they held.
class Transaction {
public:
    Transaction(const Layout& layout, std::vector<Operation> operations, const Origin& origin);

    /// Carries it out, once. Errors: conflict, io (also when it is not known whether it happened).
    struct Done {
        Revision revision = 0;
        bool changed = false; ///< deletions of what is not there change nothing
    };
    Result<Done> run(Client& client) const;

private:
    bool isLarge() const;
    Result<void> addConditions(pb::TxnRequest& request, Client& client) const;
    void addOperations(pb::TxnRequest& request) const;
    pb::RequestOp requestOf(const Operation& operation) const;
    /// Which condition does not hold; conflict without a place when all do by now.
    Result<Done> explain(Client& client) const;

    const Layout& layout_;
    const std::vector<Operation> operations_;
    const Origin origin_;
};

} // namespace slipway::store::etcd
