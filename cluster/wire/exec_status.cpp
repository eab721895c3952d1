#include "cluster/wire/exec_status.h"

#include "cluster/api/json.h"

#include <format>

namespace slipway::wire {

std::string exitMessage(std::optional<int> code, const std::string& problem) {
    if (!code)
        return "Internal error occurred: error executing command in container: " + problem;
    return *code == 0 ? ""
                      : std::format("command terminated with non-zero exit code: error executing command, exit code {}",
                                    *code);
}

std::string exitStatus(std::optional<int> code, const std::string& problem) {
    api::JsonObject status{{"metadata", api::JsonObject()}};
    if (code == 0) {
        status["status"] = "Success";
        return api::printJson(status);
    }
    status["status"] = "Failure";
    status["message"] = exitMessage(code, problem);
    if (code) {
        status["reason"] = "NonZeroExitCode";
        status["details"] = api::JsonObject{
            {"causes", api::JsonArray{api::JsonObject{{"reason", "ExitCode"}, {"message", std::to_string(*code)}}}}};
    } else {
        status["code"] = 500;
        status["reason"] = "InternalError";
        status["details"] = api::JsonObject{{"causes", api::JsonArray{api::JsonObject{{"message", problem}}}}};
    }
    return api::printJson(status);
}

} // namespace slipway::wire
