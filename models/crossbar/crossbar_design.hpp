// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_model.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "models/periphery/adc.hpp"
#include "models/periphery/dac.hpp"
#include "models/periphery/sense_amplifier.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace berth::crossbar {

/// All that decides, beside its weights, what a matrix on arrays gives.
struct CrossbarDesign {
    CrossbarParams crossbar;
    periphery::DacParams dac;
    std::shared_ptr<const periphery::Adc> adc;
    std::shared_ptr<const CellModel> cells;
    periphery::SenseParams sense{};
    std::uint64_t seed = 0;  ///< of the draws that every read makes anew
};

/// Where the converters of a matrix stand, found by calibration: in the columns of each polarity and slice a code stands for
/// adc.step() * 2^exponent units of current, so codes join exactly after a shift. Shape [polarities * slices], each from 0 to 15; empty
/// where all are 0.
struct ConverterRanges {
    std::vector<int> exponents;
};

/// Which read it is: with the design's seed and the matrix's component it keys everything random in a read.
struct ReadKey {
    std::uint64_t request = 0;      ///< number of the sentence in the run
    std::uint32_t first_token = 0;  ///< place in the sentence of the first vector given
};

}  // namespace berth::crossbar
