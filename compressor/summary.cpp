// SPDX-License-Identifier: Apache-2.0
#include "compressor/summary.hpp"

#include "compressor/image_planes.hpp"
#include "models/crossbar/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace berth::compressor {
namespace {

std::int64_t nonzero(std::span<const std::int8_t> values) {
    return static_cast<std::int64_t>(values.size()) - std::count(values.begin(), values.end(), std::int8_t{0});
}

/// A task's share of what a plane takes.
double cells_of(const ImagePlane& plane, const Geometry& geometry) {
    const int slices = crossbar::make_encoding(geometry.encoding)->slices(plane.magnitude_bits, geometry.cell_bits);
    return static_cast<double>(plane.codes.size()) * slices / static_cast<double>(plane.tasks.size());
}

std::optional<double> number_at(const boost::json::object& object, std::string_view key) {
    const boost::json::value* value = object.if_contains(key);
    boost::system::error_code bad;
    const double number = value ? value->to_number<double>(bad) : 0.0;
    return value && !bad ? std::optional(number) : std::nullopt;
}

}  // namespace

double own_cells(const WeightImage& image, std::size_t task, std::size_t matrix) {
    double cells = 0.0;
    for (const ImagePlane& plane : planes_at(image, task, matrix)) cells += cells_of(plane, image.geometry);
    return cells;
}

TaskSummary summarise(const WeightImage& image, std::size_t place) {
    const TaskImage& task = image.tasks[place];
    TaskSummary summary;
    double kept_cells = 0.0;
    std::int64_t kept_values = 0;
    for (std::size_t index = 0; index < task.network.linears.size(); ++index) {
        const inference::Linear& linear = task.network.linears[index];
        const bool on_base = image.shares(task, index);
        summary.weights += static_cast<std::int64_t>(linear.matrix->values.size());
        summary.channels += linear.matrix->out;
        for (const ImagePlane& plane : planes_at(image, place, index)) {
            kept_cells += cells_of(plane, image.geometry);
            kept_values += nonzero(plane.codes);
        }
        if (linear.low_rank) summary.ranks += linear.low_rank->down->out;
        if (!on_base || (linear.low_rank && !linear.delta))
            summary.kept_channels += linear.matrix->out;
        else if (linear.delta)
            summary.kept_channels += static_cast<std::int64_t>(linear.delta->channels.size());
    }
    summary.cells_per_weight = kept_cells / static_cast<double>(summary.weights);
    summary.nonzero_share = static_cast<double>(kept_values) / static_cast<double>(summary.weights);
    summary.cosine = number_at(task.statistics, "cosine");
    return summary;
}

std::string summary_table(const WeightImage& image) {
    std::string table = fmt::format("{:<16}{:>10}{:>8}{:>14}{:>10}{:>9}{:>16}\n", "task", "metric", "labels", "cells/weight", "nonzero",
                                    "cosine", "channels kept");
    for (std::size_t place = 0; place < image.tasks.size(); ++place) {
        const TaskImage& task = image.tasks[place];
        const TaskSummary summary = summarise(image, place);
        const std::string cosine = summary.cosine ? fmt::format("{:.4f}", *summary.cosine) : "-";
        table += fmt::format("{:<16}{:>10}{:>8}{:>14.3f}{:>9.1f}%{:>9}{:>16}\n", task.name, task.metric, task.network.labels,
                             summary.cells_per_weight, 100.0 * summary.nonzero_share, cosine,
                             fmt::format("{} of {}", summary.kept_channels, summary.channels));
    }
    return table;
}

}  // namespace berth::compressor
