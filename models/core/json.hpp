// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace berth {

/// Parses JSON from a file. Depth is bounded (64 levels) and so is size (64 MiB).
/// @throws InputError naming the file when it cannot be read or is not JSON.
[[nodiscard]] boost::json::value read_json(const std::filesystem::path& file);

/// Parses JSON text; `where` names its origin in messages.
[[nodiscard]] boost::json::value parse_json(std::string_view text, const std::string& where);

/// Human-readable JSON, two-space indent, keys in insertion order, shortest round-trip numbers: same value, same bytes.
/// Numbers that JSON cannot hold (NaN, infinity) become null.
[[nodiscard]] std::string pretty_json(const boost::json::value& value);

/// Lays `overlay` over `base`: objects merge key by key, anything else replaces.
void merge_json(boost::json::value& base, const boost::json::value& overlay);

/// Sets `a.b.c` to `text`, read as JSON where it is JSON and as a string otherwise. Every key must exist already.
/// @throws InputError naming the path where a key does not exist.
void set_json_path(boost::json::value& json, std::string_view path, std::string_view text);

}  // namespace berth
