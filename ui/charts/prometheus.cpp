#include "ui/charts/prometheus.h"

#include "ui/resources/row_readers.h"

#include <algorithm>
#include <functional>
#include <map>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

std::string proxied(const PrometheusPlace& place, const std::string& path) {
    return "/api/v1/namespaces/" + place.ns + "/services/" + place.service + ":" + place.port + "/proxy" + path;
}

/// A label's value as PromQL writes it.
std::string quoted(const QString& value) {
    std::string out = "\"";
    for (const char c : value.toStdString()) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

constexpr const char* realContainers = "container!=\"\",container!=\"POD\"";

/// The labels by which cAdvisor's metrics name a thing; empty for keys that are none of ours.
std::string selectorOf(const QString& key) {
    const QStringList parts = key.split(QLatin1Char('/'));
    if (parts.size() == 2 && parts[0] == QLatin1String("node"))
        return "id=\"/\",node=" + quoted(parts[1]);
    if (parts.size() == 3 && parts[0] == QLatin1String("pod"))
        return "namespace=" + quoted(parts[1]) + ",pod=" + quoted(parts[2]) + "," + realContainers;
    if (parts.size() == 4 && parts[0] == QLatin1String("container"))
        return "namespace=" + quoted(parts[1]) + ",pod=" + quoted(parts[2]) + ",container=" + quoted(parts[3]);
    return {};
}

const JsonArray& resultsOf(const Json& answer) {
    static const JsonArray none;
    return answer.is_object() ? arrayAt(answer.get_object(), {"data", "result"}) : none;
}

/// [1700000000.5, "0.25"]
std::optional<std::pair<qint64, double>> pointOf(const Json& value) {
    const JsonArray* pair = value.if_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_number() || !(*pair)[1].is_string())
        return std::nullopt;
    bool read = false;
    const double number = text(api::view((*pair)[1].get_string())).toDouble(&read);
    return read ? std::optional(std::pair(static_cast<qint64>((*pair)[0].to_number<double>() * 1000), number))
                : std::nullopt;
}

Json ask(const client::Client& client, const PrometheusPlace& place, const std::string& path) {
    return client.getJson(proxied(place, path)).value_or(Json());
}

using Amounts = std::map<QString, double>;

Amounts readAmounts(const client::Client& client, const PrometheusPlace& place, const std::string& query,
                    const std::function<QString(const Json&)>& keyOf) {
    Amounts amounts;
    const Json answer = ask(client, place, "/api/v1/query?query=" + client::percentEncode(query));
    for (const Json& result : resultsOf(answer))
        if (const Json* value = api::find(result, {"value"}); value != nullptr)
            if (const auto point = pointOf(*value))
                amounts[keyOf(result)] = point->second;
    return amounts;
}

} // namespace

std::optional<PrometheusPlace> prometheusAmong(const JsonArray& services) {
    std::optional<PrometheusPlace> best;
    int bestScore = 0;
    for (const Json& service : services) {
        const auto label = [&service](const char* name) {
            return api::stringAt(service, {"metadata", "labels", name});
        };
        const auto name = api::stringAt(service, {"metadata", "name"});
        int score = label("app.kubernetes.io/name") == "prometheus"                                      ? 4
                    : label("app") == "prometheus" || label("app") == "kube-prometheus-stack-prometheus" ? 3
                    : name == "prometheus" || name == "prometheus-server" || name == "prometheus-k8s"    ? 2
                    : name == "prometheus-operated"                                                      ? 1
                                                                                                         : 0;
        if (label("app.kubernetes.io/component") == "alertmanager" || score <= bestScore || !service.is_object())
            continue;
        const JsonArray& ports = arrayAt(service.get_object(), {"spec", "ports"});
        const Json* port = nullptr;
        for (const Json& each : ports) { // other ports are those of side cars
            const auto called = api::stringAt(each, {"name"});
            if (port == nullptr || called == "web" || called == "http" || called == "http-web")
                port = &each;
        }
        if (port == nullptr || !port->is_object())
            continue;
        bestScore = score;
        best = PrometheusPlace{std::string(api::stringAt(service, {"metadata", "namespace"})), std::string(name),
                               std::to_string(api::intAt(port->get_object(), {"port"}).value_or(9090))};
    }
    return best;
}

std::optional<PrometheusPlace> findPrometheus(const client::Client& client) {
    const auto services = client.listAll({"", "v1", "services", "Service", true}, {});
    if (!services)
        return std::nullopt;
    const auto place = prometheusAmong(JsonArray(services->items.begin(), services->items.end()));
    if (!place || api::stringAt(ask(client, *place, "/api/v1/query?query=1"), {"status"}) != "success")
        return std::nullopt;
    return place;
}

std::string cpuQuery(const QString& key) {
    const std::string selector = selectorOf(key);
    return selector.empty() ? selector : "sum(rate(container_cpu_usage_seconds_total{" + selector + "}[2m]))";
}

std::string memoryQuery(const QString& key) {
    const std::string selector = selectorOf(key);
    return selector.empty() ? selector : "sum(container_memory_working_set_bytes{" + selector + "})";
}

std::vector<UsageSample> rangeOf(const Json& cpu, const Json& memory) {
    std::map<qint64, UsageSample> byTime;
    const auto read = [&byTime](const Json& answer, double UsageSample::* member) {
        for (const Json& result : resultsOf(answer))
            if (const JsonObject* series = result.if_object())
                for (const Json& value : arrayAt(*series, {"values"}))
                    if (const auto point = pointOf(value)) {
                        UsageSample& sample = byTime[point->first];
                        sample.time = point->first;
                        sample.*member = point->second;
                    }
    };
    read(cpu, &UsageSample::cpu);
    read(memory, &UsageSample::memory);
    std::vector<UsageSample> samples;
    for (const auto& [time, sample] : byTime)
        samples.push_back(sample);
    return samples;
}

std::vector<UsageSample> readRange(const client::Client& client, const PrometheusPlace& place, const QString& key,
                                   qint64 from, qint64 to, int step) {
    const std::string cpu = cpuQuery(key);
    if (cpu.empty())
        return {};
    const auto aligned = [step](qint64 time) { return std::to_string(time / 1000 / step * step); };
    const auto range = [&](const std::string& query) {
        return ask(client, place,
                   "/api/v1/query_range?query=" + client::percentEncode(query) + "&start=" + aligned(from) +
                       "&end=" + aligned(to) + "&step=" + std::to_string(step));
    };
    return rangeOf(range(cpu), range(memoryQuery(key)));
}

std::vector<Measured> readNow(const client::Client& client, const PrometheusPlace& place, qint64 now) {
    const auto podKey = [](const Json& result) {
        return MetricsStore::podKey(text(api::stringAt(result, {"metric", "namespace"})),
                                    text(api::stringAt(result, {"metric", "pod"})));
    };
    const auto nodeKey = [](const Json& result) {
        return MetricsStore::nodeKey(text(api::stringAt(result, {"metric", "node"})));
    };
    const std::string containers = std::string("{") + realContainers + "}";
    const std::pair<Amounts, Amounts> kinds[] = {
        {readAmounts(client, place,
                     "sum by (namespace, pod) (rate(container_cpu_usage_seconds_total" + containers + "[2m]))", podKey),
         readAmounts(client, place, "sum by (namespace, pod) (container_memory_working_set_bytes" + containers + ")",
                     podKey)},
        {readAmounts(client, place, "sum by (node) (rate(container_cpu_usage_seconds_total{id=\"/\"}[2m]))", nodeKey),
         readAmounts(client, place, "sum by (node) (container_memory_working_set_bytes{id=\"/\"})", nodeKey)}};
    std::vector<Measured> all;
    for (const auto& [cpu, memory] : kinds)
        for (const auto& [key, bytes] : memory) {
            const auto used = cpu.find(key);
            all.push_back({key, {now, used == cpu.end() ? 0 : used->second, bytes}});
        }
    return all;
}

} // namespace slipway::ui
