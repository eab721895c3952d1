#include "app/agent/simulation_options.h"

#include "cluster/api/quantity.h"

#include <CLI/CLI.hpp>

using namespace slipway;

namespace {

void addDelay(CLI::App& app, const char* name, const char* text, std::function<void(std::chrono::milliseconds)> set) {
    app.add_option_function<std::string>(
           name,
           [name, set = std::move(set)](const std::string& value) {
               const auto delay = agent::parseDelay(value);
               if (!delay)
                   throw CLI::ValidationError(name, delay.error());
               set(*delay);
           },
           text)
        ->group("Simulated nodes");
}

void addQuantity(CLI::App& app, const char* name, const char* text, std::function<void(const api::Quantity&)> set) {
    app.add_option_function<std::string>(
           name,
           [name, set = std::move(set)](const std::string& value) {
               const auto amount = api::Quantity::parse(value);
               if (!amount)
                   throw CLI::ValidationError(name, "\"" + value + "\" is no quantity");
               set(*amount);
           },
           text)
        ->group("Simulated nodes");
}

} // namespace

void addSimulationOptions(CLI::App& app, agent::SimulationSettings& settings) {
    agent::SimulatedNodeShape& shape = settings.shape;
    agent::Behaviour& behaviour = settings.behaviour;
    shape.capacity.milliCpu = 4000;
    shape.capacity.memoryBytes = 32LL << 30;
    shape.capacity.storageBytes = 100LL << 30;
    const auto option = [&](const char* name, auto& value, const char* text) {
        return app.add_option(name, value, text)->group("Simulated nodes")->capture_default_str();
    };
    option("--simulate", settings.count, "Play this many nodes, instead of running pods here")
        ->check(CLI::Range(0, agent::mostSimulatedNodes));
    option("--simulate-prefix", shape.prefix, "Their names begin with this");
    option("--simulate-port", shape.port, "Port where their metrics are served");
    option("--simulate-zones", shape.zones, "Zones they are spread over; 0: none")->check(CLI::Range(0, 1000));
    option("--simulate-max-pods", shape.capacity.pods, "Most pods of each")->check(CLI::Range(1, 250));
    addQuantity(app, "--simulate-cpu", "Processors of each (default 4)",
                [&shape](const auto& amount) { shape.capacity.milliCpu = amount.milli(); });
    addQuantity(app, "--simulate-memory", "Memory of each (default 32Gi)",
                [&shape](const auto& amount) { shape.capacity.memoryBytes = amount.value(); });
    app.add_flag_callback(
           "--simulate-untainted", [&shape] { shape.tainted = false; },
           "Let every pod come, not only those that tolerate slipway.dev/simulated")
        ->group("Simulated nodes");
    option("--simulate-threads", settings.threads, "Threads that talk to the API server")->check(CLI::Range(1, 64));
    addDelay(app, "--simulate-heartbeat", "How often each renews its lease (default 10s)",
             [&settings](auto delay) { settings.heartbeat = std::max(delay, std::chrono::milliseconds(1000)); });
    addDelay(app, "--simulate-start-delay", "How long a container takes to start",
             [&behaviour](auto delay) { behaviour.startDelay = delay; });
    addDelay(app, "--simulate-ready-after", "How long a container runs before it is ready",
             [&behaviour](auto delay) { behaviour.readyAfter = delay; });
    addDelay(app, "--simulate-stop-delay", "How long a container takes to stop",
             [&behaviour](auto delay) { behaviour.stopDelay = delay; });
    addDelay(app, "--simulate-job-time", "How long containers of pods that end run (default 1s)",
             [&behaviour](auto delay) { behaviour.jobRunFor = delay; });
    option("--simulate-failure-rate", behaviour.failureRate, "Share of containers that end badly")
        ->check(CLI::Range(0.0, 1.0));
    option("--simulate-load", behaviour.load, "Share of its requests a container uses")->check(CLI::Range(0.0, 100.0));
}
