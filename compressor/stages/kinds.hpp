// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/stage.hpp"

/// Every stage, each in a file of its name. To add one: its file, its line here and in the table of stage_list.cpp, a test.
namespace berth::compressor::stages {

[[nodiscard]] StageKind allocation();
[[nodiscard]] StageKind bias_correction();
[[nodiscard]] StageKind block_sparsity();
[[nodiscard]] StageKind drop_and_rescale();
[[nodiscard]] StageKind embeddings();
[[nodiscard]] StageKind hard_sharing();
[[nodiscard]] StageKind low_bit_copies();
[[nodiscard]] StageKind low_rank();
[[nodiscard]] StageKind ntq();
[[nodiscard]] StageKind resilience();
[[nodiscard]] StageKind row_scaled_sign();
[[nodiscard]] StageKind row_scaled_ternary();
[[nodiscard]] StageKind shared_base();
[[nodiscard]] StageKind shared_deltas();
[[nodiscard]] StageKind shared_dictionary();

}  // namespace berth::compressor::stages
