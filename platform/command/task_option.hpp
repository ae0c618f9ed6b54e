// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace berth::command {

/// Reads --task options, each NAME=DIR[,data=FILE][,measure=FILE][,rows=all|even|odd][,metric=METRIC].
/// @throws InputError naming the option that cannot be read, that comes twice, whose files do not exist, or whose parts do not go together.
[[nodiscard]] std::vector<compressor::TaskRequest> read_task_options(const std::vector<std::string>& options);

/// The tasks' data files, and the `others`: what an output must not replace.
[[nodiscard]] std::vector<std::filesystem::path> inputs_of(const std::vector<compressor::TaskRequest>& tasks,
                                                           std::vector<std::filesystem::path> others);

}  // namespace berth::command
