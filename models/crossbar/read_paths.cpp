// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/read_paths.hpp"

#include "models/crossbar/analog_path.hpp"
#include "models/crossbar/bit_plane_path.hpp"
#include "models/crossbar/corrected_gemm_path.hpp"
#include "models/crossbar/noisy_path.hpp"
#include "models/crossbar/reference_path.hpp"

namespace berth::crossbar {

std::unique_ptr<const ReadPath> choose_path(const std::shared_ptr<const ProgrammedArrays>& arrays, std::span<const std::int8_t> weights) {
    if (arrays->design.crossbar.path == "auto")
        if (auto path = make_corrected_gemm_path(arrays, weights)) return path;
    return choose_array_path(arrays);
}

std::unique_ptr<const ReadPath> choose_array_path(const std::shared_ptr<const ProgrammedArrays>& arrays) {
    if (arrays->design.crossbar.path == "auto") {
        if (auto path = make_bit_plane_path(arrays)) return path;
        if (auto path = make_noisy_path(arrays)) return path;
        if (auto path = make_analog_path(arrays)) return path;
    }
    return make_reference_path(arrays);
}

std::shared_ptr<const ProgrammedArrays> with_blocks(const ProgrammedArrays& arrays, std::span<const std::int8_t> weights) {
    auto whole = std::make_shared<ProgrammedArrays>(arrays);
    if (whole->blocks.empty()) whole->program(*make_encoding(arrays.design.crossbar.encoding), weights);
    return whole;
}

}  // namespace berth::crossbar
