// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::workloads {

/// The first key that stands twice in the outermost object of `json`, which a parsed object no longer shows.
[[nodiscard]] std::optional<std::string> repeated_key(std::string_view json);

}  // namespace berth::workloads
