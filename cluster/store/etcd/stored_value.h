#pragma once

#include "cluster/store/store.h"

/// A value as it lies in etcd: where its revision goes (decimal digits, or nothing), a line feed, and the value itself.
/// etcd decides the revision after it has the value, so that the digits are put in by who reads.
namespace slipway::store::etcd {

/// @p revisionAt: as in Operation.
std::string packed(const std::string& value, std::size_t revisionAt);

/// The value as it was at @p revision. A value without the line is taken as it is.
std::shared_ptr<const std::string> unpacked(std::string_view stored, Revision revision);

/// Who made a commit, as it stands beside the data.
std::string printOrigin(const Origin& origin);
Origin parseOrigin(std::string_view text);

} // namespace slipway::store::etcd
