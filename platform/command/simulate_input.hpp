// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/core/files.hpp"
#include "models/core/parallel.hpp"
#include "platform/area_report.hpp"
#include "platform/command/reference_comparison.hpp"
#include "platform/command/rows_option.hpp"
#include "platform/config.hpp"
#include "platform/request_stream.hpp"
#include "workloads/dataset.hpp"
#include "workloads/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::command {

/// What `berth simulate` was asked for.
struct SimulateOptions {
    std::string platform, image, input, metric, arrival, view = "lt", values = "on";
    std::vector<std::string> tasks;  ///< each NAME or NAME=FILE, or all
    std::vector<std::string> settings;
    WantedRows rows;
    std::uint32_t in_flight = 0;  ///< 0: as many as the model has layers, and as can wait for a scheduler that reorders
    double deadline_s = 0.0;      ///< 0: none
    ReferenceChoice reference;
    bool stages = false;
    bool together = false;  ///< every sentence is asked of all tasks in one pass
    std::optional<std::filesystem::path> json, predictions, trace, vcd;
    double heartbeat_s = 0.0;  ///< 0: none
};

/// A task's share of the run: its sentences, all of them in the stream.
struct TaskInput {
    std::size_t number = 0;  ///< in the image
    std::string file, metric;
    workloads::DataSet data;
    std::vector<workloads::Encoded> sentences;
};

/// Everything that the user gave, read and checked before the simulation begins.
struct SimulateInput {
    platform::PlatformConfig config;
    MappedFile image_file;
    std::shared_ptr<const compressor::WeightImage> image;
    platform::ImageOnChip on_chip;
    std::vector<TaskInput> tasks;
    std::vector<platform::StreamPlace> stream;
    std::uint32_t in_flight = 1;
    bool together = false;
    bool mixed = false;  ///< several tasks, or sentences that arrive or have deadlines: the report has a line a task

    [[nodiscard]] const compressor::TaskImage& task_of(const TaskInput& input) const { return image->tasks[input.number]; }
    [[nodiscard]] std::size_t tokens() const;
    [[nodiscard]] std::vector<std::string> task_names() const;
};

/// The files that are read, which no output may replace.
[[nodiscard]] std::vector<std::filesystem::path> inputs_of(const SimulateOptions& options);

/// @throws InputError naming option or file.
[[nodiscard]] SimulateInput read_simulate_input(const SimulateOptions& options, std::uint64_t seed, Threads& threads);

}  // namespace berth::command
