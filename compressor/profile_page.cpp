// SPDX-License-Identifier: Apache-2.0
#include "compressor/profile_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace berth::compressor {
namespace {

constexpr double kWidth = 420.0, kHeight = 240.0, kLeft = 48.0, kBottom = 36.0, kTop = 12.0, kRight = 12.0;
constexpr std::array kColours{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"};

const char* colour(std::size_t index) { return kColours[index % kColours.size()]; }

std::string escaped(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '<')
            out += "&lt;";
        else if (letter == '&')
            out += "&amp;";
        else
            out += letter;
    }
    return out;
}

/// One chart: curves of lost variance, cut at all of it, over something from 0 to `most`.
class Chart {
public:
    Chart(std::string title, double most) : title_(std::move(title)), most_(most) {}

    /// @param over the member of a point that goes to the right. @param called the one that a point is called by.
    void add(const std::string& name, const std::vector<ResiliencePoint>& curve, double ResiliencePoint::*over,
             double ResiliencePoint::*called) {
        std::string points;
        for (const ResiliencePoint& point : curve) points += fmt::format("{:.1f},{:.1f} ", x(point.*over), y(point.lost));
        curves_ += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\"/>\n", points, colour(count_));
        for (const ResiliencePoint& point : curve)
            curves_ += fmt::format(
                "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" fill=\"{}\"><title>{}, {:.4g}: lost {:.4f}, metric {:.4f}, {:.3f} cells a "
                "weight</title></circle>\n",
                x(point.*over), y(point.lost), colour(count_), escaped(name), point.*called, point.lost, point.metric, point.cells);
        ++count_;
    }
    void add(const std::string& name, const std::vector<ResiliencePoint>& curve, double ResiliencePoint::*over) {
        add(name, curve, over, over);
    }

    [[nodiscard]] std::string svg(const std::vector<double>& ticks) const {
        std::string axes;
        for (const double tick : ticks)
            axes +=
                fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", x(tick), kHeight - kBottom + 16.0, tick);
        for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0})
            axes += fmt::format(
                "<line x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>"
                "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
                kLeft, kWidth - kRight, y(share), kLeft - 6.0, y(share) + 4.0, share);
        return fmt::format("<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {} {}\" width=\"{}\">\n{}{}</svg></figure>\n", title_,
                           kWidth, kHeight, kWidth, axes, curves_);
    }

private:
    [[nodiscard]] double x(double value) const { return kLeft + (kWidth - kLeft - kRight) * value / most_; }
    [[nodiscard]] static double y(double lost) { return kTop + (kHeight - kTop - kBottom) * (1.0 - std::min(lost, 1.0)); }

    std::string title_;
    double most_;
    std::string curves_;
    std::size_t count_ = 0;
};

std::vector<double> settings_of(const std::vector<ResiliencePoint>& curve) {
    std::vector<double> settings;
    for (const ResiliencePoint& point : curve) settings.push_back(point.setting);
    return settings;
}

/// From the fewest cells on.
std::vector<ResiliencePoint> by_cells(std::vector<ResiliencePoint> points) {
    std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.cells < b.cells; });
    return points;
}

/// Both stages over the cells that the delta takes.
std::vector<ResiliencePoint> by_cells(const ResilienceCurves& curves) {
    std::vector<ResiliencePoint> points = curves.precision;
    points.insert(points.end(), curves.sharing.begin(), curves.sharing.end());
    return by_cells(std::move(points));
}

/// The next whole number of cells, which an axis ends at.
double axis_end(const std::vector<std::vector<ResiliencePoint>>& curves) {
    double most = 0.5;
    for (const auto& curve : curves)
        for (const ResiliencePoint& point : curve) most = std::max(most, point.cells);
    return std::ceil(most);
}

/// A delta takes the most cells at the highest precision.
double most_cells(const std::vector<ResilienceCurves>& curves) {
    std::vector<std::vector<ResiliencePoint>> highest;
    for (const ResilienceCurves& some : curves) highest.push_back({some.precision.back()});
    return axis_end(highest);
}

std::vector<double> cell_ticks(double most) {
    std::vector<double> ticks;
    for (double tick = 0.0; tick <= most; tick += most > 2.0 ? 1.0 : 0.5) ticks.push_back(tick);
    return ticks;
}

std::string charts(const Profile& profile) {
    double most_bits = 1.0;
    const TaskProfile* longest = &profile.tasks.front();
    std::vector<ResilienceCurves> all;
    for (const TaskProfile& task : profile.tasks) {
        most_bits = std::max(most_bits, task.whole.precision.back().setting);
        if (task.whole.precision.size() > longest->whole.precision.size()) longest = &task;
        all.push_back(task.whole);
    }
    const double cells_at_most = most_cells(all);
    Chart precision("Share of the logits' variance lost over the highest precision of the delta (bits)", most_bits + 0.2);
    Chart sharing("The same over the share of output channels whose delta is deleted", 1.0);
    Chart cells("The same, by both stages, over the cells that the delta takes a weight", cells_at_most);
    for (const TaskProfile& task : profile.tasks) {
        precision.add(task.name, task.whole.precision, &ResiliencePoint::setting);
        sharing.add(task.name, task.whole.sharing, &ResiliencePoint::setting);
        cells.add(task.name, by_cells(task.whole), &ResiliencePoint::cells);
    }
    return precision.svg(settings_of(longest->whole.precision)) + sharing.svg(settings_of(profile.tasks.front().whole.sharing)) +
           cells.svg(cell_ticks(cells_at_most));
}

std::string layer_name(std::size_t layer) { return fmt::format("layer {}", layer); }

/// The colours of as many layers.
std::string layer_key(std::size_t layers) {
    std::string key;
    for (std::size_t layer = 0; layer < layers; ++layer) key += fmt::format(" <span style=\"color:{}\">{}</span>", colour(layer), layer);
    return "<p>layer" + key + "</p>\n";
}

/// For each task a chart with a curve a layer.
std::string layer_charts(const Profile& profile) {
    std::string all;
    for (const TaskProfile& task : profile.tasks) {
        if (task.layers.empty()) continue;
        const double most = most_cells(task.layers);
        Chart chart(escaped(task.name) + ": one layer alone, by both stages, over the cells its delta takes a weight", most);
        for (std::size_t layer = 0; layer < task.layers.size(); ++layer)
            chart.add(layer_name(layer), by_cells(task.layers[layer]), &ResiliencePoint::cells);
        all += chart.svg(cell_ticks(most)) + layer_key(task.layers.size());
    }
    return all.empty() ? "" : "<h2>Layer by layer</h2>\n" + all;
}

/// Curves over cells, their points called by the setting.
std::string cell_chart(const std::string& title, const std::vector<std::string>& names,
                       const std::vector<std::vector<ResiliencePoint>>& curves) {
    const double end = axis_end(curves);
    Chart chart(title, end);
    for (std::size_t i = 0; i < curves.size(); ++i)
        chart.add(names[i], by_cells(curves[i]), &ResiliencePoint::cells, &ResiliencePoint::setting);
    return chart.svg(cell_ticks(end));
}

/// For a list of stages a chart with a curve a task, and for each task one with a curve a layer.
std::string stage_charts(const Profile& profile, std::size_t list) {
    const StageCurves& first = profile.tasks.front().curves[list];
    std::vector<std::string> tasks, layers;
    std::vector<std::vector<ResiliencePoint>> whole;
    for (const TaskProfile& task : profile.tasks) {
        tasks.push_back(task.name);
        whole.push_back(task.curves[list].whole);
    }
    const std::string over = " over the cells that it takes a weight, by " + escaped(first.parameter);
    std::string all = "<h2>" + escaped(first.stages) + "</h2>\n" + cell_chart("Share of the logits' variance lost" + over, tasks, whole);
    for (const TaskProfile& task : profile.tasks) {
        const auto& curves = task.curves[list].layers;
        while (layers.size() < curves.size()) layers.push_back(layer_name(layers.size()));
        all += cell_chart(escaped(task.name) + ": one layer alone," + over, layers, curves) + layer_key(curves.size());
    }
    return all;
}

std::string stage_charts(const Profile& profile) {
    std::string all;
    for (std::size_t list = 0; list < profile.tasks.front().curves.size(); ++list) all += stage_charts(profile, list);
    return all;
}

std::string task_table(const Profile& profile) {
    std::string rows;
    std::vector<std::vector<Suggestion>> suggestions;
    std::string heads;
    for (const std::string& name : mode_names()) {
        suggestions.push_back(suggest(profile, mode_named(name)));
        heads += fmt::format("<th>{}: bits, deleted</th>", name);
    }
    for (std::size_t i = 0; i < profile.tasks.size(); ++i) {
        const TaskProfile& task = profile.tasks[i];
        rows += fmt::format(
            "<tr><td style=\"color:{}\">{}</td><td>{:.4f}</td><td>{:.1f} %</td><td>{:.2f}</td><td>{}</td><td>{} {:.4f}</td><td>{}</td>",
            colour(i), escaped(task.name), task.overall.cosine, 100.0 * task.overall.nonzero_share, task.overall.mean_magnitude,
            task.overall.precision, escaped(task.metric), task.copy_metric, suggestions.front()[i].cluster);
        for (const auto& mode : suggestions)
            rows += fmt::format("<td>{}, {:.0f} %</td>", mode[i].settings.max_precision, 100.0 * mode[i].settings.selective_factor);
        rows += "</tr>\n";
    }
    return "<table><tr><th>task</th><th>cosine to base</th><th>delta not zero</th><th>mean magnitude (LSB)</th><th>stage 1 (bits)</th>"
           "<th>int8 copy</th><th>cluster</th>" +
           heads + "</tr>\n" + rows + "</table>\n";
}

}  // namespace

std::string profile_page(const Profile& profile) {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Berth profile</title>\n<style>"
           "body{font:14px sans-serif;margin:2em;max-width:70em}table{border-collapse:collapse}td,th{padding:.3em .8em;text-align:right;"
           "border-bottom:1px solid #ddd}figure{display:inline-block;margin:1em 1em 1em 0}svg text{font-size:11px}</style></head><body>\n"
           "<h1>What the tasks can lose</h1>\n" +
           task_table(profile) + charts(profile) + layer_charts(profile) + stage_charts(profile) + "</body></html>\n";
}

}  // namespace berth::compressor
