// SPDX-License-Identifier: Apache-2.0
#include "platform/lost_columns.hpp"

#include "compressor/image_planes.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace berth::platform {
namespace {

using compressor::ImagePlane;
using compressor::PlaneKind;

/// Takes the bits that stood in a lost column out of a plane's codes, [out, in]. Positive weights are in the first polarity.
void clear(std::vector<std::int8_t>& codes, const ImagePlane& plane, const LostColumn& lost, const crossbar::CrossbarParams& crossbar) {
    const auto slice = static_cast<int>(lost.column / plane.out), channel = static_cast<int>(lost.column % plane.out);
    const int bits = ((1 << crossbar.cell_bits) - 1) << (slice * crossbar.cell_bits);
    const int first = lost.row_block * crossbar.rows, last = std::min(plane.in, first + crossbar.rows);
    for (int row = first; row < last; ++row) {
        std::int8_t& code = codes[static_cast<std::size_t>(channel) * static_cast<std::size_t>(plane.in) + static_cast<std::size_t>(row)];
        if (code == 0 || (code > 0) != (lost.polarity == 0)) continue;
        const int left = std::abs(int{code}) & ~bits;
        code = static_cast<std::int8_t>(code > 0 ? left : -left);
    }
}

std::vector<std::int8_t> codes_left(const ImagePlane& plane, const std::vector<LostColumn>& lost, const PlatformConfig& config) {
    std::vector<std::int8_t> codes(plane.codes.begin(), plane.codes.end());
    for (const LostColumn& column : lost) clear(codes, plane, column, config.crossbar);
    return codes;
}

std::shared_ptr<const inference::Int8Matrix> with_codes(const inference::Int8Matrix& matrix, std::vector<std::int8_t> codes) {
    inference::Int8Matrix changed = matrix;
    changed.values = std::move(codes);
    return std::make_shared<const inference::Int8Matrix>(std::move(changed));
}

/// Gives a plane of tasks other codes; a factor that they have in common stays one.
void replace(compressor::WeightImage& image, const ImagePlane& plane, std::vector<std::int8_t> codes) {
    const auto linear = [&](std::size_t task) -> inference::Linear& { return image.tasks[task].network.linears[plane.linear]; };
    const std::size_t first = plane.tasks.front();
    if (plane.kind == PlaneKind::matrix) {
        linear(first).matrix = with_codes(*linear(first).matrix, std::move(codes));
    } else if (plane.kind == PlaneKind::delta) {
        inference::MatrixDelta changed = *linear(first).delta;
        changed.codes = std::move(codes);
        linear(first).delta = std::make_shared<const inference::MatrixDelta>(std::move(changed));
    } else {
        const auto factor = with_codes(*compressor::factor_of(image.tasks[first], plane.linear, plane.kind), std::move(codes));
        for (const std::size_t task : plane.tasks) {
            inference::LowRankDelta changed = *linear(task).low_rank;
            (plane.kind == PlaneKind::down ? changed.down : changed.up) = factor;
            linear(task).low_rank = std::make_shared<const inference::LowRankDelta>(std::move(changed));
        }
    }
}

}  // namespace

std::shared_ptr<const compressor::WeightImage> without_lost_columns(const compressor::WeightImage& image, const Repair& repair,
                                                                    const PlatformConfig& config) {
    auto changed = std::make_shared<compressor::WeightImage>(image);
    const std::vector<ImagePlane> planes = compressor::image_planes(image);
    for (std::size_t i = 0; i < planes.size(); ++i) {
        if (repair.lost[i].empty()) continue;
        const ImagePlane& plane = planes[i];
        std::vector<std::int8_t> codes = codes_left(plane, repair.lost[i], config);
        if (!plane.tasks.empty()) {
            replace(*changed, plane, std::move(codes));
            continue;
        }
        const auto base = with_codes(*image.base[plane.linear], std::move(codes));
        for (std::size_t task = 0; task < image.tasks.size(); ++task)
            if (image.shares(image.tasks[task], plane.linear)) changed->tasks[task].network.linears[plane.linear].matrix = base;
        changed->base[plane.linear] = base;
    }
    return changed;
}

std::set<std::size_t> tasks_of_lost_columns(const ChipPlan& plan, const Repair& repair) {
    std::set<std::size_t> tasks;
    const auto is_hurt = [&](int plane) { return !repair.lost[static_cast<std::size_t>(plane)].empty(); };
    for (std::size_t task = 0; task < plan.tasks.size(); ++task)
        for (const StagePlan& stage : plan.tasks[task].stages)
            for (const auto* planes : {&stage.planes, &stage.low_rank.planes})
                if (std::any_of(planes->begin(), planes->end(), is_hurt)) tasks.insert(task);
    return tasks;
}

}  // namespace berth::platform
