// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace berth::test {

/// Checkpoints, data and goldens that are not part of the repository: the folder BERTH_SHARED (environment) names, else
/// `shared` beside the source tree; nothing where neither is there.
[[nodiscard]] inline std::optional<std::filesystem::path> shared() {
    const char* named = std::getenv("BERTH_SHARED");
    const std::filesystem::path folder = named ? std::filesystem::path(named) : std::filesystem::path(BERTH_SOURCE_DIR) / ".." / "shared";
    if (!std::filesystem::is_directory(folder)) return std::nullopt;
    return folder;
}

}  // namespace berth::test
