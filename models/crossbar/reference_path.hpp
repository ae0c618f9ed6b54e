// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <memory>

namespace berth::crossbar {

/// Array by array, read by read, column by column, and where cells are noisy cell by cell: slow, and the meaning of every other path.
///
/// In one read a column carries sum over its rows of input * conductance. Read noise adds input * sigma * a normal number for each cell,
/// random telegraph noise takes a share of the cell's current away, the sense amplifier adds its offset and its noise. The converter of
/// the column's array makes a code of the current over 2^exponent, from which the background's codes are taken away; what is left
/// counts 2^exponent times its weight. A converter that adapts does so by that and by the read; unit columns it converts in full.
[[nodiscard]] std::unique_ptr<const ReadPath> make_reference_path(std::shared_ptr<const ProgrammedArrays> arrays);

}  // namespace berth::crossbar
