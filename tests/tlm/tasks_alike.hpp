// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/compressor/small_image.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace berth::test {

/// The small image with tasks that are copies of its first but for their classifiers and what each change does to its network.
inline compressor::WeightImage tasks_alike(const std::vector<std::function<void(inference::Network&)>>& changes) {
    compressor::WeightImage image = small_image();
    const compressor::TaskImage first = image.tasks.front();
    image.tasks.clear();
    for (std::size_t i = 0; i < changes.size(); ++i) {
        compressor::TaskImage task = first;
        task.name = "task" + std::to_string(i);
        Numbers numbers(static_cast<std::uint32_t>(100 + i));
        // On the base alone in the first stage; what else the first task has is its own and the same in all.
        for (const std::size_t index : {0, 1, 2})
            task.network.linears[index].delta = nullptr, task.network.linears[index].matrix = image.base[index];
        // Equal factors, which are cells of each task's own all the same.
        for (inference::Linear& linear : task.network.linears)
            if (linear.low_rank)
                linear.low_rank = std::make_shared<const inference::LowRankDelta>(*linear.low_rank->down, *linear.low_rank->up);
        task.network.classifier = small_matrix(numbers, 2, image.shape.hidden, 127);
        changes[i](task.network);
        image.tasks.push_back(std::move(task));
    }
    return image;
}

/// Two of the three matrices of the first stage get a delta of so many channels.
inline std::function<void(inference::Network&)> with_delta(std::uint32_t stream, int channels) {
    return [stream, channels](inference::Network& network) {
        Numbers numbers(stream);
        for (const std::size_t index : {0, 2}) {
            inference::MatrixDelta delta{2, {}, {}};
            for (int channel = 0; channel < channels; ++channel) delta.channels.push_back(channel);
            for (int i = 0; i < channels * network.shape.hidden; ++i) delta.codes.push_back(numbers.integer(3));
            network.linears[index].delta = std::make_shared<const inference::MatrixDelta>(std::move(delta));
        }
    };
}

}  // namespace berth::test
