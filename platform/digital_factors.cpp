// SPDX-License-Identifier: Apache-2.0
#include "platform/digital_factors.hpp"

#include <set>
#include <string>

namespace berth::platform {

std::vector<bool> digital_factors(const PlatformConfig& config, const compressor::WeightImage& image, std::size_t task) {
    const compressor::TaskImage& its = image.tasks.at(task);
    std::set<std::string> digital;
    for (const mapping::Plane& plane : planes_on(config, compressor::planes_of(image)))
        if (plane.owner == its.name && plane.digital) digital.insert(plane.matrix);
    std::vector<bool> by_linear;
    for (std::size_t index = 0; index < its.network.linears.size(); ++index)
        by_linear.push_back(digital.contains(inference::matrix_name(image.shape, index) + compressor::kDownSuffix));
    return by_linear;
}

}  // namespace berth::platform
