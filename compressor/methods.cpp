// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"

#include "compressor/berth.hpp"
#include "compressor/copies.hpp"
#include "compressor/kang.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::compressor {
namespace {

struct Registered {
    const char* name;
    bool has_modes;
    bool has_bounds;
    std::unique_ptr<const Method> (*make)();
};

template <class Kind>
std::unique_ptr<const Method> make() {
    return std::make_unique<const Kind>();
}

constexpr std::array kMethods{
    Registered{"copies", false, false, &make<Copies>},
    Registered{"kang", true, false, &make<Kang>},
    Registered{"berth", false, true, &make<Berth>},
};

const Registered& find(const std::string& name) {
    const auto found = std::find_if(kMethods.begin(), kMethods.end(), [&](const Registered& method) { return method.name == name; });
    if (found == kMethods.end()) throw InputError("--method", "is " + name, detail::alternatives(method_names()));
    return *found;
}

std::string command_of(const CompressionRequest& request, const Registered& method) {
    const bool has_modes = method.has_modes;
    std::string line = fmt::format("berth compress --base {}", request.base.string());
    for (const TaskRequest& task : request.tasks) {
        line += fmt::format(" --task {}={}", task.name, task.checkpoint.string());
        if ((has_modes || method.has_bounds) && task.data) line += ",data=" + task.data->string();
        if (!task.metric.empty()) line += ",metric=" + task.metric;
    }
    line += " --method " + request.method;
    if (has_modes) line += " --mode " + request.mode;
    if (request.profile && has_modes) line += " --profile";
    if (method.has_bounds && request.max_loss) line += fmt::format(" --max-loss {}", *request.max_loss);
    if (method.has_bounds && request.max_area) line += fmt::format(" --max-area {}", *request.max_area);
    return line + fmt::format(" --seed {}", request.seed);
}

void check_bounds(const CompressionRequest& request, const Registered& method) {
    const auto check = [&](const char* option, const std::optional<double>& bound, double most) {
        if (!bound) return;
        if (!method.has_bounds) throw InputError(option, fmt::format("is no option of method {}", method.name), "method berth");
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

std::unique_ptr<const Method> make_method(const std::string& name) { return find(name).make(); }

boost::json::array describe_methods() {
    boost::json::array list;
    for (const Registered& method : kMethods) list.emplace_back(method.make()->describe());
    return list;
}

WeightImage compress(const CompressionRequest& request, Threads& threads) {
    const Registered& method = find(request.method);
    if (method.has_modes) (void)mode_named(request.mode);
    check_task_names(request.tasks);
    check_bounds(request, method);
    WeightImage image = method.make()->compress(request, threads);
    image.method = request.method;
    image.mode = method.has_modes ? request.mode : "";
    image.seed = request.seed;
    image.command = command_of(request, method);
    image.geometry = request.geometry;
    return image;
}

}  // namespace berth::compressor
