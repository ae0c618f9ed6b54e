// SPDX-License-Identifier: Apache-2.0
#include "compressor/delta.hpp"
#include "compressor/header_node.hpp"
#include "compressor/profile.hpp"

#include <algorithm>
#include <limits>

namespace berth::compressor {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::int64_t kSchema = 2;
constexpr double kLargest = std::numeric_limits<double>::max();

object describe(const Similarity& similarity) {
    return {{"matrix", similarity.matrix},
            {"cosine", similarity.cosine},
            {"nonzero_share", similarity.nonzero_share},
            {"mean_magnitude_lsb", similarity.mean_magnitude},
            {"precision_bits", similarity.precision}};
}

Similarity read_similarity(const HeaderNode& node) {
    return {node["matrix"].text(), node["cosine"].number(-1.0, 1.0), node["nonzero_share"].number(0.0, 1.0),
            node["mean_magnitude_lsb"].number(0.0, Magnitudes::kLargest), node["precision_bits"].count(0, kMostMagnitudeBits)};
}

array describe(const std::vector<ResiliencePoint>& curve, const char* setting) {
    array list;
    for (const ResiliencePoint& point : curve)
        list.emplace_back(
            object{{setting, point.setting}, {"lost_variance", point.lost}, {"metric", point.metric}, {"cells_per_weight", point.cells}});
    return list;
}

/// Settings ascend, so that "the largest factor within budget" means something.
std::vector<ResiliencePoint> read_curve(const HeaderNode& list, const char* setting, double least, double most, double most_cells) {
    std::vector<ResiliencePoint> curve;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const HeaderNode node = list[i];
        curve.push_back({node[setting].number(least, most), node["lost_variance"].number(0.0, kLargest), node["metric"].number(-1.0, 1.0),
                         node["cells_per_weight"].number(0.0, most_cells)});
        if (i > 0 && curve[i].setting <= curve[i - 1].setting) node[setting].refuse("does not rise", "settings in ascending order");
    }
    if (curve.empty()) list.refuse("is empty", "at least one measurement");
    return curve;
}

void describe(const ResilienceCurves& curves, object& into) {
    into["precision"] = describe(curves.precision, "max_precision_bits");
    into["sharing"] = describe(curves.sharing, "selective_factor");
}

ResilienceCurves read_curves(const HeaderNode& node) {
    ResilienceCurves curves{read_curve(node["precision"], "max_precision_bits", 1, kMostMagnitudeBits, kMostMagnitudeBits),
                            read_curve(node["sharing"], "selective_factor", 0.0, 1.0, kMostMagnitudeBits)};
    if (curves.sharing.size() != measured_factors().size())
        node["sharing"].refuse("has " + std::to_string(curves.sharing.size()) + " measurements", std::to_string(measured_factors().size()));
    return curves;
}

array describe(const std::vector<StageCurves>& curves) {
    array list;
    for (const StageCurves& some : curves) {
        array layers;
        for (const auto& layer : some.layers) layers.emplace_back(describe(layer, "setting"));
        list.emplace_back(object{{"stages", some.stages},
                                 {"parameter", some.parameter},
                                 {"whole", describe(some.whole, "setting")},
                                 {"layers", std::move(layers)}});
    }
    return list;
}

StageCurves read_stage_curves(const HeaderNode& node) {
    const auto read = [](const HeaderNode& list) { return read_curve(list, "setting", -kLargest, kLargest, kLargest); };
    StageCurves curves{node["stages"].text(), node["parameter"].text(), read(node["whole"]), {}};
    const HeaderNode layers = node["layers"];
    for (std::size_t layer = 0; layer < layers.size(); ++layer) curves.layers.push_back(read(layers[layer]));
    return curves;
}

/// A page draws a list's curves of all tasks in one chart.
void check_curves(const TaskProfile& task, const TaskProfile& first, const HeaderNode& node) {
    const auto same = [](const StageCurves& a, const StageCurves& b) { return a.stages == b.stages && a.parameter == b.parameter; };
    if (!std::equal(task.curves.begin(), task.curves.end(), first.curves.begin(), first.curves.end(), same))
        node.refuse("has curves of other stages than task " + first.name, "the same lists for every task");
}

TaskProfile read_task(const HeaderNode& node) {
    TaskProfile task;
    task.name = node["name"].text();
    task.metric = node["metric"].text();
    task.checkpoint = node["checkpoint"].object();
    task.data_sha256 = node["data_sha256"].text();
    task.sentences = node["sentences"].unsigned_integer();
    task.overall = read_similarity(node["similarity"]);
    const HeaderNode matrices = node["matrices"];
    for (std::size_t i = 0; i < matrices.size(); ++i) task.matrices.push_back(read_similarity(matrices[i]));
    task.copy_metric = node["copy_metric"].number(-1.0, 1.0);
    task.whole = read_curves(node);
    const HeaderNode layers = node["layers"];
    for (std::size_t layer = 0; layer < layers.size(); ++layer) task.layers.push_back(read_curves(layers[layer]));
    if (!node.has("curves")) return task;
    const HeaderNode curves = node["curves"];
    for (std::size_t i = 0; i < curves.size(); ++i) task.curves.push_back(read_stage_curves(curves[i]));
    return task;
}

}  // namespace

object to_json(const Profile& profile) {
    array tasks;
    for (const TaskProfile& task : profile.tasks) {
        array matrices;
        for (const Similarity& similarity : task.matrices) matrices.emplace_back(describe(similarity));
        object described{{"name", task.name},
                         {"metric", task.metric},
                         {"checkpoint", task.checkpoint},
                         {"data_sha256", task.data_sha256},
                         {"sentences", task.sentences},
                         {"similarity", describe(task.overall)},
                         {"copy_metric", task.copy_metric}};
        describe(task.whole, described);
        array layers;
        for (const ResilienceCurves& curves : task.layers) describe(curves, layers.emplace_back(object()).as_object());
        described["layers"] = std::move(layers);
        if (!task.curves.empty()) described["curves"] = describe(task.curves);
        described["matrices"] = std::move(matrices);
        tasks.emplace_back(std::move(described));
    }
    object suggested;
    for (const std::string& name : mode_names()) {
        const auto suggestions = suggest(profile, mode_named(name));
        object of_mode;
        for (std::size_t i = 0; i < suggestions.size(); ++i)
            of_mode[profile.tasks[i].name] = {{"cluster", suggestions[i].cluster},
                                              {"max_precision_bits", suggestions[i].settings.max_precision},
                                              {"selective_factor", suggestions[i].settings.selective_factor}};
        suggested[name] = std::move(of_mode);
    }
    return {{"schema", kSchema}, {"cell_bits", profile.cell_bits}, {"tasks", std::move(tasks)}, {"suggested", std::move(suggested)}};
}

Profile profile_from_json(const boost::json::value& json, const std::string& where) {
    const HeaderNode node(json, where + ":");
    (void)node["schema"].integer(kSchema, kSchema);
    Profile profile;
    profile.cell_bits = node["cell_bits"].count(1, kMostMagnitudeBits);
    const HeaderNode tasks = node["tasks"];
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        profile.tasks.push_back(read_task(tasks[i]));
        check_curves(profile.tasks.back(), profile.tasks.front(), tasks[i]);
    }
    return profile;
}

}  // namespace berth::compressor
