// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/programmed_arrays.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace berth::crossbar {

/// The fastest way of reading the arrays that gives what the reference gives: the same codes where nothing is random, else codes of the
/// same distribution. The reference itself where the design asks for it.
/// @param weights what the arrays were programmed with, [out, in].
[[nodiscard]] std::unique_ptr<const ReadPath> choose_path(const std::shared_ptr<const ProgrammedArrays>& arrays,
                                                          std::span<const std::int8_t> weights);

/// The same of the ways that go through the arrays column by column and so have every code.
[[nodiscard]] std::unique_ptr<const ReadPath> choose_array_path(const std::shared_ptr<const ProgrammedArrays>& arrays);

/// The arrays with their blocks programmed, where they were dropped.
[[nodiscard]] std::shared_ptr<const ProgrammedArrays> with_blocks(const ProgrammedArrays& arrays, std::span<const std::int8_t> weights);

}  // namespace berth::crossbar
