// SPDX-License-Identifier: Apache-2.0
#include "compressor/methods.hpp"

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
    std::unique_ptr<const Method> (*make)();
};

template <class Kind>
std::unique_ptr<const Method> make() {
    return std::make_unique<const Kind>();
}

constexpr std::array kMethods{
    Registered{"copies", false, &make<Copies>},
    Registered{"kang", true, &make<Kang>},
};

const Registered& find(const std::string& name) {
    const auto found = std::find_if(kMethods.begin(), kMethods.end(), [&](const Registered& method) { return method.name == name; });
    if (found == kMethods.end()) throw InputError("--method", "is " + name, detail::alternatives(method_names()));
    return *found;
}

std::string command_of(const CompressionRequest& request, bool has_modes) {
    std::string line = fmt::format("berth compress --base {}", request.base.string());
    for (const TaskRequest& task : request.tasks) {
        line += fmt::format(" --task {}={}", task.name, task.checkpoint.string());
        if (has_modes && task.data) line += ",data=" + task.data->string();
        if (!task.metric.empty()) line += ",metric=" + task.metric;
    }
    line += " --method " + request.method;
    if (has_modes) line += " --mode " + request.mode;
    if (request.profile && has_modes) line += " --profile";
    return line + fmt::format(" --seed {}", request.seed);
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
    WeightImage image = method.make()->compress(request, threads);
    image.method = request.method;
    image.mode = method.has_modes ? request.mode : "";
    image.seed = request.seed;
    image.command = command_of(request, method.has_modes);
    image.geometry = request.geometry;
    return image;
}

}  // namespace berth::compressor
