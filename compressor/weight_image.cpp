// SPDX-License-Identifier: Apache-2.0
#include "compressor/weight_image.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

namespace berth::compressor {
namespace {

mapping::Plane whole(const inference::Int8Matrix& matrix, const std::string& name, const std::string& owner) {
    return {name, owner, matrix.in, matrix.out, matrix.magnitude_bits};
}

/// Query, key and value take the same vector.
std::string input_of(const inference::Shape& shape, std::size_t index) {
    constexpr std::size_t attending = 3;
    const std::size_t matrix = index % inference::kMatricesPerLayer;
    return inference::matrix_name(shape, matrix < attending && index < inference::matrix_index(shape.layers, 0) ? index - matrix : index);
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
        planes.push_back(whole(*image.base[index], inference::matrix_name(image.shape, index), "base"));
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
            planes.push_back(whole(linear.low_rank->down, name + ".down", task.name));
            planes.back().vector = input_of(image.shape, index) + ".down";
            planes.push_back(whole(linear.low_rank->up, name + ".up", task.name));
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
