// SPDX-License-Identifier: Apache-2.0
#include "compressor/weight_image.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

namespace berth::compressor {
namespace {

mapping::Plane whole(const inference::Int8Matrix& matrix, const std::string& name, const std::string& owner) {
    return {name, owner, matrix.in, matrix.out, matrix.magnitude_bits};
}

mapping::Plane factor(const inference::Int8Matrix& matrix, const std::string& name, const std::string& owner, mapping::PlaneRole role,
                      const std::string& stage) {
    mapping::Plane plane = whole(matrix, name, owner);
    plane.role = role;
    plane.stage = stage;
    return plane;
}

/// A copy takes a whole int8 weight where the image makes do with less.
mapping::Plane copy_of(const inference::Int8Matrix& matrix, const std::string& name, const std::string& owner) {
    return {name, owner, matrix.in, matrix.out, inference::kMatrixMagnitudeBits};
}

}  // namespace

const TaskImage& WeightImage::task(const std::string& name) const {
    std::vector<std::string> names;
    for (const TaskImage& candidate : tasks) {
        if (candidate.name == name) return candidate;
        names.push_back(candidate.name);
    }
    throw InputError("task " + name, "is not in the image", detail::alternatives(names));
}

std::vector<mapping::Plane> planes_of(const WeightImage& image) {
    std::vector<mapping::Plane> planes;
    for (std::size_t index = 0; index < image.base.size(); ++index)
        planes.push_back(whole(*image.base[index], inference::matrix_name(image.shape, index), std::string(mapping::kBaseOwner)));
    for (const TaskImage& task : image.tasks)
        for (std::size_t index = 0; index < task.network.linears.size(); ++index) {
            const inference::Linear& linear = task.network.linears[index];
            const std::string name = inference::matrix_name(image.shape, index);
            const bool on_base = index < image.base.size() && linear.matrix == image.base[index];
            if (!on_base) planes.push_back(whole(*linear.matrix, name, task.name));
            if (linear.delta && !linear.delta->channels.empty())
                planes.push_back(
                    {name, task.name, linear.matrix->in, static_cast<int>(linear.delta->channels.size()), linear.delta->magnitude_bits});
            if (!linear.low_rank) continue;
            const std::string stage = inference::stage_name(image.shape, index);
            planes.push_back(factor(linear.low_rank->down, name + kDownSuffix, task.name, mapping::PlaneRole::down_factor, stage));
            planes.push_back(factor(linear.low_rank->up, name + kUpSuffix, task.name, mapping::PlaneRole::up_factor, stage));
        }
    return planes;
}

std::vector<mapping::Plane> planes_of_copies(const WeightImage& image) {
    std::vector<mapping::Plane> planes;
    for (const TaskImage& task : image.tasks)
        for (std::size_t index = 0; index < task.network.linears.size(); ++index)
            planes.push_back(copy_of(*task.network.linears[index].matrix, inference::matrix_name(image.shape, index), task.name));
    return planes;
}

}  // namespace berth::compressor
