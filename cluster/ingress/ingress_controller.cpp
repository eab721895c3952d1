#include "cluster/ingress/ingress_controller.h"

#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "cluster/client/informer.h"
#include "cluster/ingress/nginx_config.h"
#include "cluster/ingress/nginx_process.h"
#include "cluster/ingress/tls_pair.h"
#include "cluster/network/settling_worker.h"
#include "cluster/pki/pki.h"

#include <format>
#include <mutex>

namespace slipway::ingress {
namespace {

namespace networking = api::networking_v1;
using network::SettlingWorker;
using std::chrono::milliseconds;

constexpr milliseconds gather{100}, unknown{200}, retry{5000};

/// What is followed from the first Ingress of ours on.
struct Backends {
    client::Informer<api::core_v1::Service> services;
    client::Informer<api::discovery_v1::EndpointSlice> slices;
    client::Informer<api::core_v1::Secret> secrets;

    explicit Backends(const std::shared_ptr<const client::Client>& client)
        : services(client), slices(client), secrets(client, "", {.fieldSelector = "type=kubernetes.io/tls"}) {}

    void start(const std::function<void()>& changed) {
        const auto touched = [changed](const auto&, const auto&) { changed(); };
        services.onChange(touched);
        slices.onChange(touched);
        secrets.onChange(touched);
        services.start();
        slices.start();
        secrets.start();
    }

    bool synced() const {
        return services.waitForSync(unknown) && slices.waitForSync(unknown) && secrets.waitForSync(unknown);
    }

    std::vector<SlicePtr> slicesOf(const std::string& ns, const std::string& service) const {
        std::vector<SlicePtr> result;
        for (const SlicePtr& slice : slices.list(ns))
            if (const auto owner = slice->metadata.labels.find("kubernetes.io/service-name");
                owner != slice->metadata.labels.end() && owner->second == service)
                result.push_back(slice);
        return result;
    }
};

std::string member(const api::core_v1::Secret& secret, const std::string& name) {
    const auto found = secret.data.find(name);
    return found == secret.data.end() ? std::string() : found->second.data;
}

} // namespace

struct IngressController::Parts {
    const IngressSettings settings;
    const std::shared_ptr<const client::Client> client;
    NginxProcess process;
    std::string served;                       ///< the configuration in use
    std::map<std::string, std::string> pairs; ///< certificate files as written
    std::shared_ptr<SettlingWorker> worker;   ///< shared with the informers' handlers, which may end later
    client::Informer<networking::Ingress> ingresses;
    client::Informer<networking::IngressClass> classes;
    std::unique_ptr<Backends> backends;

    Parts(IngressSettings given, std::shared_ptr<const client::Client> connection)
        : settings(std::move(given))
        , client(std::move(connection))
        , process(settings.folder)
        , worker(std::make_shared<SettlingWorker>([this] { return work(); }, gather))
        , ingresses(client)
        , classes(client) {}
    ~Parts() { worker->stop(); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    void start() {
        makeClass();
        const auto touched = [to = worker](const auto&, const auto&) { to->changed(); };
        ingresses.onChange(touched);
        classes.onChange(touched);
        ingresses.start();
        classes.start();
        worker->changed(); // an earlier server may have left an nginx that is not wanted any more
    }

    void makeClass() const {
        networking::IngressClass ours;
        ours.metadata.name = className;
        ours.metadata.annotations["ingressclass.kubernetes.io/is-default-class"] = "true";
        ours.spec.emplace();
        ours.spec->controller = controllerName;
        if (const auto made = client->create<networking::IngressClass>("", ours);
            !made && made.error().kind != client::Errc::alreadyExists)
            base::warn("ingress", "class {}: {}", className, made.error().message);
    }

    std::optional<milliseconds> work() {
        if (!ingresses.waitForSync(unknown) || !classes.waitForSync(unknown))
            return unknown;
        std::vector<IngressPtr> ours;
        const std::vector<IngressClassPtr> known = classes.list();
        for (const IngressPtr& ingress : ingresses.list())
            if (isOurs(*ingress, known))
                ours.push_back(ingress);
        if (ours.empty()) {
            process.stop();
            served.clear();
            return std::nullopt;
        }
        if (!NginxProcess::isInstalled()) {
            base::warn("ingress", "nginx is not installed here: Ingresses are not served");
            return std::nullopt;
        }
        if (!backends) {
            backends = std::make_unique<Backends>(client);
            backends->start([to = worker] { to->changed(); });
        }
        if (!backends->synced())
            return unknown;
        if (!serve(ours))
            return retry;
        for (const IngressPtr& ingress : ours)
            publish(*ingress);
        return std::nullopt;
    }

    bool serve(const std::vector<IngressPtr>& ours) {
        const IngressSources sources{
            [this](const std::string& ns, const std::string& name) { return backends->services.get(ns, name); },
            [this](const std::string& ns, const std::string& service) { return backends->slicesOf(ns, service); }};
        const IngressPlan plan = planIngress(ours, sources);
        NginxSettings nginx;
        nginx.folder = settings.folder;
        nginx.httpPort = settings.httpPort;
        nginx.httpsPort = settings.httpsPort;
        nginx.resolver = settings.resolver;
        std::error_code error;
        std::filesystem::create_directories(settings.folder, error);
        bool changed = writeDefaultPair();
        std::set<std::string> certificates;
        for (const std::string& secret : plan.secrets)
            if (writePair(secret, changed))
                certificates.insert(secret);
        std::string config = nginxConfig(plan, certificates, nginx);
        if (config == served && !changed && process.isRunning())
            return true;
        if (auto used = process.use(config); !used) {
            base::error("ingress", "nginx: {}", used.error());
            return false;
        }
        served = std::move(config);
        return true;
    }

    /// Hosts without a certificate answer with one that nobody trusts, as a browser then says.
    bool writeDefaultPair() {
        const auto file = certificateFile(settings.folder, {});
        std::error_code error;
        if (std::filesystem::exists(file, error))
            return false;
        const auto authority = pki::makeAuthority("Slipway Ingress");
        pki::CertificateRequest request;
        request.commonName = "Slipway Ingress Default Certificate";
        request.dnsNames = {"ingress.local"};
        request.server = true;
        const auto pair = authority ? pki::issueCertificate(*authority, request) : std::unexpected(authority.error());
        return pair && base::writeFileAtomically(file, pair->certificatePem + pair->keyPem).has_value();
    }

    /// Writes a secret's pair where nginx reads it. False when the secret holds none that can be used.
    bool writePair(const std::string& secret, bool& changed) {
        const std::size_t slash = secret.find('/');
        const auto object = backends->secrets.get(secret.substr(0, slash), secret.substr(slash + 1));
        const std::string certificate = object ? member(*object, "tls.crt") : "",
                          key = object ? member(*object, "tls.key") : "";
        if (!isUsablePair(certificate, key))
            return false;
        std::string pair = certificate + "\n" + key;
        if (const auto known = pairs.find(secret); known != pairs.end() && known->second == pair)
            return true;
        if (!base::writeFileAtomically(certificateFile(settings.folder, secret), pair))
            return false;
        pairs[secret] = std::move(pair);
        changed = true;
        return true;
    }

    void publish(const networking::Ingress& ingress) const {
        networking::IngressLoadBalancerIngress own;
        own.ip = settings.address;
        if (ingress.status && ingress.status->loadBalancer && ingress.status->loadBalancer->ingress == std::vector{own})
            return;
        const api::Json patch = api::JsonObject{
            {"status", api::JsonObject{
                           {"loadBalancer",
                            api::JsonObject{{"ingress", api::JsonArray{api::JsonObject{{"ip", settings.address}}}}}}}}};
        client::PatchOptions options;
        options.subresource = "status";
        const auto written = client->patch(client::resourceOf<networking::Ingress>(), ingress.metadata.namespace_,
                                           ingress.metadata.name, client::PatchKind::merge, patch, options);
        if (!written && written.error().kind != client::Errc::notFound)
            base::warn("ingress", "status of {}/{}: {}", ingress.metadata.namespace_, ingress.metadata.name,
                       written.error().message);
    }
};

IngressController::IngressController(IngressSettings settings, std::shared_ptr<const client::Client> client)
    : parts_(std::make_unique<Parts>(std::move(settings), std::move(client))) {}

IngressController::~IngressController() = default;

void IngressController::start() {
    parts_->start();
}

} // namespace slipway::ingress
