// SPDX-License-Identifier: Apache-2.0
#include "compressor/header_node.hpp"
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "compressor/image_sections.hpp"
#include "compressor/image_settings.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <set>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;

constexpr int kLargestWeight = 127, kMostLabels = 1 << 20;
constexpr const char* kSharedFactors = "shared_factors";
constexpr float kAnyFloat = std::numeric_limits<float>::lowest(), kSmallestScale = std::numeric_limits<float>::denorm_min();

template <class Value>
Value value_at(std::span<const std::byte> bytes, std::size_t offset) {
    Value value;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

/// The header's text, once magic, version, length and CRC have proved it.
std::string_view header_text(std::span<const std::byte> bytes, const std::string& where) {
    const auto magic_bytes = std::as_bytes(std::span(layout::kMagic));
    if (bytes.size() < layout::kHeaderAt) throw InputError(where, fmt::format("has {} bytes", bytes.size()), "a weight image");
    if (!std::equal(magic_bytes.begin(), magic_bytes.end(), bytes.begin()))
        throw InputError(where, "does not begin with \"BERTHIMG\"", "a weight image");
    const auto version = value_at<std::uint32_t>(bytes, layout::kVersionAt);
    if (version != layout::kVersion)
        throw InputError(where, fmt::format("has version {}", version), fmt::format("version {}", layout::kVersion));
    const auto length = value_at<std::uint64_t>(bytes, layout::kHeaderLengthAt);
    if (length > layout::kLargestHeader || length > bytes.size() - layout::kHeaderAt)
        throw InputError(where, fmt::format("has a header of {} bytes in a file of {}", length, bytes.size()),
                         "a header that fits the file");
    const auto header = bytes.subspan(layout::kHeaderAt, length);
    if (crc32c(header) != value_at<std::uint32_t>(bytes, layout::kHeaderCrcAt))
        throw InputError(where + ": header", "does not match its CRC-32C", "the bytes that were written");
    return {reinterpret_cast<const char*>(header.data()), header.size()};
}

void expect_elements(const HeaderNode& list, std::size_t count) {
    if (list.size() != count) list.refuse(fmt::format("has {} elements", list.size()), fmt::format("{}", count));
}

/// Whether matrices get their values, or their sizes alone.
enum class Weights { read, left };

/// Turns the header and its sections into an image. What several tasks refer to becomes one object that they share.
class Reader {
public:
    Reader(const HeaderNode& header, const ImageSections& sections, Weights weights)
        : header_(header), sections_(sections), weights_(weights) {}

    WeightImage read() {
        image_.method = header_["method"].text();
        image_.mode = header_["mode"].text();
        image_.seed = header_["seed"].unsigned_integer();
        image_.command = header_["command"].text();
        if (header_.has("stages")) image_.stages = read_stage_list(header_["stages"]);
        image_.geometry = read_geometry(header_["geometry"]);
        image_.shape = read_shape(header_["shape"]);
        image_.tokenizer = read_tokenizer_settings(header_["tokenizer"], sections_, image_.shape);
        read_base();
        const HeaderNode tasks = header_["tasks"];
        if (tasks.size() == 0) tasks.refuse("is empty", "at least one task");
        std::set<std::string> names{"base"};
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            image_.tasks.push_back(read_task(tasks[i]));
            if (!names.insert(image_.tasks.back().name).second)
                tasks[i]["name"].refuse("is " + image_.tasks.back().name + " again", "a name of its own");
        }
        if (header_.has("calibration")) image_.calibration = read_calibration(header_["calibration"], sections_, image_);
        return std::move(image_);
    }

private:
    /// What the stages are is for whoever runs them to say: an image made with one that this reader does not know is read all the same.
    static std::string read_stage_list(const HeaderNode& node) {
        const std::string text = node.text();
        if (!parse_json(text, node.path()).is_array()) node.refuse("is no list", "the stages that the image was made with, in JSON");
        return text;
    }

    void read_base() {
        const HeaderNode node = header_["base"], matrices = node["matrices"];
        image_.base_checkpoint = node["checkpoint"].text();
        image_.base_provenance = node["provenance"].object();
        if (matrices.size() == 0) return;
        // Without the last one it is each task's own, as the first layer of its head.
        if (matrices.size() + 1 != linears()) expect_elements(matrices, linears());
        for (std::size_t index = 0; index < matrices.size(); ++index)
            image_.base.push_back(read_matrix(matrices[index], inference::matrix_size(image_.shape, index)));
    }

    [[nodiscard]] std::size_t linears() const { return inference::matrix_index(image_.shape.layers, 0) + 1; }

    std::shared_ptr<const Int8Matrix> read_matrix(const HeaderNode& node, inference::MatrixSize size) {
        auto& shared = matrices_[{sections_.index(node["values"]), sections_.index(node["scales"]), size.out, size.in,
                                  node["magnitude_bits"].count(1, inference::kMatrixMagnitudeBits)}];
        if (!shared) shared = std::make_shared<const Int8Matrix>(read_own_matrix(node, size));
        return shared;
    }

    std::vector<std::int8_t> read_codes(const HeaderNode& reference, std::size_t count, int magnitude_bits) const {
        if (weights_ == Weights::left) {
            sections_.leave_codes(reference, count, magnitude_bits);
            return {};
        }
        return magnitude_bits == inference::kMatrixMagnitudeBits ? sections_.integers(reference, count, kLargestWeight)
                                                                 : sections_.packed(reference, count, magnitude_bits);
    }

    Int8Matrix read_own_matrix(const HeaderNode& node, inference::MatrixSize size) {
        (void)node["out"].integer(size.out, size.out);
        (void)node["in"].integer(size.in, size.in);
        const std::size_t elements = static_cast<std::size_t>(size.out) * static_cast<std::size_t>(size.in);
        const int bits = node["magnitude_bits"].count(1, inference::kMatrixMagnitudeBits);
        return {size.out, size.in, read_codes(node["values"], elements, bits),
                sections_.floats(node["scales"], static_cast<std::size_t>(size.out), kSmallestScale), bits};
    }

    std::shared_ptr<const inference::LowRankDelta> read_low_rank(const HeaderNode& node, inference::MatrixSize size,
                                                                 const std::string& matrix) {
        if (node.is_null()) return nullptr;
        const int rank = factor_at(node["down"])["out"].count(1, std::max(size.out, size.in));
        auto down = read_factor(node["down"], {rank, size.in}, matrix + kDownSuffix);
        auto up = read_factor(node["up"], {size.out, rank}, matrix + kUpSuffix);
        return std::make_shared<const inference::LowRankDelta>(std::move(down), std::move(up));
    }

    /// What is said of a factor: where it is the task's own itself, else in the list of those that tasks have in common.
    [[nodiscard]] HeaderNode factor_at(const HeaderNode& node) const {
        if (!node.is_number()) return node;
        const HeaderNode list = header_[kSharedFactors];
        return list[static_cast<std::size_t>(node.integer(0, static_cast<std::int64_t>(list.size()) - 1))];
    }

    std::shared_ptr<const Int8Matrix> read_factor(const HeaderNode& node, inference::MatrixSize size, const std::string& name) {
        const HeaderNode factor = factor_at(node);
        if (!node.is_number()) return std::make_shared<const Int8Matrix>(read_own_matrix(factor, size));
        if (const std::string own = factor["name"].text(); own != name) node.refuse("is that of " + own, "one of " + name);
        (void)factor["out"].integer(size.out, size.out);
        (void)factor["in"].integer(size.in, size.in);
        auto& common = common_factors_[factor.path()];
        if (!common) common = std::make_shared<const Int8Matrix>(read_own_matrix(factor, size));
        return common;
    }

    std::shared_ptr<const inference::MatrixDelta> read_delta(const HeaderNode& node, const Int8Matrix& base) {
        if (node.is_null()) return nullptr;
        inference::MatrixDelta delta;
        delta.magnitude_bits = node["magnitude_bits"].count(1, inference::kMatrixMagnitudeBits);
        delta.channels = sections_.ascending(node["channels"], base.out);
        const std::size_t count = delta.channels.size() * static_cast<std::size_t>(base.in);
        delta.codes = read_codes(node["codes"], count, delta.magnitude_bits);
        if (weights_ == Weights::read) check_sums(node, delta, base);
        return std::make_shared<const inference::MatrixDelta>(std::move(delta));
    }

    static void check_sums(const HeaderNode& node, const inference::MatrixDelta& delta, const Int8Matrix& base) {
        const auto width = static_cast<std::size_t>(base.in);
        for (std::size_t kept = 0; kept < delta.channels.size(); ++kept)
            for (std::size_t i = 0; i < width; ++i) {
                const int sum = delta.codes[kept * width + i] + base.values[static_cast<std::size_t>(delta.channels[kept]) * width + i];
                if (sum < -kLargestWeight || sum > kLargestWeight)
                    node.refuse(fmt::format("takes a weight of channel {} to {}", delta.channels[kept], sum), "weights from -127 to 127");
            }
    }

    inference::Norm read_norm(const HeaderNode& node) {
        const auto width = static_cast<std::size_t>(image_.shape.hidden);
        return {sections_.floats(node["gamma"], width, kAnyFloat), sections_.floats(node["beta"], width, kAnyFloat)};
    }

    std::vector<inference::Norm> read_norms(const HeaderNode& list) {
        expect_elements(list, static_cast<std::size_t>(image_.shape.layers));
        std::vector<inference::Norm> norms;
        for (std::size_t layer = 0; layer < list.size(); ++layer) norms.push_back(read_norm(list[layer]));
        return norms;
    }

    std::vector<inference::Linear> read_linears(const HeaderNode& list) {
        expect_elements(list, linears());
        std::vector<inference::Linear> read;
        for (std::size_t index = 0; index < list.size(); ++index) {
            const HeaderNode node = list[index], matrix = node["matrix"];
            const inference::MatrixSize size = inference::matrix_size(image_.shape, index);
            inference::Linear linear;
            if (matrix.is_text()) {
                (void)matrix.one_of({"base"});
                if (index >= image_.base.size()) matrix.refuse("is the base's", "a matrix, for the base has none here");
                linear.matrix = image_.base[index];
            } else {
                linear.matrix = read_matrix(matrix, size);
            }
            linear.delta = read_delta(node["delta"], *linear.matrix);
            linear.low_rank = read_low_rank(node["low_rank"], size, inference::matrix_name(image_.shape, index));
            linear.bias = sections_.floats(node["bias"], static_cast<std::size_t>(size.out), kAnyFloat);
            read.push_back(std::move(linear));
        }
        return read;
    }

    std::shared_ptr<const inference::Embeddings> read_embeddings(const HeaderNode& node) {
        const auto section = [&](const char* table, const char* part) { return sections_.index(node[table][part]); };
        auto& shared = embeddings_[{section("words", "values"), section("words", "scales"), section("positions", "values"),
                                    section("positions", "scales"), section("segments", "values"), section("segments", "scales")}];
        const auto& shape = image_.shape;
        if (!shared)
            shared = std::make_shared<const inference::Embeddings>(
                inference::Embeddings{read_own_matrix(node["words"], {shape.vocabulary, shape.hidden}),
                                      read_own_matrix(node["positions"], {shape.positions, shape.hidden}),
                                      read_own_matrix(node["segments"], {shape.segments, shape.hidden})});
        return shared;
    }

    TaskImage read_task(const HeaderNode& node) {
        TaskImage task;
        task.name = node["name"].text();
        if (task.name.find(mapping::kOwnerJoin) != task.name.npos)
            node["name"].refuse("is " + task.name, "a name without " + std::string(1, mapping::kOwnerJoin));
        task.metric = node["metric"].one_of(workloads::metric_names());
        const HeaderNode names = node["label_names"];
        for (std::size_t i = 0; i < names.size(); ++i) task.label_names.push_back(names[i].text());
        task.checkpoint = node["checkpoint"].text();
        task.provenance = node["provenance"].object();
        task.statistics = node["statistics"].object();
        inference::Network& network = task.network;
        network.shape = image_.shape;
        network.labels = node["labels"].count(1, kMostLabels);
        network.regression = node["regression"].flag();
        if (network.regression && network.labels != 1) node["labels"].refuse("is more than one for a regression", "1");
        network.embeddings = read_embeddings(node["embeddings"]);
        network.embedding_norm = read_norm(node["embedding_norm"]);
        network.linears = read_linears(node["linears"]);
        network.attention_norms = read_norms(node["attention_norms"]);
        network.output_norms = read_norms(node["output_norms"]);
        network.classifier = read_own_matrix(node["classifier"], {network.labels, image_.shape.hidden});
        network.classifier_bias = sections_.floats(node["classifier_bias"], static_cast<std::size_t>(network.labels), kAnyFloat);
        return task;
    }

    const HeaderNode& header_;
    const ImageSections& sections_;
    Weights weights_;
    WeightImage image_;
    std::map<std::tuple<std::size_t, std::size_t, int, int, int>, std::shared_ptr<const Int8Matrix>> matrices_;
    std::map<std::array<std::size_t, 6>, std::shared_ptr<const inference::Embeddings>> embeddings_;
    std::map<std::string, std::shared_ptr<const Int8Matrix>> common_factors_;  ///< by the path in the header
};

WeightImage parse(std::span<const std::byte> bytes, const std::string& where, Weights weights) {
    const std::string_view text = header_text(bytes, where);
    const boost::json::value json = parse_json(text, where + ": header");
    const HeaderNode header(json, where + ":");
    const ImageSections sections(header["sections"], bytes, layout::kHeaderAt + text.size(), where);
    WeightImage image = Reader(header, sections, weights).read();
    sections.check_all_used();
    return image;
}

}  // namespace

boost::json::object parse_header(std::span<const std::byte> bytes, const std::string& where) {
    const boost::json::value json = parse_json(header_text(bytes, where), where + ": header");
    return HeaderNode(json, where + ":").object();
}

WeightImage parse_image(std::span<const std::byte> bytes, const std::string& where) { return parse(bytes, where, Weights::read); }

WeightImage parse_outline(std::span<const std::byte> bytes, const std::string& where) { return parse(bytes, where, Weights::left); }

std::uint64_t announced_bytes(std::span<const std::byte> beginning, const std::string& where) {
    std::uint64_t header = 0;
    if (beginning.size() < layout::kHeaderAt) return 0;
    std::memcpy(&header, beginning.data() + layout::kHeaderLengthAt, sizeof header);
    if (header <= layout::kLargestHeader && header > beginning.size() - layout::kHeaderAt) return 0;
    const std::string_view text = header_text(beginning, where);
    const boost::json::value json = parse_json(text, where + ": header");
    const HeaderNode sections = HeaderNode(json, where + ":")["sections"];
    std::uint64_t end = layout::kHeaderAt + text.size();
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const std::uint64_t length = sections[i]["length"].unsigned_integer(), start = layout::aligned(end);
        if (length > UINT64_MAX / 2 - start) sections[i]["length"].refuse("passes the end of addresses", "the section's bytes");
        end = start + length;
    }
    return end;
}

WeightImage read_image(const std::filesystem::path& file) {
    const MappedFile mapped(file);
    return parse_image(mapped.bytes(), file.string());
}

WeightImage read_outline(const std::filesystem::path& file) {
    const MappedFile mapped(file);
    return parse_outline(mapped.bytes(), file.string());
}

}  // namespace berth::compressor
