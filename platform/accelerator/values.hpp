// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/inference/executor.hpp"
#include "platform/accelerator/plan.hpp"
#include "platform/accelerator/worker_pool.hpp"
#include "platform/config.hpp"
#include "platform/read_energy.hpp"

#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace berth::platform {

/// The values of an image's networks: the functional executor, on threads beside the kernel's. What a sentence gives depends
/// on nothing but the sentence, so neither threads nor time can change it.
class Values {
public:
    /// @param plan of the image: where its planes are. @param threads workers beside the kernel's own thread; 0 means every core.
    Values(std::shared_ptr<const compressor::WeightImage> image, std::shared_ptr<const ChipPlan> plan, const PlatformConfig& config,
           int threads);
    ~Values();

    /// Begins to compute the logits of a sentence of one task.
    [[nodiscard]] std::future<std::vector<float>> compute(std::size_t task, inference::Sentence sentence);

    /// How the products of the first task asked for are taken: "int8_gemm" where converters lose nothing, "reference", ...
    [[nodiscard]] std::string path() const;

    /// What the products so far drove and sensed.
    [[nodiscard]] CellReads cell_reads() const;

    /// Columns that lay outside a converter's range so far.
    [[nodiscard]] std::uint64_t clipped() const;

private:
    struct Prepared;
    using PreparedFuture = std::shared_future<std::shared_ptr<const Prepared>>;

    /// Begins to program a task's arrays, the first time it is asked for.
    [[nodiscard]] PreparedFuture prepare(std::size_t task);

    std::shared_ptr<const compressor::WeightImage> image_;
    std::shared_ptr<const ChipPlan> plan_;
    const PlatformConfig& config_;
    int threads_;
    std::map<std::size_t, PreparedFuture> prepared_;
    WorkerPool workers_;
};

}  // namespace berth::platform
