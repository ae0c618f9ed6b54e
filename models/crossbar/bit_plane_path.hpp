// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <memory>

namespace berth::crossbar {

/// The reference's codes, sums and clipping on ideal cells (see ProgrammedArrays::ideal), from whole vectors of columns: currents are
/// population counts of the inputs' bits and the cells', eight rows at a time, and codes come from a CodeRule. Sums of one block are
/// kept in 32 bits.
/// @return null where there is no such rule, or where the sums would not fit.
[[nodiscard]] std::unique_ptr<const ReadPath> make_bit_plane_path(std::shared_ptr<const ProgrammedArrays> arrays);

}  // namespace berth::crossbar
