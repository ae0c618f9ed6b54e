// SPDX-License-Identifier: Apache-2.0
#include "platform/digital_factors.hpp"

#include "compressor/image_planes.hpp"

namespace berth::platform {

std::vector<bool> digital_factors(const compressor::WeightImage& image, const mapping::Placement& placement, std::size_t task) {
    std::vector<bool> by_linear(image.tasks.at(task).network.linears.size(), false);
    const auto planes = compressor::image_planes(image);
    for (std::size_t i = 0; i < planes.size(); ++i)
        if (planes[i].is_of(task) && placement.planes[i].plane.digital) by_linear[planes[i].linear] = true;
    return by_linear;
}

}  // namespace berth::platform
