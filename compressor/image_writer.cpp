// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "compressor/image_planes.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/zstd.hpp"

#include <fmt/format.h>

#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace berth::compressor {
namespace {

using boost::json::array;
using boost::json::object;
using inference::Int8Matrix;

/// Gathers sections; equal content is kept once, so tables and matrices that tasks share cost nothing a second time.
class Sections {
public:
    /// `bytes` must outlive the writer. @return the section's index.
    std::size_t add(const std::string& name, std::string_view type, std::span<const std::byte> bytes) {
        const auto [seen, first_time] = by_address_.try_emplace({bytes.data(), bytes.size(), type}, sections_.size());
        if (!first_time && !bytes.empty()) return seen->second;
        const std::uint32_t crc = crc32c(bytes);
        for (auto [at, end] = by_content_.equal_range({crc, bytes.size()}); at != end; ++at) {
            const Section& other = sections_[at->second];
            const bool same = other.type == type && (bytes.empty() || std::memcmp(other.bytes.data(), bytes.data(), bytes.size()) == 0);
            if (same) return seen->second = at->second;
        }
        by_content_.emplace(std::pair{crc, bytes.size()}, sections_.size());
        seen->second = sections_.size();
        sections_.push_back({.name = name, .type = type, .bytes = bytes, .stored = bytes, .crc = crc});
        return sections_.size() - 1;
    }

    /// Stores a section as a frame of `content`, where that saves what a reader's work is worth.
    /// @param content the section's bytes or another form of them. @param elements that a reader makes of it.
    void frame(std::size_t index, std::span<const std::byte> content, std::size_t elements, Redundancy redundancy) {
        Section& section = sections_[index];
        if (std::exchange(section.considered, true)) return;
        std::vector<std::byte> frame = zstd_frame(content, redundancy);
        const bool smaller = frame.size() + section.bytes.size() / kLeastGain <= section.bytes.size();
        if (!smaller || elements > layout::kLargestExpansion * frame.size()) return;
        section.framed = content.size();
        section.stored = owned_.emplace_back(std::move(frame));
        section.crc = crc32c(section.stored);
    }
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t index) const { return sections_[index].bytes; }

    template <class Value>
    std::size_t add(const std::string& name, std::string_view type, const std::vector<Value>& values) {
        return add(name, type, std::as_bytes(std::span(values)));
    }

    std::size_t add_owned(const std::string& name, std::string_view type, std::vector<std::byte> bytes) {
        return add(name, type, owned_.emplace_back(std::move(bytes)));
    }

    /// Offsets count from the first section, so the header's length does not depend on itself.
    [[nodiscard]] array describe() const {
        array list;
        std::uint64_t offset = 0;
        for (const Section& section : sections_) {
            object entry{{"name", section.name},
                         {"type", section.type},
                         {"offset", offset},
                         {"length", section.stored.size()},
                         {"crc32c", fmt::format("{:08x}", section.crc)}};
            if (section.framed) {
                entry["coding"] = layout::kZstd;
                entry["size"] = *section.framed;
            }
            list.push_back(std::move(entry));
            offset = layout::aligned(offset + section.stored.size());
        }
        return list;
    }

    /// Appends every section at its boundary; nothing follows the last one's last byte.
    void append_to(std::vector<std::byte>& out) const {
        for (const Section& section : sections_) {
            out.resize(layout::aligned(out.size()));
            out.insert(out.end(), section.stored.begin(), section.stored.end());
        }
    }

private:
    static constexpr std::size_t kLeastGain = 32;  ///< a frame saves at least a 32nd

    struct Section {
        std::string name;
        std::string_view type;
        std::span<const std::byte> bytes;     ///< what the type says
        std::span<const std::byte> stored;    ///< that, or a frame of it
        std::uint32_t crc = 0;                ///< of what is stored
        std::optional<std::size_t> framed{};  ///< bytes of the content, where a frame of it is stored
        bool considered = false;
    };
    std::vector<Section> sections_;
    std::deque<std::vector<std::byte>> owned_;
    std::map<std::tuple<const std::byte*, std::size_t, std::string_view>, std::size_t> by_address_;
    std::multimap<std::pair<std::uint32_t, std::size_t>, std::size_t> by_content_;
};

std::size_t add_codes(const std::vector<std::int8_t>& codes, int magnitude_bits, const std::string& name, Sections& sections) {
    const std::size_t index = magnitude_bits == inference::kMatrixMagnitudeBits
                                  ? sections.add(name, layout::kInt8, codes)
                                  : sections.add_owned(name, layout::packed_type(magnitude_bits), layout::pack(codes, magnitude_bits));
    sections.frame(index, layout::packed_in_frames(magnitude_bits) ? sections.bytes(index) : std::as_bytes(std::span(codes)), codes.size(),
                   Redundancy::frequencies);
    return index;
}

object describe(const Int8Matrix& matrix, const std::string& name, Sections& sections) {
    return {{"out", matrix.out},
            {"in", matrix.in},
            {"magnitude_bits", matrix.magnitude_bits},
            {"values", add_codes(matrix.values, matrix.magnitude_bits, name + ".values", sections)},
            {"scales", sections.add(name + ".scales", layout::kFloat32, matrix.scales)}};
}

object describe(const inference::Norm& norm, const std::string& name, Sections& sections) {
    return {{"gamma", sections.add(name + ".gamma", layout::kFloat32, norm.gamma)},
            {"beta", sections.add(name + ".beta", layout::kFloat32, norm.beta)}};
}

object describe(const inference::MatrixDelta& delta, const std::string& name, Sections& sections) {
    return {{"magnitude_bits", delta.magnitude_bits},
            {"channels", sections.add(name + ".channels", layout::kInt32, delta.channels)},
            {"codes", add_codes(delta.codes, delta.magnitude_bits, name + ".codes", sections)}};
}

std::size_t add_text(std::vector<std::byte> text, const std::string& name, Sections& sections) {
    const std::size_t index = sections.add_owned(name, layout::kText, std::move(text));
    sections.frame(index, sections.bytes(index), sections.bytes(index).size(), Redundancy::repeats);
    return index;
}

/// Low-rank factors in the header: a task's own where they belong, those that several tasks have in a list of their own, by number.
class Factors {
public:
    Factors(const WeightImage& image, Sections& sections) : image_(image), sections_(sections) {}

    [[nodiscard]] boost::json::value of(std::size_t task, std::size_t index) {
        if (!image_.tasks[task].network.linears[index].low_rank) return nullptr;
        return object{{"down", one(task, index, PlaneKind::down)}, {"up", one(task, index, PlaneKind::up)}};
    }

    [[nodiscard]] array common() && { return std::move(common_); }

private:
    [[nodiscard]] boost::json::value one(std::size_t task, std::size_t index, PlaneKind kind) {
        const std::string matrix = inference::matrix_name(image_.shape, index);
        const Int8Matrix& factor = *factor_of(image_.tasks[task], index, kind);
        const std::string suffix = kind == PlaneKind::down ? kDownSuffix : kUpSuffix;
        const auto sharers = sharers_of_factor(image_, task, index, kind);
        if (sharers.size() == 1) return describe(factor, image_.tasks[task].name + "." + matrix + ".low_rank" + suffix, sections_);
        const auto [number, fresh] = numbers_.try_emplace({sharers.front(), index, kind}, common_.size());
        if (fresh) {
            const std::string name = matrix + suffix;
            object entry{{"name", name}};
            for (auto& field : describe(factor, mapping::owner_of(names_of(sharers)) + "." + name, sections_)) entry.insert(field);
            common_.push_back(std::move(entry));
        }
        return number->second;
    }

    [[nodiscard]] std::vector<std::string_view> names_of(const std::vector<std::size_t>& tasks) const {
        std::vector<std::string_view> names;
        for (const std::size_t task : tasks) names.emplace_back(image_.tasks[task].name);
        return names;
    }

    const WeightImage& image_;
    Sections& sections_;
    array common_;
    std::map<std::tuple<std::size_t, std::size_t, PlaneKind>, std::size_t> numbers_;  ///< by first task, layer and which of the two
};

array describe_linears(const WeightImage& image, std::size_t number, Sections& sections, Factors& factors) {
    const TaskImage& task = image.tasks[number];
    array list;
    for (std::size_t index = 0; index < task.network.linears.size(); ++index) {
        const inference::Linear& linear = task.network.linears[index];
        const std::string matrix = inference::matrix_name(image.shape, index), name = task.name + "." + matrix;
        object entry{{"name", matrix}};
        if (image.shares(task, index))
            entry["matrix"] = "base";
        else
            entry["matrix"] = describe(*linear.matrix, name, sections);
        if (linear.delta)
            entry["delta"] = describe(*linear.delta, name + ".delta", sections);
        else
            entry["delta"] = nullptr;
        entry["low_rank"] = factors.of(number, index);
        entry["bias"] = sections.add(name + ".bias", layout::kFloat32, linear.bias);
        list.push_back(std::move(entry));
    }
    return list;
}

array describe_norms(const std::vector<inference::Norm>& norms, const std::string& task, const char* which, Sections& sections) {
    array list;
    for (std::size_t layer = 0; layer < norms.size(); ++layer)
        list.push_back(describe(norms[layer], fmt::format("{}.layer.{}.{}", task, layer, which), sections));
    return list;
}

object describe(const WeightImage& image, std::size_t number, Sections& sections, Factors& factors) {
    const TaskImage& task = image.tasks[number];
    const inference::Network& network = task.network;
    const inference::Embeddings& tables = *network.embeddings;
    return {{"name", task.name},
            {"metric", task.metric},
            {"labels", network.labels},
            {"regression", network.regression},
            {"label_names", boost::json::value_from(task.label_names)},
            {"checkpoint", task.checkpoint},
            {"provenance", task.provenance},
            {"statistics", task.statistics},
            {"embeddings",
             {{"words", describe(tables.words, task.name + ".embeddings.words", sections)},
              {"positions", describe(tables.positions, task.name + ".embeddings.positions", sections)},
              {"segments", describe(tables.segments, task.name + ".embeddings.segments", sections)}}},
            {"embedding_norm", describe(network.embedding_norm, task.name + ".embeddings.norm", sections)},
            {"linears", describe_linears(image, number, sections, factors)},
            {"attention_norms", describe_norms(network.attention_norms, task.name, "attention_norm", sections)},
            {"output_norms", describe_norms(network.output_norms, task.name, "output_norm", sections)},
            {"classifier", describe(network.classifier, task.name + ".classifier", sections)},
            {"classifier_bias", sections.add(task.name + ".classifier.bias", layout::kFloat32, network.classifier_bias)}};
}

std::vector<std::byte> lines_of(const std::vector<std::string>& pieces) {
    std::vector<std::byte> text;
    for (const std::string& piece : pieces) {
        if (piece.find('\n') != std::string::npos) throw InputError("vocabulary", "has a piece with a line break in it", "a piece a line");
        const auto bytes = std::as_bytes(std::span(piece));
        text.insert(text.end(), bytes.begin(), bytes.end());
        text.push_back(std::byte{'\n'});
    }
    return text;
}

/// The epsilon is text because it must come back to the last bit.
object describe(const inference::Shape& shape) {
    return {{"hidden", shape.hidden},
            {"layers", shape.layers},
            {"heads", shape.heads},
            {"intermediate", shape.intermediate},
            {"vocabulary", shape.vocabulary},
            {"positions", shape.positions},
            {"segments", shape.segments},
            {"norm_epsilon", fmt::format("{}", shape.norm_epsilon)},
            {"head_activation", layout::kHeadActivations[static_cast<std::size_t>(shape.head_activation)]}};
}

object describe(const workloads::TokenizerSettings& tokenizer, Sections& sections) {
    object entry{{"kind", workloads::kTokenizerKinds[static_cast<std::size_t>(tokenizer.kind)]},
                 {"vocabulary", add_text(lines_of(tokenizer.vocabulary), "vocabulary", sections)},
                 {"pieces", tokenizer.vocabulary.size()},
                 {"lower_case", tokenizer.lower_case},
                 {"strip_accents", tokenizer.strip_accents},
                 {"tokenize_chinese", tokenizer.tokenize_chinese},
                 {"pair_segments", tokenizer.pair_segments},
                 {"limit", tokenizer.limit}};
    if (tokenizer.kind != workloads::TokenizerKind::byte_bpe) return entry;
    entry["merges"] = add_text(lines_of(tokenizer.merges), "merges", sections);
    entry["merge_count"] = tokenizer.merges.size();
    entry["prefix_space"] = tokenizer.prefix_space;
    return entry;
}

/// The exponents of all planes, one behind the other. The step is text because it must come back to the last bit.
object describe(const ConverterCalibration& calibration, Sections& sections) {
    std::vector<std::byte> exponents;
    for (const auto& plane : calibration.exponents)
        for (const int exponent : plane) exponents.push_back(static_cast<std::byte>(exponent));
    const ConverterSetting& converters = calibration.converters;
    return {{"method", calibration.method},
            {"rows", converters.rows},
            {"cell_bits", converters.cell_bits},
            {"encoding", converters.encoding},
            {"dac_bits", converters.dac_bits},
            {"activation_bits", converters.activation_bits},
            {"adc_bits", converters.adc_bits},
            {"step", fmt::format("{}", converters.step)},
            {"exponents", sections.add_owned("calibration.exponents", layout::kInt8, std::move(exponents))}};
}

object describe(const WeightImage& image, Sections& sections) {
    array matrices, tasks;
    for (std::size_t index = 0; index < image.base.size(); ++index) {
        const std::string name = inference::matrix_name(image.shape, index);
        object entry{{"name", name}};
        for (auto& field : describe(*image.base[index], "base." + name, sections)) entry.insert(field);
        matrices.push_back(std::move(entry));
    }
    object tokenizer = describe(image.tokenizer, sections);
    Factors factors(image, sections);
    for (std::size_t task = 0; task < image.tasks.size(); ++task) tasks.push_back(describe(image, task, sections, factors));
    object header{
        {"method", image.method},
        {"mode", image.mode},
        {"seed", image.seed},
        {"command", image.command},
        {"geometry",
         {{"rows", image.geometry.rows},
          {"cols", image.geometry.cols},
          {"cell_bits", image.geometry.cell_bits},
          {"encoding", image.geometry.encoding}}},
        {"shape", describe(image.shape)},
        {"tokenizer", std::move(tokenizer)},
        {"base", {{"checkpoint", image.base_checkpoint}, {"provenance", image.base_provenance}, {"matrices", std::move(matrices)}}},
        {"tasks", std::move(tasks)}};
    if (!image.stages.empty()) header["stages"] = image.stages;
    if (array common = std::move(factors).common(); !common.empty()) header["shared_factors"] = std::move(common);
    if (image.calibration) header["calibration"] = describe(*image.calibration, sections);
    header["sections"] = sections.describe();
    return header;
}

}  // namespace

std::vector<std::byte> serialise(const WeightImage& image) {
    Sections sections;
    const std::string header = pretty_json(describe(image, sections));
    const std::uint64_t length = header.size();
    const std::uint32_t crc = crc32c(std::as_bytes(std::span(header)));
    std::vector<std::byte> out(layout::kHeaderAt + header.size());
    std::memcpy(out.data(), layout::kMagic.data(), layout::kMagic.size());
    std::memcpy(out.data() + layout::kVersionAt, &layout::kVersion, sizeof layout::kVersion);
    std::memcpy(out.data() + layout::kHeaderCrcAt, &crc, sizeof crc);
    std::memcpy(out.data() + layout::kHeaderLengthAt, &length, sizeof length);
    std::memcpy(out.data() + layout::kHeaderAt, header.data(), header.size());
    sections.append_to(out);
    return out;
}

void write_image(const WeightImage& image, const std::filesystem::path& file) {
    AtomicFile out(file);
    out.write(serialise(image));
    out.commit();
}

}  // namespace berth::compressor
