// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"

#include <string>
#include <vector>

namespace berth::command {

/// Reads --task options, each NAME=DIR[,data=FILE][,metric=METRIC].
/// @throws InputError naming the option that cannot be read, that comes twice, or whose data file does not exist.
[[nodiscard]] std::vector<compressor::TaskRequest> read_task_options(const std::vector<std::string>& options);

}  // namespace berth::command
