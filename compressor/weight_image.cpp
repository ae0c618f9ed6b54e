// SPDX-License-Identifier: Apache-2.0
#include "compressor/weight_image.hpp"

#include "compressor/image_planes.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

/// A copy takes a whole int8 weight where the image makes do with less.
mapping::Plane copy_of(const inference::Int8Matrix& matrix, const std::string& name, const std::string& owner) {
    return {name, owner, matrix.in, matrix.out, inference::kMatrixMagnitudeBits};
}

}  // namespace

bool WeightImage::has_task(std::string_view name) const {
    return std::any_of(tasks.begin(), tasks.end(), [&](const TaskImage& task) { return task.name == name; });
}

const TaskImage& WeightImage::task(const std::string& name) const {
    std::vector<std::string> names;
    for (const TaskImage& candidate : tasks) {
        if (candidate.name == name) return candidate;
        names.push_back(candidate.name);
    }
    throw InputError("task " + name, "is not in the image", detail::alternatives(names));
}

std::vector<mapping::Plane> planes_of(const WeightImage& image) {
    const auto owner = [&image](const ImagePlane& plane) {
        std::vector<std::string_view> names;
        for (const std::size_t task : plane.tasks) names.push_back(image.tasks[task].name);
        return names.empty() ? std::string(mapping::kBaseOwner) : mapping::owner_of(names);
    };
    std::vector<mapping::Plane> planes;
    for (const ImagePlane& one : image_planes(image)) {
        mapping::Plane plane{inference::matrix_name(image.shape, one.linear), owner(one), one.in, one.out, one.magnitude_bits};
        if (one.kind == PlaneKind::down || one.kind == PlaneKind::up) {
            const bool down = one.kind == PlaneKind::down;
            plane.matrix += down ? kDownSuffix : kUpSuffix;
            plane.role = down ? mapping::PlaneRole::down_factor : mapping::PlaneRole::up_factor;
            plane.stage = inference::stage_name(image.shape, one.linear);
        }
        planes.push_back(std::move(plane));
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
