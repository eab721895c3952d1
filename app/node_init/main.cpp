// slipway-node-init: the first process of a node sandbox. Starts the services in /etc/slipway/services and keeps them
// up.

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "app/node_init/machine_setup.h"
#include "app/node_init/node_setup.h"
#include "app/node_init/pod_shutdown.h"
#include "app/node_init/service_list.h"
#include "app/node_init/supervisor.h"

int main(int argc, char** argv) {
    sigset_t handled;
    sigemptyset(&handled);
    for (int signal : {SIGCHLD, SIGTERM, SIGINT})
        sigaddset(&handled, signal);
    sigprocmask(SIG_BLOCK, &handled, nullptr);

    const bool machine = slipway::node_init::isMachine();
    if (machine)
        slipway::node_init::setUpMachine();

    const char* listPath = argc > 1 ? argv[1] : "/etc/slipway/services";
    std::ifstream list(listPath);
    const std::string text{std::istreambuf_iterator<char>(list), {}};
    auto services = slipway::node_init::parseServices(text);
    if (!list || !services) {
        std::fprintf(stderr, "slipway-node-init: %s: %s\n", listPath,
                     services ? "cannot be read" : services.error().c_str());
        return 1;
    }
    slipway::node_init::delegateCgroups();
    slipway::node_init::setNetworkSysctls();
    slipway::node_init::shareMounts();
    const auto endPods = [] { slipway::node_init::endContainers(std::chrono::seconds(10)); };
    slipway::node_init::Supervisor(std::move(*services), "/var/log/slipway", endPods).run();
    if (machine)
        slipway::node_init::turnOff();
}
