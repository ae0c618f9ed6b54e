// SPDX-License-Identifier: Apache-2.0
#include "compressor/converter_calibration.hpp"
#include "compressor/header_node.hpp"
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "compressor/image_sections.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encoding.hpp"
#include "workloads/byte_bpe.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <set>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;

constexpr int kLargestWidth = 1 << 20, kLargestTable = 1 << 26, kMostLayers = 1024, kMostLabels = 1 << 20;
constexpr const char* kSharedFactors = "shared_factors";
constexpr int kLargestWeight = 127, kMostConverterBits = 16;
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

std::string one_of(const HeaderNode& node, const std::vector<std::string>& names) {
    const std::string name = node.text();
    if (std::find(names.begin(), names.end(), name) == names.end()) node.refuse("is " + name, detail::alternatives(names));
    return name;
}

/// Which of the names the text is.
template <class Names>
std::size_t index_in(const HeaderNode& node, const Names& names) {
    const std::vector<std::string> known(names.begin(), names.end());
    return static_cast<std::size_t>(std::find(known.begin(), known.end(), one_of(node, known)) - known.begin());
}

/// A number that stands as text.
double exact_number(const HeaderNode& node, const std::string& expected) {
    const std::string text = node.text();
    double value = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) node.refuse("is \"" + text + "\"", expected);
    return value;
}

double read_epsilon(const HeaderNode& node) {
    const std::string expected = "a number from 0 to 1 as text";
    const double value = exact_number(node, expected);
    if (!(value >= 0.0 && value < 1.0)) node.refuse("is \"" + node.text() + "\"", expected);
    return value;
}

inference::Shape read_shape(const HeaderNode& node) {
    inference::Shape shape;
    shape.hidden = node["hidden"].count(1, kLargestWidth);
    shape.layers = node["layers"].count(1, kMostLayers);
    shape.heads = node["heads"].count(1, shape.hidden);
    if (shape.hidden % shape.heads != 0) node["heads"].refuse("does not divide hidden", "heads of equal size");
    shape.intermediate = node["intermediate"].count(1, kLargestWidth);
    shape.vocabulary = node["vocabulary"].count(1, kLargestTable);
    shape.positions = node["positions"].count(1, kLargestTable);
    shape.segments = node["segments"].count(0, kLargestTable);
    shape.norm_epsilon = read_epsilon(node["norm_epsilon"]);
    if (node.has("head_activation"))
        shape.head_activation = static_cast<inference::HeadActivation>(index_in(node["head_activation"], layout::kHeadActivations));
    return shape;
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
        image_.geometry = read_geometry();
        image_.shape = read_shape(header_["shape"]);
        image_.tokenizer = read_tokenizer_settings();
        read_base();
        const HeaderNode tasks = header_["tasks"];
        if (tasks.size() == 0) tasks.refuse("is empty", "at least one task");
        std::set<std::string> names{"base"};
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            image_.tasks.push_back(read_task(tasks[i]));
            if (!names.insert(image_.tasks.back().name).second)
                tasks[i]["name"].refuse("is " + image_.tasks.back().name + " again", "a name of its own");
        }
        if (header_.has("calibration")) image_.calibration = read_calibration(header_["calibration"]);
        return std::move(image_);
    }

private:
    ConverterCalibration read_calibration(const HeaderNode& node) {
        ConverterCalibration calibration;
        calibration.method = one_of(node["method"], calibration_methods());
        ConverterSetting& converters = calibration.converters;
        converters.rows = node["rows"].count(1, kLargestWidth);
        converters.cell_bits = node["cell_bits"].count(1, inference::kMatrixMagnitudeBits);
        converters.encoding = one_of(node["encoding"], crossbar::encoding_names());
        converters.dac_bits = node["dac_bits"].count(1, kMostConverterBits);
        converters.activation_bits =
            node.has("activation_bits") ? node["activation_bits"].count(2, periphery::kActivationBits) : periphery::kActivationBits;
        converters.adc_bits = node["adc_bits"].count(1, kMostConverterBits);
        const std::string expected = "a number above 0 as text";
        converters.step = exact_number(node["step"], expected);
        if (!(converters.step > 0.0 && std::isfinite(converters.step))) node["step"].refuse("is \"" + node["step"].text() + "\"", expected);

        const auto encoding = crossbar::make_encoding(converters.encoding);
        std::size_t all = 0;
        for (const mapping::Plane& plane : planes_of(image_)) {
            const int kinds = encoding->polarities() * encoding->slices(plane.magnitude_bits, converters.cell_bits);
            calibration.exponents.emplace_back(static_cast<std::size_t>(kinds));
            all += static_cast<std::size_t>(kinds);
        }
        const std::vector<std::int8_t> exponents = sections_.integers(node["exponents"], all, kLargestRangeExponent);
        std::size_t next = 0;
        for (auto& plane : calibration.exponents)
            for (int& exponent : plane) {
                exponent = exponents[next++];
                if (exponent < 0)
                    node["exponents"].refuse(fmt::format("has a range of {}", exponent), fmt::format("0 to {}", kLargestRangeExponent));
            }
        return calibration;
    }

    /// What the stages are is for whoever runs them to say: an image made with one that this reader does not know is read all the same.
    static std::string read_stage_list(const HeaderNode& node) {
        const std::string text = node.text();
        if (!parse_json(text, node.path()).is_array()) node.refuse("is no list", "the stages that the image was made with, in JSON");
        return text;
    }

    Geometry read_geometry() {
        const HeaderNode node = header_["geometry"];
        return {node["rows"].count(1, kLargestWidth), node["cols"].count(1, kLargestWidth),
                node["cell_bits"].count(1, inference::kMatrixMagnitudeBits), one_of(node["encoding"], crossbar::encoding_names())};
    }

    workloads::TokenizerSettings read_tokenizer_settings() {
        const HeaderNode node = header_["tokenizer"];
        workloads::TokenizerSettings settings;
        const int pieces = node["pieces"].count(1, image_.shape.vocabulary);
        settings.vocabulary = sections_.lines(node["vocabulary"], static_cast<std::size_t>(pieces));
        settings.lower_case = node["lower_case"].flag();
        settings.strip_accents = node["strip_accents"].flag();
        settings.tokenize_chinese = node["tokenize_chinese"].flag();
        settings.limit = node["limit"].count(1, image_.shape.positions);
        if (node.has("kind")) settings.kind = static_cast<workloads::TokenizerKind>(index_in(node["kind"], workloads::kTokenizerKinds));
        if (node.has("pair_segments")) settings.pair_segments = node["pair_segments"].flag();
        if (settings.kind == workloads::TokenizerKind::byte_bpe)
            read_merges(node, settings);
        else
            for (const char* special : {"[CLS]", "[SEP]", "[UNK]"})
                if (std::find(settings.vocabulary.begin(), settings.vocabulary.end(), special) == settings.vocabulary.end())
                    node["vocabulary"].refuse(std::string("lacks ") + special, "BERT's special pieces");
        return settings;
    }

    void read_merges(const HeaderNode& node, workloads::TokenizerSettings& settings) const {
        settings.prefix_space = node["prefix_space"].flag();
        const int count = node["merge_count"].count(0, kLargestTable);
        settings.merges = sections_.lines(node["merges"], static_cast<std::size_t>(count));
        if (const auto missing = workloads::missing_from_byte_vocabulary(settings.vocabulary))
            node["vocabulary"].refuse("lacks " + *missing, "RoBERTa's special pieces and a letter a byte");
        if (const auto bad = workloads::first_bad_merge(settings.vocabulary, settings.merges))
            node["merges"].refuse(fmt::format("line {} {}", bad->merge + 1, bad->fault), "two pieces of the vocabulary that make a third");
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
                (void)one_of(matrix, {"base"});
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
        task.metric = one_of(node["metric"], workloads::metric_names());
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
