// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"

#include <string>
#include <vector>

namespace berth::compressor {

/// Puts the tasks of `more` behind those of `image`. Both must be of the same base: the matrices that the tasks share are then the
/// image's, and so are embedding tables that are equal, so that nothing is stored twice.
/// @throws InputError naming what differs (shape, tokenizer, geometry, a matrix of the base), or a task that is there already.
void append_tasks(WeightImage& image, WeightImage more);

/// Takes tasks out. What only they used is in the file no more; the base stays.
/// @throws InputError naming the tasks there are, or when none would be left.
void remove_tasks(WeightImage& image, const std::vector<std::string>& names);

}  // namespace berth::compressor
