#pragma once

#include "cluster/store/etcd_store.h"

#include <etcd.grpc.pb.h>
#include <functional>
#include <mutex>
#include <stop_token>

/// etcd's calls with results instead of gRPC's codes. Private to this folder, as its headers are heavy.
namespace slipway::store::etcd {

namespace pb = etcdserverpb;

/// The first key after all that begin with @p prefix; "\0" (up to the end) when there is none.
std::string endOfPrefix(std::string prefix);

/// Thread-safe.
class Client {
public:
    /// Errors: io when the endpoints make no sense.
    static Result<std::unique_ptr<Client>> connect(const EtcdOptions& options);

    // Errors: io; compacted and future for revisions.
    Result<pb::RangeResponse> range(const pb::RangeRequest& request);
    Result<pb::TxnResponse> transact(const pb::TxnRequest& request);
    Result<void> compact(Revision revision);
    /// Everything in a range at one revision (0: now), read in pages. @p take gets each page.
    Result<Revision> readAll(pb::RangeRequest request, const std::function<bool(const pb::RangeResponse&)>& take);

private:
    friend class WatchStream;
    std::unique_ptr<pb::KV::Stub> kv_;
    std::unique_ptr<pb::Watch::Stub> watch_;
};

/// One watch, read by one thread. progress() and cancel() may be called by any.
class WatchStream {
public:
    WatchStream(Client& client, const std::string& prefix, Revision from);
    ~WatchStream();

    /// Blocks for the next response; false when the stream is over.
    bool read(pb::WatchResponse& response) { return stream_->Read(&response); }
    /// Asks how far the watch has come: answered by a response without events once nothing is held back.
    void progress();
    void cancel() { context_.TryCancel(); }

private:
    grpc::ClientContext context_;
    std::mutex writing_;
    std::unique_ptr<grpc::ClientReaderWriter<pb::WatchRequest, pb::WatchResponse>> stream_;
};

} // namespace slipway::store::etcd
