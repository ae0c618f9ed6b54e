// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_settings.hpp"

#include "compressor/converter_calibration.hpp"
#include "compressor/image_layout.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encoding.hpp"
#include "workloads/byte_bpe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace berth::compressor {
namespace {

constexpr int kLargestWidth = 1 << 20, kLargestTable = 1 << 26, kMostLayers = 1024, kMostConverterBits = 16;

/// Which of the names the text is.
template <class Names>
std::size_t index_in(const HeaderNode& node, const Names& names) {
    const std::vector<std::string> known(names.begin(), names.end());
    return static_cast<std::size_t>(std::find(known.begin(), known.end(), node.one_of(known)) - known.begin());
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

void read_merges(const HeaderNode& node, const ImageSections& sections, workloads::TokenizerSettings& settings) {
    settings.prefix_space = node["prefix_space"].flag();
    const int count = node["merge_count"].count(0, kLargestTable);
    settings.merges = sections.lines(node["merges"], static_cast<std::size_t>(count));
    if (const auto missing = workloads::missing_from_byte_vocabulary(settings.vocabulary))
        node["vocabulary"].refuse("lacks " + *missing, "RoBERTa's special pieces and a letter a byte");
    if (const auto bad = workloads::first_bad_merge(settings.vocabulary, settings.merges))
        node["merges"].refuse(fmt::format("line {} {}", bad->merge + 1, bad->fault), "two pieces of the vocabulary that make a third");
}

}  // namespace

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

Geometry read_geometry(const HeaderNode& node) {
    return {node["rows"].count(1, kLargestWidth), node["cols"].count(1, kLargestWidth),
            node["cell_bits"].count(1, inference::kMatrixMagnitudeBits), node["encoding"].one_of(crossbar::encoding_names())};
}

workloads::TokenizerSettings read_tokenizer_settings(const HeaderNode& node, const ImageSections& sections, const inference::Shape& shape) {
    workloads::TokenizerSettings settings;
    const int pieces = node["pieces"].count(1, shape.vocabulary);
    settings.vocabulary = sections.lines(node["vocabulary"], static_cast<std::size_t>(pieces));
    settings.lower_case = node["lower_case"].flag();
    settings.strip_accents = node["strip_accents"].flag();
    settings.tokenize_chinese = node["tokenize_chinese"].flag();
    settings.limit = node["limit"].count(1, shape.positions);
    if (node.has("kind")) settings.kind = static_cast<workloads::TokenizerKind>(index_in(node["kind"], workloads::kTokenizerKinds));
    if (node.has("pair_segments")) settings.pair_segments = node["pair_segments"].flag();
    if (settings.kind == workloads::TokenizerKind::byte_bpe)
        read_merges(node, sections, settings);
    else
        for (const char* special : {"[CLS]", "[SEP]", "[UNK]"})
            if (std::find(settings.vocabulary.begin(), settings.vocabulary.end(), special) == settings.vocabulary.end())
                node["vocabulary"].refuse(std::string("lacks ") + special, "BERT's special pieces");
    return settings;
}

ConverterCalibration read_calibration(const HeaderNode& node, const ImageSections& sections, const WeightImage& image) {
    ConverterCalibration calibration;
    calibration.method = node["method"].one_of(calibration_methods());
    ConverterSetting& converters = calibration.converters;
    converters.rows = node["rows"].count(1, kLargestWidth);
    converters.cell_bits = node["cell_bits"].count(1, inference::kMatrixMagnitudeBits);
    converters.encoding = node["encoding"].one_of(crossbar::encoding_names());
    converters.dac_bits = node["dac_bits"].count(1, kMostConverterBits);
    converters.activation_bits =
        node.has("activation_bits") ? node["activation_bits"].count(2, periphery::kActivationBits) : periphery::kActivationBits;
    converters.adc_bits = node["adc_bits"].count(1, kMostConverterBits);
    const std::string expected = "a number above 0 as text";
    converters.step = exact_number(node["step"], expected);
    if (!(converters.step > 0.0 && std::isfinite(converters.step))) node["step"].refuse("is \"" + node["step"].text() + "\"", expected);

    const auto encoding = crossbar::make_encoding(converters.encoding);
    std::size_t all = 0;
    for (const mapping::Plane& plane : planes_of(image)) {
        const int kinds = encoding->polarities() * encoding->slices(plane.magnitude_bits, converters.cell_bits);
        calibration.exponents.emplace_back(static_cast<std::size_t>(kinds));
        all += static_cast<std::size_t>(kinds);
    }
    const std::vector<std::int8_t> exponents = sections.integers(node["exponents"], all, kLargestRangeExponent);
    std::size_t next = 0;
    for (auto& plane : calibration.exponents)
        for (int& exponent : plane) {
            exponent = exponents[next++];
            if (exponent < 0)
                node["exponents"].refuse(fmt::format("has a range of {}", exponent), fmt::format("0 to {}", kLargestRangeExponent));
        }
    return calibration;
}

}  // namespace berth::compressor
