#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Requests and answers as the API server sees them, whatever carried them here (HTTP, or memory).
namespace slipway::apiserver {

/// Who asks.
struct User {
    std::string name = "system:anonymous";
    std::vector<std::string> groups = {"system:unauthenticated"};
    std::string uid;
    std::map<std::string, std::vector<std::string>> extra;

    bool anonymous() const { return name == "system:anonymous"; }
};

/// A user as reviews and webhooks are told of it (authentication.k8s.io/v1 UserInfo).
api::JsonObject userInfo(const User& user);

using Headers = std::vector<std::pair<std::string, std::string>>;

/// A request before it is understood.
struct Request {
    std::string method = "GET";
    std::string target; ///< path and query as sent
    std::string body, contentType, accept, authorization, userAgent, ifNoneMatch;
    std::string certificateUser; ///< common name of a verified client certificate
    std::vector<std::string> certificateGroups;
    std::optional<User> trustedUser; ///< set only by the in-memory transport
    std::string impersonateUser;     ///< acts as this user, when the sender may
    std::vector<std::string> impersonateGroups;
    std::string impersonateUid;
    std::map<std::string, std::vector<std::string>> impersonateExtra; ///< by key, lower case, as Impersonate-Extra-KEY

    bool impersonates() const {
        return !impersonateUser.empty() || !impersonateGroups.empty() || !impersonateUid.empty() ||
               !impersonateExtra.empty();
    }
    bool upgrade = false;     ///< asks for another protocol (WebSocket, SPDY)
    bool bodyFollows = false; ///< the body was left unread, for a Forward
    std::string acceptEncoding;
    std::string remoteAddress;
    std::string auditId; ///< by which the audit log, and the answer's Audit-ID, name this request
    std::vector<std::pair<std::string, std::string>> headers; ///< all of them, when the request may be forwarded
};

/// A header by name, in any case; empty when the request has none.
std::string_view headerOf(const Request& request, std::string_view name);
/// An ASCII text in lower case.
std::string lowered(std::string text);

/// The query part of a target, decoded; the last of several equal names wins, `all` gives every one.
class Query {
public:
    static Query parse(std::string_view text);
    std::string_view get(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    bool has(std::string_view name) const { return values_.contains(name); }
    bool flag(std::string_view name) const;
    std::optional<long long> number(std::string_view name) const;

private:
    std::multimap<std::string, std::string, std::less<>> values_;
};

/// What a request is about (after k8s.io/apiserver RequestInfo).
struct RequestInfo {
    bool isResource = false;
    bool past = false; ///< about what was, not what is (history_requests.h)
    std::string path;  ///< decoded, without query
    std::string verb;  ///< get list watch create update patch delete deletecollection; lower-case method for others
    std::string group, version, ns, resource, subresource, name;
    std::string rest; ///< path below a proxy subresource
    Query query;
};
RequestInfo understand(const Request& request);

/// Takes in a header if it is one of those that ask to act as somebody else (Impersonate-User, -Group, -Uid,
/// -Extra-KEY).
void readImpersonation(Request& request, std::string_view header, std::string_view value);

/// Whether a request's body goes on to another server, so that it need not be read beforehand.
bool isForwarded(std::string_view target);

/// A complete answer.
struct Reply {
    int code = 200;
    std::string body;
    std::string contentType = "application/json";
    std::vector<std::string> warnings;                             ///< sent as Warning headers
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< further ones
};

/// A body that goes on. drain() and setWake() are called by the side that sends; wake may be called by any thread.
class StreamBody {
public:
    struct Piece {
        std::string data;
        bool end = false;
    };
    virtual ~StreamBody() = default;
    virtual std::string contentType() const { return "application/json"; }
    /// @p wake is called when there is something to drain. Called once, before the first drain.
    virtual void setWake(std::function<void()> wake) = 0;
    virtual Piece drain() = 0;
    /// When it ends by itself even if nothing wakes it (the timeoutSeconds of a watch).
    virtual std::chrono::steady_clock::time_point end() const { return std::chrono::steady_clock::time_point::max(); }
    /// Keeps something for as long as this body is sent.
    void hold(std::shared_ptr<const void> what) { held_ = std::move(what); }

private:
    std::shared_ptr<const void> held_;
};

/// The request is to be carried on to another server, and its answer back: to a node's agent, or to an application.
struct Forward {
    enum class Security {
        none,      ///< plain HTTP
        node,      ///< TLS with the cluster's CA; the server shows its own certificate
        service,   ///< TLS with a CA of the service's own (caPem; empty: any), likewise
        unverified ///< TLS with whatever certificate the application has
    };
    enum class Kind {
        upgrade, ///< exec, attach, port-forward: must ask for another protocol, then bytes are joined
        log,     ///< the answer's body; a refusal becomes a Status
        proxy    ///< everything as it is, with links and redirects led back through the server
    };
    Kind kind = Kind::proxy;
    Security security = Security::none;
    std::string host; ///< an address
    unsigned short port = 0;
    std::string target;                                       ///< path and query
    std::string caPem, serverName;                            ///< for Security::service
    std::vector<std::pair<std::string, std::string>> headers; ///< added to the client's
    std::string prefix; ///< of a proxy: the path under which the client sees the other server's root
    std::function<void(int)> answered = {}; ///< told the code of the other server's answer; lives until all is sent
};

using Answer = std::variant<Reply, std::unique_ptr<StreamBody>, Forward>;

Reply replyWith(const api::Status& status);
Reply replyWith(const api::JsonObject& object, int code = 200);

} // namespace slipway::apiserver
