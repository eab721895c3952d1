#pragma once

#include "cluster/apiserver/server.h"
#include "cluster/pki/pki.h"
#include "cluster/store/sqlite_store.h"
#include "tests/unit/api/texts.h"

#include <QtTest>
#include <format>
#include <functional>

namespace slipway::test {

/// An API server over a store in memory, asked without a socket.
class ApiUnderTest {
public:
    using Adjust = std::function<void(apiserver::ServerOptions&)>;
    explicit ApiUnderTest(const std::string& staticTokens = {}, const Adjust& adjust = {})
        : ApiUnderTest(store::makeMemoryStore(), staticTokens, adjust) {}
    explicit ApiUnderTest(std::unique_ptr<store::Store> store, const std::string& staticTokens = {},
                          const Adjust& adjust = {})
        : store_(std::move(store)), server_(*store_, options(staticTokens, adjust)) {
        server_.bootstrap();
    }

    struct Answer {
        int code = 0;
        api::JsonObject body;
        std::vector<std::string> warnings;

        std::string message() const { return std::string(api::stringAt(body, {"message"})); }
        /// "201" or "403 Forbidden: why", with the causes in brackets.
        QString brief() const {
            if (code < 400)
                return QString::number(code);
            std::string causes;
            if (const api::Json* list = api::find(body, {"details", "causes"}); list != nullptr && list->is_array())
                for (const api::Json& cause : list->get_array())
                    causes += std::format(" [{} {}: {}]", api::stringAt(cause, {"reason"}),
                                          api::stringAt(cause, {"field"}), api::stringAt(cause, {"message"}));
            return QString::fromStdString(
                std::format("{} {}: {}{}", code, api::stringAt(body, {"reason"}), message(), causes));
        }
        std::string text(std::initializer_list<std::string_view> path) const {
            return std::string(api::stringAt(body, path));
        }
        api::Json at(std::initializer_list<std::string_view> path) const {
            const api::Json* found = api::find(body, path);
            return found == nullptr ? api::Json() : *found;
        }
    };

    static apiserver::User admin() { return {"admin", {"system:masters", "system:authenticated"}, {}, {}}; }
    static apiserver::User named(const std::string& name, std::vector<std::string> groups = {}) {
        groups.emplace_back("system:authenticated");
        return {name, std::move(groups), {}, {}};
    }

    Answer send(const std::string& method, const std::string& target, const QString& body = {},
                const apiserver::User& user = admin(), const std::string& type = "application/json") {
        apiserver::Request request;
        request.method = method;
        request.target = target;
        request.contentType = type;
        if (!body.isEmpty())
            request.body = QString(body).replace(u'\'', u'"').toStdString();
        request.trustedUser = user;
        return ask(request);
    }
    Answer post(const std::string& target, const QString& body, const apiserver::User& user = admin()) {
        return send("POST", target, body, user);
    }
    Answer get(const std::string& target, const apiserver::User& user = admin()) {
        return send("GET", target, {}, user);
    }
    Answer merge(const std::string& target, const QString& body, const apiserver::User& user = admin()) {
        return send("PATCH", target, body, user, "application/merge-patch+json");
    }
    Answer remove(const std::string& target, const apiserver::User& user = admin()) {
        return send("DELETE", target, {}, user);
    }
    Answer withToken(const std::string& token, const std::string& target) {
        apiserver::Request request;
        request.target = target;
        request.authorization = "Bearer " + token;
        return ask(request);
    }

    Answer ask(const apiserver::Request& request) {
        apiserver::Answer answer = server_.handle(request);
        Answer result;
        if (auto* reply = std::get_if<apiserver::Reply>(&answer)) {
            result.code = reply->code;
            result.warnings = reply->warnings;
            if (auto parsed = api::parseJson(reply->body); parsed && parsed->is_object())
                result.body = std::move(parsed->get_object());
        }
        return result;
    }

    /// A namespace with its default service account, as the controllers would leave it.
    void makeNamespace(const std::string& name, const QString& labels = "{}") {
        post("/api/v1/namespaces",
             QStringLiteral("{'metadata':{'name':'%1','labels':%2}}").arg(QString::fromStdString(name), labels));
        post("/api/v1/namespaces/" + name + "/serviceaccounts", "{'metadata':{'name':'default'}}");
    }

    apiserver::ApiServer& server() { return server_; }
    /// Forgets the past: only the present can be read from now on.
    void compact() { (void)store_->compact(store_->revision()); }

private:
    static apiserver::ServerOptions options(const std::string& staticTokens, const Adjust& adjust) {
        apiserver::ServerOptions options;
        options.serviceAccountKeyPem = pki::makePrivateKey().value();
        options.staticTokens = apiserver::authentication::StaticTokens::parse(staticTokens).value();
        if (adjust)
            adjust(options);
        return options;
    }

    std::unique_ptr<store::Store> store_;
    apiserver::ApiServer server_;
};

/// A pod with these members of its spec and of its one container.
inline QString podText(const QString& name, const QString& spec = {}, const QString& container = {}) {
    return QStringLiteral("{'metadata':{'name':'%1'},'spec':{'containers':[{'name':'a','image':'x'%2}]%3}}")
        .arg(name, container, spec);
}

} // namespace slipway::test
