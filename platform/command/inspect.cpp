// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/summary.hpp"
#include "models/core/digest.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "platform/command/command.hpp"

#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

namespace berth::command {
namespace {

struct InspectOptions {
    std::string image;
    bool json = false;
};

boost::json::object task_block(const compressor::WeightImage& image, const compressor::TaskImage& task) {
    const compressor::TaskSummary summary = compressor::summarise(image, task);
    return {{"name", task.name},
            {"weights", summary.weights},
            {"cells_per_weight", summary.cells_per_weight},
            {"nonzero_share", summary.nonzero_share},
            {"channels", summary.channels},
            {"kept_channels", summary.kept_channels}};
}

boost::json::object report(const std::string& file, std::span<const std::byte> bytes, const compressor::WeightImage& image) {
    boost::json::array tasks;
    for (const auto& task : image.tasks) tasks.emplace_back(task_block(image, task));
    return {{"path", file},     {"sha256", sha256(bytes)},     {"bytes", bytes.size()},
            {"crc32c", "good"}, {"summary", std::move(tasks)}, {"header", compressor::parse_header(bytes, file)}};
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
    std::string out = fmt::format("{}: weight image, {:.2f} MB, every CRC-32C matches\n", file, static_cast<double>(bytes.size()) / 1e6);
    out += fmt::format("method {}{}, seed {}\n", image.method, image.mode.empty() ? "" : ", mode " + image.mode, image.seed);
    out += fmt::format("made by: {}\n", image.command);
    out += fmt::format("base: {}{}\n", image.base_checkpoint, image.base.empty() ? " (its matrices are not kept)" : "");
    out += fmt::format("shape: {} layers, hidden {}, {} heads, intermediate {}, {} pieces, {} positions\n", shape.layers, shape.hidden,
                       shape.heads, shape.intermediate, shape.vocabulary, shape.positions);
    out += fmt::format("made for arrays of {} x {}, {} bits a cell, {} encoding\n\n", image.geometry.rows, image.geometry.cols,
                       image.geometry.cell_bits, image.geometry.encoding);
    return out + compressor::summary_table(image) + "\n" + section_table(compressor::parse_header(bytes, file));
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
