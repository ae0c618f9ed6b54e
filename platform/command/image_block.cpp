// SPDX-License-Identifier: Apache-2.0
#include "platform/command/image_block.hpp"

#include "compressor/image_file.hpp"
#include "platform/programming.hpp"

#include <utility>

namespace berth::command {

boost::json::object image_block(const std::string& file, const std::string& sha256, const compressor::WeightImage& image) {
    boost::json::array tasks;
    for (const auto& task : image.tasks) tasks.emplace_back(task.name);
    return {{"path", file}, {"sha256", sha256}, {"method", image.method}, {"mode", image.mode}, {"tasks", std::move(tasks)}};
}

compressor::WeightImage read_for_costs(const std::string& file, const platform::PlatformConfig& config) {
    return platform::counts_pulses(config) ? compressor::read_image(file) : compressor::read_outline(file);
}

}  // namespace berth::command
