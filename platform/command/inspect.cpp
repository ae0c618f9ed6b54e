// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/stored_sizes.hpp"
#include "compressor/summary.hpp"
#include "compressor/synthetic_tasks.hpp"
#include "models/core/digest.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "platform/command/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>

namespace berth::command {
namespace {

struct InspectOptions {
    std::string image;
    bool json = false;
};

boost::json::object task_block(const compressor::WeightImage& image, std::size_t task, const compressor::StoredMatrices& stored) {
    const compressor::TaskSummary summary = compressor::summarise(image, task);
    return {{"name", image.tasks[task].name},
            {"weights", summary.weights},
            {"cells_per_weight", summary.cells_per_weight},
            {"nonzero_share", summary.nonzero_share},
            {"channels", summary.channels},
            {"kept_channels", summary.kept_channels},
            {"bits_per_weight", stored.bits_per_weight()}};
}

boost::json::object report(const std::string& file, std::span<const std::byte> bytes, const compressor::WeightImage& image) {
    boost::json::object header = compressor::parse_header(bytes, file);
    const compressor::StoredSizes sizes = compressor::stored_sizes(header, image.shape);
    boost::json::array tasks;
    for (std::size_t i = 0; i < image.tasks.size(); ++i) tasks.emplace_back(task_block(image, i, sizes.tasks[i]));
    return {{"path", file},
            {"sha256", sha256(bytes)},
            {"bytes", bytes.size()},
            {"checkpoint_bytes", compressor::checkpoint_bytes(image)},
            {"base_bits_per_weight", sizes.base.bits_per_weight()},
            {"shared_bits_per_weight", sizes.common.bits_per_weight()},
            {"crc32c", "good"},
            {"summary", std::move(tasks)},
            {"header", std::move(header)}};
}

/// Bits a weight, as stored: of the base, and of what each task adds.
std::string size_table(const compressor::WeightImage& image, const boost::json::object& header) {
    const compressor::StoredSizes sizes = compressor::stored_sizes(header, image.shape);
    std::string table = fmt::format("{:<16}{:>14}\n", "stored", "bits/weight");
    if (!image.base.empty()) table += fmt::format("{:<16}{:>14.3f}\n", "base", sizes.base.bits_per_weight());
    if (sizes.common.bytes > 0) table += fmt::format("{:<16}{:>14.3f}\n", "in common", sizes.common.bits_per_weight());
    for (std::size_t i = 0; i < image.tasks.size(); ++i)
        table += fmt::format("{:<16}{:>14.3f}\n", image.tasks[i].name, sizes.tasks[i].bits_per_weight());
    return table;
}

/// Sections by type: how many and how large.
std::string section_table(const boost::json::object& header) {
    struct Total {
        std::size_t count = 0;
        std::uint64_t bytes = 0;
    };
    std::map<std::string, Total> totals;
    for (const auto& entry : header.at("sections").as_array()) {
        Total& total = totals[std::string(entry.at("type").as_string())];
        ++total.count;
        total.bytes += entry.at("length").to_number<std::uint64_t>();
    }
    std::string table = fmt::format("{:<16}{:>10}{:>16}\n", "sections", "number", "bytes");
    for (const auto& [type, total] : totals) table += fmt::format("{:<16}{:>10}{:>16}\n", type, total.count, total.bytes);
    return table;
}

std::string description(const std::string& file, std::span<const std::byte> bytes, const compressor::WeightImage& image) {
    const auto& shape = image.shape;
    const auto size = static_cast<double>(bytes.size()), full = static_cast<double>(compressor::checkpoint_bytes(image));
    std::string out = fmt::format("{}: weight image, {:.2f} MB, every CRC-32C matches\n", file, size / 1e6);
    out += fmt::format("its {} tasks as fp32 checkpoints: {:.2f} MB, {:.1f} times as much\n", image.tasks.size(), full / 1e6, full / size);
    if (const auto made = std::count_if(image.tasks.begin(), image.tasks.end(), &compressor::is_synthetic); made > 0)
        out += fmt::format("{} of them synthetic: mixed and perturbed from the others, trained by nobody\n", made);
    out += fmt::format("method {}{}, seed {}\n", image.method, image.mode.empty() ? "" : ", mode " + image.mode, image.seed);
    out += fmt::format("made by: {}\n", image.command);
    out += fmt::format("base: {}{}\n", image.base_checkpoint, image.base.empty() ? " (its matrices are not kept)" : "");
    out += fmt::format("shape: {} layers, hidden {}, {} heads, intermediate {}, {} pieces, {} positions\n", shape.layers, shape.hidden,
                       shape.heads, shape.intermediate, shape.vocabulary, shape.positions);
    out += fmt::format("made for arrays of {} x {}, {} bits a cell, {} encoding\n\n", image.geometry.rows, image.geometry.cols,
                       image.geometry.cell_bits, image.geometry.encoding);
    const boost::json::object header = compressor::parse_header(bytes, file);
    return out + compressor::summary_table(image) + "\n" + size_table(image, header) + "\n" + section_table(header);
}

void run(const InspectOptions& options) {
    const MappedFile mapped(options.image);
    const compressor::WeightImage image = compressor::parse_image(mapped.bytes(), options.image);
    if (options.json)
        std::cout << pretty_json(report(options.image, mapped.bytes(), image));
    else
        std::cout << description(options.image, mapped.bytes(), image);
}

}  // namespace

void add_inspect(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("inspect", "what a weight image holds, once every CRC of it has been checked");
    const auto options = std::make_shared<InspectOptions>();
    command->add_option("image", options->image, "the weight image")->required();
    command->add_flag("--json", options->json, "header, sections and summary as JSON");
    add_common_options(*command, common);
    command->footer("Example:\n  berth inspect tasks.berth");
    command->callback([options] { run(*options); });
}

}  // namespace berth::command
