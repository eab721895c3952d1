#include "cluster/ingress/nginx_config.h"

#include <algorithm>
#include <format>

namespace slipway::ingress {
namespace {

std::string hashOf(const std::string& text) {
    std::uint64_t hash = 1469598103934665603ULL; // FNV-1a
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return std::format("{:016x}", hash);
}

/// A wildcard of Kubernetes stands for one label, nginx's own for any number of them.
std::string serverName(const std::string& host) {
    if (!host.starts_with("*."))
        return host;
    std::string expression = "~^[^.]+";
    for (const char c : host.substr(1))
        expression += c == '.' ? std::string("\\.") : std::string(1, c);
    return std::format("\"{}$\"", expression);
}

class Config {
public:
    Config(const IngressPlan& plan, const std::set<std::string>& certificates, const NginxSettings& settings)
        : plan_(plan), certificates_(certificates), settings_(settings) {
        for (const Upstream& upstream : plan.upstreams)
            upstreams_[upstream.key] = &upstream;
    }

    std::string run() {
        addTop();
        for (const Upstream& upstream : plan_.upstreams)
            addUpstream(upstream);
        if (std::ranges::none_of(plan_.hosts, [](const VirtualHost& host) { return host.host.empty(); }))
            addHost({});
        for (const VirtualHost& host : plan_.hosts)
            addHost(host);
        text_ += "}\n";
        return std::move(text_);
    }

private:
    void addTop() {
        const std::string folder = settings_.folder.string();
        text_ += std::format("daemon on;\npid {0}/nginx.pid;\nerror_log {0}/error.log warn;\nworker_processes 1;\n"
                             "worker_shutdown_timeout 300s;\nevents {{\n  worker_connections 4096;\n}}\nhttp {{\n",
                             folder);
        for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            text_ += std::format("  {}_temp_path {}/temp-{};\n", kind, folder, kind);
        text_ += "  access_log off;\n  server_tokens off;\n  default_type text/plain;\n  client_max_body_size 1m;\n"
                 "  server_names_hash_bucket_size 256;\n  variables_hash_max_size 2048;\n"
                 "  ssl_protocols TLSv1.2 TLSv1.3;\n  ssl_session_cache shared:tls:1m;\n"
                 "  proxy_buffering off;\n" // what a backend says bit by bit arrives bit by bit
                 "  proxy_http_version 1.1;\n  proxy_connect_timeout 5s;\n  proxy_next_upstream error timeout;\n"
                 "  proxy_set_header Host $http_host;\n  proxy_set_header X-Real-IP $remote_addr;\n"
                 "  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n"
                 "  proxy_set_header X-Forwarded-Host $http_host;\n  proxy_set_header X-Forwarded-Port $server_port;\n"
                 "  proxy_set_header X-Forwarded-Proto $scheme;\n  proxy_set_header X-Scheme $scheme;\n"
                 "  proxy_set_header Upgrade $http_upgrade;\n  proxy_set_header Connection $connection_kept;\n"
                 "  map $http_upgrade $connection_kept {\n    default upgrade;\n    \"\" \"\";\n  }\n";
        if (!settings_.resolver.empty())
            text_ += std::format("  resolver {} valid=10s;\n", settings_.resolver);
    }

    void addUpstream(const Upstream& upstream) {
        if (upstream.servers.empty())
            return;
        text_ += std::format("  upstream u_{} {{ # {}\n", hashOf(upstream.key), upstream.key);
        for (const std::string& server : upstream.servers)
            text_ += std::format("    server {} max_fails=0;\n", server);
        text_ += "    keepalive 32;\n";
        // Behind a service's address a connection is what finds an endpoint: few requests share one, so that all
        // endpoints get their part, and soon after one is gone nothing goes there. One in four halves nginx' work.
        if (upstream.byService)
            text_ += "    keepalive_requests 4;\n    keepalive_time 5s;\n    keepalive_timeout 5s;\n";
        text_ += "  }\n";
    }

    void listen(int port, const char* words, bool isDefault) {
        const char* mark = isDefault ? " default_server" : "";
        text_ += std::format("    listen {}{}{};\n", port, words, mark);
        if (settings_.ipv6)
            text_ += std::format("    listen [::]:{}{}{};\n", port, words, mark);
    }

    void addHost(const VirtualHost& host) {
        const bool others = host.host.empty();
        const std::string own = certificates_.contains(host.certificate) ? host.certificate : std::string();
        const std::string file = certificateFile(settings_.folder, own).string();
        text_ += "  server {\n";
        listen(settings_.httpPort, "", others);
        listen(settings_.httpsPort, " ssl", others);
        text_ += std::format("    server_name {};\n    ssl_certificate {};\n    ssl_certificate_key {};\n",
                             others ? "_" : serverName(host.host), file, file);
        if (host.redirectToTls && !host.certificate.empty())
            text_ += "    if ($scheme = http) {\n      return 308 https://$host$request_uri;\n    }\n";
        std::vector<Location> locations = host.locations;
        // Of expressions nginx takes the first that fits: the longest has to be first.
        std::ranges::stable_sort(locations, std::greater(), [](const Location& l) { return l.path.size(); });
        for (const Location& location : locations)
            addLocation(location, locations);
        const auto everything = [](const Location& l) { return l.path.empty() && l.kind == PathKind::prefix; };
        if (std::ranges::none_of(locations, everything))
            text_ += "    location / {\n      return 404 \"default backend - 404\\n\";\n    }\n";
        text_ += "  }\n";
    }

    void addLocation(const Location& location, const std::vector<Location>& all) {
        if (location.kind == PathKind::expression)
            return block(std::format("~* \"^{}\"", location.path), location);
        if (location.kind == PathKind::exact)
            return block(std::format("= \"{}\"", location.path), location);
        block(std::format("\"{}/\"", location.path), location);
        const bool exact = std::ranges::any_of(
            all, [&](const Location& other) { return other.kind == PathKind::exact && other.path == location.path; });
        if (!location.path.empty() && !exact) // a prefix counts whole elements: /foo is in it, /foobar is not
            block(std::format("= \"{}\"", location.path), location);
    }

    void block(const std::string& match, const Location& location) {
        text_ += std::format("    location {} {{\n", match);
        if (!location.maxBody.empty())
            text_ += std::format("      client_max_body_size {};\n      proxy_request_buffering off;\n",
                                 location.maxBody); // rather than to the disk first
        if (!location.rewrite.empty())
            text_ += std::format("      rewrite \"(?i){}\" {} break;\n", location.path, location.rewrite);
        const auto upstream = upstreams_.find(location.upstream);
        if (upstream == upstreams_.end())
            text_ += "      return 503;\n";
        else if (!upstream->second->servers.empty())
            text_ += std::format("      proxy_pass http://u_{};\n", hashOf(location.upstream));
        else if (!upstream->second->externalName.empty() && !settings_.resolver.empty())
            text_ += std::format("      set $target \"{}\";\n      proxy_pass http://$target;\n",
                                 upstream->second->externalName);
        else
            text_ += "      return 503;\n";
        text_ += "    }\n";
    }

    const IngressPlan& plan_;
    const std::set<std::string>& certificates_;
    const NginxSettings& settings_;
    std::map<std::string, const Upstream*> upstreams_;
    std::string text_;
};

} // namespace

std::filesystem::path certificateFile(const std::filesystem::path& folder, const std::string& secret) {
    return folder / (secret.empty() ? std::string("default.pem") : hashOf(secret) + ".pem");
}

std::string nginxConfig(const IngressPlan& plan, const std::set<std::string>& certificates,
                        const NginxSettings& settings) {
    return Config(plan, certificates, settings).run();
}

} // namespace slipway::ingress
