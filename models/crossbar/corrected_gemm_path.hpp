// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace berth::crossbar {

/// Where only some channels have columns whose cells can sum past the converter's top: those go through bit planes, the others, which
/// cannot lose anything, are an integer product.
/// @return null where cells are not ideal, or no channel is lossless, or the unit columns are not.
[[nodiscard]] std::unique_ptr<const ReadPath> make_corrected_gemm_path(const std::shared_ptr<const ProgrammedArrays>& arrays,
                                                                       std::span<const std::int8_t> weights);

}  // namespace berth::crossbar
