// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <string>
#include <vector>

namespace berth::crossbar {

/// Names of the registered weight encodings (see encoding.hpp).
[[nodiscard]] std::vector<std::string> encoding_names();

/// "auto": the fastest way that gives the codes the hardware gives; "reference": array by array, read by read.
[[nodiscard]] std::vector<std::string> path_names();

struct CrossbarParams {
    int rows;
    int cols;
    int cell_bits;
    std::string encoding;
    std::string path;

    static constexpr std::tuple fields{
        Field{"rows", &CrossbarParams::rows, "wordline", 16, 1024, "wordlines of an array"},
        Field{"cols", &CrossbarParams::cols, "bitline", 16, 1024, "bitlines of an array"},
        Field{"cell_bits", &CrossbarParams::cell_bits, "bit", 1, 4, "bits a cell holds"},
        Choice{"encoding", &CrossbarParams::encoding, &encoding_names, "how a signed weight becomes cells"},
        Choice{"path", &CrossbarParams::path, &path_names, "how products are computed"},
    };
};

}  // namespace berth::crossbar
