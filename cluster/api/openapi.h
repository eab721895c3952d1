#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// What is served: built-in resources and those of definitions, in discovery order.
using Resources = std::span<const Resource* const>;
/// The built-in ones.
Resources builtIns();

/// The paths of the group versions served ("api/v1", "apis/apps/v1"), each once.
std::vector<std::string> openApiGroupVersions(Resources resources = builtIns());
/// The document of one group version ("api/v1", "apis/apps/v1"): schemas and paths with verbs, parameters
/// (fieldValidation and the others) and x-kubernetes-group-version-kind. Empty object when there is none.
JsonObject openApiV3Document(std::string_view groupVersionPath, Resources resources = builtIns());
/// The Swagger 2.0 document at /openapi/v2.
JsonObject openApiV2Document(Resources resources = builtIns());
/// The same as a gnostic openapi_v2.Document, which kubectl asks for. It has the definitions; its paths are empty, for
/// kubectl reads those from the OpenAPI 3 documents.
std::string openApiV2Protobuf(const JsonObject& document);
/// Definitions alone in that form, to be put behind a document: messages that follow each other are one.
std::string openApiV2ProtobufDefinitions(const JsonObject& definitions);

/// Discovery documents: APIVersions at /api, APIGroupList at /apis, APIGroup at /apis/<group>, APIResourceList at
/// /api/v1 and /apis/<group>/<version>, and the aggregated form (apidiscovery.k8s.io/v2 APIGroupDiscoveryList, and
/// v2beta1, which has the same members).
JsonObject discoveryApiVersions(std::string_view serverAddress);
JsonObject discoveryGroups(Resources resources = builtIns());
JsonObject discoveryGroup(std::string_view group, Resources resources = builtIns());
JsonObject discoveryResources(std::string_view group, std::string_view version, Resources resources = builtIns());
JsonObject discoveryAggregated(bool coreGroup, Resources resources = builtIns(),
                               std::string_view documentVersion = "v2");

} // namespace slipway::api
