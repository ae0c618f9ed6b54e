// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"

#include "compressor/run_stages.hpp"
#include "compressor/stage_list.hpp"
#include "compressor/stage_text.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::compressor {
namespace {

using boost::json::array;

array no_parameters() { return {}; }

array parameters_of_kang() {
    array modes;
    for (const std::string& name : mode_names()) {
        const Mode& mode = mode_named(name);
        modes.push_back({{"name", mode.name},
                         {"meaning", mode.meaning},
                         {"most_metric_lost", mode.most_metric},
                         {"most_variance_lost", mode.most_variance}});
    }
    return {{{"name", "mode"}, {"one_of", std::move(modes)}, {"meaning", "how much accuracy may be given for area"}},
            {{"name", "data"}, {"meaning", "labelled rows of each task, on which its resilience is measured"}}};
}

array parameters_of_berth() {
    return {{{"name", "max_loss"}, {"unit", "points"}, {"min", 0}, {"max", 100}, {"meaning", "of the metric, on average over the tasks"}},
            {{"name", "max_area"},
             {"unit", "of the copies' area"},
             {"min", 0},
             {"max", 1},
             {"meaning", "on the platform the image is made for"}},
            {{"name", "data"}, {"meaning", "rows of each task: some to calibrate on, others to measure on"}}};
}

/// A list of stages with a name. To add one: a line in the table, a test.
struct Registered {
    const char *name, *meaning, *source;
    const char* stages;
    bool has_modes;  ///< the mode is that of its stage resilience
    array (*parameters)();
};

constexpr std::array kMethods{
    Registered{"copies", "one full int8 model a task: the baseline of every area ratio", "baseline of Kang, Shin, Kim, ICCAD 2021",
               "low_bit_copies", false, &no_parameters},
    Registered{"kang", "near-ternary task deltas on one int8 base, least important output channels deleted",
               "Kang, Shin, Kim, ICCAD 2021, DOI 10.1109/ICCAD51958.2021.9643471", "shared_base,resilience,ntq,hard_sharing", true,
               &parameters_of_kang},
    Registered{"berth", "a shared base of few bits, and low-rank task deltas of few bits, bought where the logits need them",
               "docs/compression.md", "allocation,shared_base{source=fitted},embeddings,low_rank,bias_correction", false,
               &parameters_of_berth},
};

const Registered& find(const std::string& name) {
    const auto found = std::find_if(kMethods.begin(), kMethods.end(), [&](const Registered& method) { return method.name == name; });
    if (found == kMethods.end()) throw InputError("--method", "is " + name, berth::detail::alternatives(method_names()));
    return *found;
}

array stages_of(const Registered& method, const std::string& mode) {
    array list = stages_from_text(method.stages, "--method");
    for (boost::json::value& entry : list)
        if (method.has_modes && entry.at("stage") == "resilience") entry.as_object()["mode"] = mode;
    return list;
}

std::string command_of(const CompressionRequest& request, const StageList& list, bool has_modes) {
    std::string line = fmt::format("berth compress --base {}", request.base.string());
    for (const TaskRequest& task : request.tasks) {
        line += fmt::format(" --task {}={}", task.name, task.checkpoint.string());
        if (list.needs() != Need::weights) {
            if (task.data) line += ",data=" + task.data->string();
            if (task.measure) line += ",measure=" + task.measure->string();
            if (task.rows != workloads::RowChoice::all)
                line += ",rows=" + workloads::row_choice_names()[static_cast<std::size_t>(task.rows)];
        }
        if (!task.metric.empty()) line += ",metric=" + task.metric;
    }
    line += request.stages ? " --stages " + boost::json::serialize(request.stages->list) : " --method " + request.method;
    if (has_modes) line += " --mode " + request.mode;
    if (request.profile && list.has("resilience")) line += " --profile";
    if (list.has("allocation") && request.max_loss) line += fmt::format(" --max-loss {}", *request.max_loss);
    if (list.has("allocation") && request.max_area) line += fmt::format(" --max-area {}", *request.max_area);
    return line + fmt::format(" --seed {}", request.seed);
}

void check_bounds(const CompressionRequest& request, const StageList& list) {
    const auto check = [&](const char* option, const std::optional<double>& bound, double most) {
        if (!bound) return;
        if (!list.has("allocation")) {
            if (request.stages) throw InputError(option, "is no option of stages without an allocation", "a stage allocation");
            throw InputError(option, fmt::format("is no option of method {}", request.method), "method berth");
        }
        if (!(*bound >= 0.0 && *bound <= most)) throw InputError(option, fmt::format("is {}", *bound), fmt::format("0 to {}", most));
    };
    check("--max-loss", request.max_loss, 100.0);
    check("--max-area", request.max_area, 1.0);
    if (request.max_loss && request.max_area) throw InputError("--max-loss", "is given beside --max-area", "one of them");
}

}  // namespace

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    for (const Registered& method : kMethods) names.emplace_back(method.name);
    return names;
}

array describe_methods() {
    array list;
    for (const Registered& method : kMethods)
        list.emplace_back(boost::json::object{{"name", method.name},
                                              {"meaning", method.meaning},
                                              {"stages", method.stages},
                                              {"source", method.source},
                                              {"parameters", method.parameters()}});
    return list;
}

GivenStages stages_given(const std::string& text) { return {stages_from_text(text, "--stages"), "--stages"}; }

GivenStages method_from_json(const boost::json::value& json, const std::string& where, std::string& name) {
    if (!json.is_object()) throw InputError(where, "is not an object", "a method: name and stages");
    const boost::json::object& object = json.get_object();
    for (const auto& [key, value] : object)
        if (key != "name" && key != "meaning" && key != "stages")
            throw InputError(fmt::format("{}:{}", where, std::string_view(key)), "is not known", "name, meaning or stages");
    const boost::json::value* const given = object.if_contains("name");
    if (!given || !given->is_string() || given->get_string().empty())
        throw InputError(where + ":name", given ? "is " + berth::detail::shown(*given) : "is missing", "a name of its own");
    name = std::string(given->get_string());
    const auto names = method_names();
    if (std::find(names.begin(), names.end(), name) != names.end())
        throw InputError(where + ":name", "is that of a method that Berth has", "a name of its own");
    const boost::json::value* const stages = object.if_contains("stages");
    if (!stages || !stages->is_array()) throw InputError(where + ":stages", stages ? "is no list" : "is missing", "a list of stages");
    return {stages->get_array(), where + ":stages"};
}

WeightImage compress(const CompressionRequest& request, Threads& threads) {
    const Registered* const method = request.stages ? nullptr : &find(request.method);
    const bool has_modes = method && method->has_modes;
    if (has_modes) (void)mode_named(request.mode);
    check_task_names(request.tasks);
    const StageList list =
        method ? read_stages(stages_of(*method, request.mode), "--method") : read_stages(request.stages->list, request.stages->where);
    check_bounds(request, list);
    WeightImage image = run_stages(list, request, threads);
    image.method = request.method;
    image.mode = has_modes ? request.mode : "";
    image.seed = request.seed;
    if (request.stages) image.stages = boost::json::serialize(request.stages->list);
    image.command = command_of(request, list, has_modes);
    image.geometry = request.geometry;
    return image;
}

}  // namespace berth::compressor
