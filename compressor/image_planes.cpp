// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_planes.hpp"

namespace berth::compressor {
namespace {

ImagePlane plane_of(PlaneKind kind, std::optional<std::size_t> task, std::size_t linear, const inference::Int8Matrix& matrix) {
    return {kind, task, linear, matrix.values, matrix.out, matrix.in, matrix.magnitude_bits};
}

}  // namespace

std::vector<ImagePlane> image_planes(const WeightImage& image) {
    std::vector<ImagePlane> planes;
    for (std::size_t index = 0; index < image.base.size(); ++index)
        planes.push_back(plane_of(PlaneKind::matrix, std::nullopt, index, *image.base[index]));
    for (std::size_t task = 0; task < image.tasks.size(); ++task)
        for (std::size_t index = 0; index < image.tasks[task].network.linears.size(); ++index) {
            const inference::Linear& linear = image.tasks[task].network.linears[index];
            if (!image.shares(image.tasks[task], index)) planes.push_back(plane_of(PlaneKind::matrix, task, index, *linear.matrix));
            if (const auto* const delta = linear.delta.get(); delta && !delta->channels.empty())
                planes.push_back({PlaneKind::delta, task, index, delta->codes, static_cast<int>(delta->channels.size()), linear.matrix->in,
                                  delta->magnitude_bits});
            if (!linear.low_rank) continue;
            planes.push_back(plane_of(PlaneKind::down, task, index, linear.low_rank->down));
            planes.push_back(plane_of(PlaneKind::up, task, index, linear.low_rank->up));
        }
    return planes;
}

}  // namespace berth::compressor
