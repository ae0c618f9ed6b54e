// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace berth::platform {

/// A platform's JSON with everything it extends merged under it.
struct PlatformFiles {
    boost::json::value json;                    ///< an object, without "extends" and "tables"
    std::vector<std::filesystem::path> tables;  ///< every file's tables, the extended file's first, each once
};

/// Follows "extends" from a preset or file to its end. @throws InputError naming the file that is at fault.
[[nodiscard]] PlatformFiles read_platform_files(const std::string& preset_or_file);

/// Replaces every text that is "{a.b}" by the value at that path of `root`, and every "{a.b}" inside a longer text by that
/// value written out. @param where prefix of paths in messages. @throws InputError where there is no such path.
[[nodiscard]] boost::json::value resolve_references(const boost::json::value& root, const std::string& where);

}  // namespace berth::platform
