// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/values.hpp"

#include "models/inference/crossbar_engine.hpp"
#include "platform/accelerator/metered_engine.hpp"
#include "platform/converter_ranges.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/digital_factors.hpp"
#include "platform/plane_owners.hpp"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

namespace berth::platform {

/// A task's network made ready: its arrays programmed, its small vectors in integers.
struct Values::Prepared {
    inference::CrossbarEngine engine;
    MeteredEngine metered;
    inference::Executor executor;

    Prepared(const inference::Network& network, const PlatformConfig& config, const inference::PlaneOwners& owners, int threads,
             const std::vector<bool>& digital, const inference::PlaneRanges& ranges)
        : engine(network, crossbar_design(config), owners, threads, digital, ranges),
          metered(network, engine, config.crossbar, config.dac, digital),
          executor(network, metered, config.digital.arithmetic == "fp32" ? inference::Arithmetic::fp32 : inference::Arithmetic::integer) {}
};

Values::Values(std::shared_ptr<const compressor::WeightImage> image, std::shared_ptr<const ChipPlan> plan, const PlatformConfig& config,
               int threads)
    : image_(std::move(image)),
      plan_(std::move(plan)),
      config_(config),
      threads_(threads > 0 ? threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))),
      workers_(threads_) {}

Values::~Values() = default;

Values::PreparedFuture Values::prepare(std::size_t task) {
    auto& prepared = prepared_[task];
    if (!prepared.valid())
        prepared = workers_
                       .submit([this, task] {
                           return std::make_shared<const Prepared>(image_->tasks.at(task).network, config_, plane_owners(*image_, task),
                                                                   threads_, digital_factors(*image_, plan_->placement, task),
                                                                   converter_ranges(*image_, task, config_));
                       })
                       .share();
    return prepared;
}

std::future<std::vector<float>> Values::compute(std::size_t task, inference::Sentence sentence) {
    return workers_.submit(
        [prepared = prepare(task), sentence = std::move(sentence)] { return prepared.get()->executor.logits(std::span(&sentence, 1)); });
}

std::string Values::path() const { return prepared_.empty() ? "" : prepared_.begin()->second.get()->engine.path_taken(); }

std::uint64_t Values::clipped() const {
    std::uint64_t sum = 0;
    for (const auto& [task, prepared] : prepared_) sum += prepared.get()->engine.activity().clipped;
    return sum;
}

CellReads Values::cell_reads() const {
    CellReads sum;
    for (const auto& [task, prepared] : prepared_) sum += prepared.get()->metered.reads();
    return sum;
}

}  // namespace berth::platform
