// SPDX-License-Identifier: Apache-2.0
#include "compressor/summary.hpp"

#include "compressor/image_planes.hpp"
#include "models/crossbar/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::compressor {
namespace {

std::int64_t nonzero(const std::vector<std::int8_t>& values) {
    return static_cast<std::int64_t>(values.size()) - std::count(values.begin(), values.end(), std::int8_t{0});
}

/// How many tasks have the very same factor there.
double tasks_with(const WeightImage& image, std::size_t index, PlaneKind kind, const inference::Int8Matrix& factor) {
    return static_cast<double>(std::count_if(image.tasks.begin(), image.tasks.end(),
                                             [&](const TaskImage& task) { return factor_of(task, index, kind) == &factor; }));
}

std::optional<double> number_at(const boost::json::object& object, std::string_view key) {
    const boost::json::value* value = object.if_contains(key);
    boost::system::error_code bad;
    const double number = value ? value->to_number<double>(bad) : 0.0;
    return value && !bad ? std::optional(number) : std::nullopt;
}

}  // namespace

TaskSummary summarise(const WeightImage& image, const TaskImage& task) {
    const auto encoding = crossbar::make_encoding(image.geometry.encoding);
    const auto cells = [&](std::size_t elements, int magnitude_bits) {
        return static_cast<double>(elements) * encoding->slices(magnitude_bits, image.geometry.cell_bits);
    };
    TaskSummary summary;
    double kept_cells = 0.0;
    std::int64_t kept_values = 0;
    for (std::size_t index = 0; index < task.network.linears.size(); ++index) {
        const inference::Linear& linear = task.network.linears[index];
        const bool on_base = image.shares(task, index);
        summary.weights += static_cast<std::int64_t>(linear.matrix->values.size());
        summary.channels += linear.matrix->out;
        if (!on_base) {
            kept_cells += cells(linear.matrix->values.size(), linear.matrix->magnitude_bits);
            kept_values += nonzero(linear.matrix->values);
            summary.kept_channels += linear.matrix->out;
        }
        if (linear.low_rank) {
            for (const PlaneKind kind : {PlaneKind::down, PlaneKind::up}) {
                const inference::Int8Matrix& factor = *factor_of(task, index, kind);
                kept_cells += cells(factor.values.size(), factor.magnitude_bits) / tasks_with(image, index, kind, factor);
                kept_values += nonzero(factor.values);
            }
            summary.ranks += linear.low_rank->down->out;
            if (on_base && !linear.delta) summary.kept_channels += linear.matrix->out;
        }
        if (!linear.delta) continue;
        kept_cells += cells(linear.delta->codes.size(), linear.delta->magnitude_bits);
        kept_values += nonzero(linear.delta->codes);
        if (on_base) summary.kept_channels += static_cast<std::int64_t>(linear.delta->channels.size());
    }
    summary.cells_per_weight = kept_cells / static_cast<double>(summary.weights);
    summary.nonzero_share = static_cast<double>(kept_values) / static_cast<double>(summary.weights);
    summary.cosine = number_at(task.statistics, "cosine");
    return summary;
}

std::string summary_table(const WeightImage& image) {
    std::string table = fmt::format("{:<16}{:>10}{:>8}{:>14}{:>10}{:>9}{:>16}\n", "task", "metric", "labels", "cells/weight", "nonzero",
                                    "cosine", "channels kept");
    for (const TaskImage& task : image.tasks) {
        const TaskSummary summary = summarise(image, task);
        const std::string cosine = summary.cosine ? fmt::format("{:.4f}", *summary.cosine) : "-";
        table += fmt::format("{:<16}{:>10}{:>8}{:>14.3f}{:>9.1f}%{:>9}{:>16}\n", task.name, task.metric, task.network.labels,
                             summary.cells_per_weight, 100.0 * summary.nonzero_share, cosine,
                             fmt::format("{} of {}", summary.kept_channels, summary.channels));
    }
    return table;
}

}  // namespace berth::compressor
