#pragma once

#include "cluster/api/json.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// The index at /openapi/v3: paths to documents with their hashes.
JsonObject openApiV3Index();
/// The document of one group version ("api/v1", "apis/apps/v1"): schemas and paths with verbs, parameters
/// (fieldValidation and the others) and x-kubernetes-group-version-kind. Empty object when there is none.
JsonObject openApiV3Document(std::string_view groupVersionPath);
/// The Swagger 2.0 document at /openapi/v2.
JsonObject openApiV2Document();
/// The same as a gnostic openapi_v2.Document, which kubectl asks for. It has the definitions; its paths are empty, for
/// kubectl reads those from the OpenAPI 3 documents.
std::string openApiV2Protobuf();

/// Discovery documents: APIVersions at /api, APIGroupList at /apis, APIGroup at /apis/<group>, APIResourceList at
/// /api/v1 and /apis/<group>/<version>, and the aggregated form (apidiscovery.k8s.io/v2 APIGroupDiscoveryList).
JsonObject discoveryApiVersions(std::string_view serverAddress);
JsonObject discoveryGroups();
JsonObject discoveryGroup(std::string_view group);
JsonObject discoveryResources(std::string_view group, std::string_view version);
JsonObject discoveryAggregated(bool coreGroup);

} // namespace slipway::api
