// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_planes.hpp"

namespace berth::compressor {
namespace {

ImagePlane plane_of(PlaneKind kind, std::vector<std::size_t> tasks, std::size_t linear, const inference::Int8Matrix& matrix) {
    return {kind, std::move(tasks), linear, matrix.values, matrix.out, matrix.in, matrix.magnitude_bits};
}

}  // namespace

const inference::Int8Matrix* factor_of(const TaskImage& task, std::size_t linear, PlaneKind kind) {
    const auto& factors = task.network.linears[linear].low_rank;
    if (!factors) return nullptr;
    return (kind == PlaneKind::down ? factors->down : factors->up).get();
}

std::vector<std::size_t> sharers_of_factor(const WeightImage& image, std::size_t task, std::size_t linear, PlaneKind kind) {
    const inference::Int8Matrix* const own = factor_of(image.tasks[task], linear, kind);
    std::vector<std::size_t> sharers;
    for (std::size_t other = 0; other < image.tasks.size(); ++other)
        if (own && factor_of(image.tasks[other], linear, kind) == own) sharers.push_back(other);
    return sharers;
}

std::vector<ImagePlane> planes_at(const WeightImage& image, std::size_t task, std::size_t index) {
    const inference::Linear& linear = image.tasks[task].network.linears[index];
    std::vector<ImagePlane> planes;
    if (!image.shares(image.tasks[task], index)) planes.push_back(plane_of(PlaneKind::matrix, {task}, index, *linear.matrix));
    if (const auto* const delta = linear.delta.get(); delta && !delta->channels.empty())
        planes.push_back({PlaneKind::delta,
                          {task},
                          index,
                          delta->codes,
                          static_cast<int>(delta->channels.size()),
                          linear.matrix->in,
                          delta->magnitude_bits});
    for (const PlaneKind kind : {PlaneKind::down, PlaneKind::up})
        if (const auto* const factor = factor_of(image.tasks[task], index, kind))
            planes.push_back(plane_of(kind, sharers_of_factor(image, task, index, kind), index, *factor));
    return planes;
}

std::vector<ImagePlane> image_planes(const WeightImage& image) {
    std::vector<ImagePlane> planes;
    for (std::size_t index = 0; index < image.base.size(); ++index)
        planes.push_back(plane_of(PlaneKind::matrix, {}, index, *image.base[index]));
    for (std::size_t task = 0; task < image.tasks.size(); ++task)
        for (std::size_t index = 0; index < image.tasks[task].network.linears.size(); ++index)
            for (ImagePlane& plane : planes_at(image, task, index))
                if (plane.tasks.front() == task) planes.push_back(std::move(plane));
    return planes;
}

}  // namespace berth::compressor
