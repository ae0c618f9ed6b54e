// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"
#include "models/mapping/plane.hpp"
#include "workloads/tokenizer.hpp"

#include <boost/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::compressor {

/// The arrays an image was optimised for. A platform with others still runs it.
struct Geometry {
    int rows = 0, cols = 0, cell_bits = 0;
    std::string encoding;

    bool operator==(const Geometry&) const = default;
};

/// One task: its own small vectors, and for every matrix either integers of its own or a delta on the base.
struct TaskImage {
    std::string name;
    std::string metric;
    std::vector<std::string> label_names;
    std::string checkpoint;          ///< directory the task came from
    boost::json::object provenance;  ///< file name to SHA-256 of what was read
    boost::json::object statistics;  ///< what the method says of this task: nonzero ratio, cosine, kept channels, ...
    inference::Network network;      ///< shares the base's matrices, embedding tables and common factors with other tasks
};

/// What decides the currents that converters see, and what they tell apart.
struct ConverterSetting {
    int rows = 0, cell_bits = 0, dac_bits = 0, activation_bits = 8, adc_bits = 0;
    double step = 0.0;
    std::string encoding;

    bool operator==(const ConverterSetting&) const = default;
};

/// Ranges found for the converters of every plane; see docs/converters.md.
struct ConverterCalibration {
    std::string method;
    ConverterSetting converters;
    std::vector<std::vector<int>> exponents;  ///< in the order of planes_of: [polarities * slices], each from 0 to 15
};

/// The weight image in memory: logical and self-contained. Slicing, encoding and placement are the platform's.
struct WeightImage {
    std::string method, mode;
    std::uint64_t seed = 1;
    std::string command;  ///< the arguments that made it
    std::string stages;   ///< the list of stages as JSON, where a user gave one; a method of Berth's own has none
    Geometry geometry;
    inference::Shape shape;
    workloads::TokenizerSettings tokenizer;
    std::string base_checkpoint;
    boost::json::object base_provenance;
    std::vector<std::shared_ptr<const inference::Int8Matrix>> base;  ///< shared matrices; empty for `copies`
    std::vector<TaskImage> tasks;
    std::optional<ConverterCalibration> calibration;

    /// Whether a task's matrix of this index is the base's.
    [[nodiscard]] bool shares(const TaskImage& task, std::size_t index) const {
        return index < base.size() && task.network.linears[index].matrix == base[index];
    }

    [[nodiscard]] bool has_task(std::string_view name) const;
    /// @throws InputError naming the task and those that are there.
    [[nodiscard]] const TaskImage& task(const std::string& name) const;
};

/// What the planes of a low-rank delta's factors are called behind their matrix's name.
inline constexpr const char *kDownSuffix = ".down", *kUpSuffix = ".up";

/// Every plane that wants cells, by name and size, in the order of image_planes.
[[nodiscard]] std::vector<mapping::Plane> planes_of(const WeightImage& image);

/// The same image as one full int8 copy a task would need: the baseline of every area ratio.
[[nodiscard]] std::vector<mapping::Plane> planes_of_copies(const WeightImage& image);

}  // namespace berth::compressor
