// SPDX-License-Identifier: Apache-2.0
#include "compressor/converter_calibration.hpp"

#include "compressor/image_planes.hpp"
#include "models/core/error.hpp"
#include "models/crossbar/crossbar_matrix.hpp"
#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace berth::compressor {
namespace {

constexpr int kTokensAtOnce = 32;

/// Every current's code and whether it clips, in a range.
struct Codes {
    std::vector<std::int32_t> codes;
    std::vector<bool> clipped;
};

Codes codes_in_range(std::size_t currents, const periphery::Adc& adc, int exponent) {
    Codes result;
    for (std::size_t current = 0; current < currents; ++current) {
        const double scaled = std::ldexp(static_cast<double>(current), -exponent);
        std::int32_t code = 0;
        result.clipped.push_back(adc.convert(std::span(&scaled, 1), std::span(&code, 1)) > 0);
        result.codes.push_back(code);
    }
    return result;
}

int by_percentile(std::span<const std::uint64_t> counts, const periphery::Adc& adc) {
    double all = 0.0;
    for (const std::uint64_t count : counts) all += static_cast<double>(count);
    for (int exponent = 0; exponent < kLargestRangeExponent; ++exponent) {
        const Codes codes = codes_in_range(counts.size(), adc, exponent);
        double clipped = 0.0;
        for (std::size_t current = 0; current < counts.size(); ++current)
            if (codes.clipped[current]) clipped += static_cast<double>(counts[current]);
        if (clipped <= kClippedShare * all) return exponent;
    }
    return kLargestRangeExponent;
}

int by_error(std::span<const std::uint64_t> counts, const periphery::Adc& adc) {
    int best = 0;
    double least = -1.0;
    for (int exponent = 0; exponent <= kLargestRangeExponent; ++exponent) {
        const Codes codes = codes_in_range(counts.size(), adc, exponent);
        double error = 0.0;
        for (std::size_t current = 0; current < counts.size(); ++current) {
            const double away = std::ldexp(codes.codes[current] * adc.step(), exponent) - static_cast<double>(current);
            error += static_cast<double>(counts[current]) * away * away;
        }
        if (least < 0.0 || error < least) best = exponent, least = error;
    }
    return best;
}

/// Vectors [tokens, in] that went into each of a network's planes, by linear layer.
struct Inputs {
    std::vector<std::vector<std::int8_t>> matrices, downs, ups;
};

const std::vector<std::vector<std::int8_t>>& inputs_of(const Inputs& inputs, PlaneKind kind) {
    if (kind == PlaneKind::down) return inputs.downs;
    return kind == PlaneKind::up ? inputs.ups : inputs.matrices;
}

/// Takes exact products, and keeps what went into them.
class InputRecorder final : public inference::LinearEngine {
public:
    InputRecorder(const inference::Network& network, int activation_bits) : exact_(network), activation_bits_(activation_bits) {
        for (auto* inputs : {&inputs_.matrices, &inputs_.downs, &inputs_.ups}) inputs->resize(network.linears.size());
    }

    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override {
        keep(inputs_.matrices[index], x);
        exact_.multiply(index, x, tokens, request, accumulators);
    }

    void multiply_factor(std::size_t index, inference::Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override {
        keep((factor == inference::Factor::down ? inputs_.downs : inputs_.ups)[index], x);
        exact_.multiply_factor(index, factor, x, tokens, request, accumulators);
    }

    [[nodiscard]] int activation_bits() const override { return activation_bits_; }

    [[nodiscard]] Inputs take() { return std::move(inputs_); }

private:
    static void keep(std::vector<std::int8_t>& inputs, std::span<const std::int8_t> x) { inputs.insert(inputs.end(), x.begin(), x.end()); }

    inference::ExactEngine exact_;
    int activation_bits_;
    mutable Inputs inputs_;  ///< of one thread
};

/// How often each current comes, by polarity and slice.
class CurrentCounts {
public:
    CurrentCounts(const crossbar::CrossbarMatrix& matrix, std::size_t largest)
        : matrix_(matrix), kinds_(matrix.layout().columns() / std::size_t(matrix.layout().out)), counts_(kinds_) {
        for (auto& counts : counts_) counts.resize(largest + 1);
    }

    void add(std::span<const std::int8_t> x) {
        const auto in = std::size_t(matrix_.layout().in), out = std::size_t(matrix_.layout().out);
        for (std::size_t first = 0; first < x.size(); first += kTokensAtOnce * in) {
            const auto some = x.subspan(first, std::min(kTokensAtOnce * in, x.size() - first));
            const int tokens = static_cast<int>(some.size() / in);
            std::vector<std::int64_t> sums(std::size_t(tokens) * out);
            std::vector<std::int32_t> currents(matrix_.code_count(tokens));
            (void)matrix_.accumulate(some, tokens, sums, currents);
            for (std::size_t i = 0; i < currents.size(); ++i) ++counts_[i / out % kinds_][std::size_t(currents[i])];
        }
    }

    [[nodiscard]] const std::vector<std::vector<std::uint64_t>>& counts() const { return counts_; }

private:
    const crossbar::CrossbarMatrix& matrix_;
    std::size_t kinds_;
    std::vector<std::vector<std::uint64_t>> counts_;
};

/// The same arrays with cells, drivers and converters that add and lose nothing: codes are currents.
crossbar::CrossbarDesign without_errors(crossbar::CrossbarDesign design) {
    design.crossbar.path = "auto";
    design.dac.inl = 0.0;
    design.adc = periphery::make_adc({.kind = "ideal", .bits = 1, .step = 1.0});
    design.cells = crossbar::ideal_cells(design.crossbar.cell_bits);
    design.sense = {};
    return design;
}

/// Whether the task's vectors go into the plane: it is its own, one it has in common with others, or the base's and shared.
bool is_read_by(const WeightImage& image, const ImagePlane& plane, std::size_t task) {
    return plane.tasks.empty() ? image.shares(image.tasks[task], plane.linear) : plane.is_of(task);
}

std::vector<crossbar::ConverterRanges>& ranges_of_kind(inference::PlaneRanges& ranges, PlaneKind kind) {
    switch (kind) {
        case PlaneKind::matrix:
            return ranges.matrices;
        case PlaneKind::delta:
            return ranges.deltas;
        case PlaneKind::down:
            return ranges.downs;
        case PlaneKind::up:
            break;
    }
    return ranges.ups;
}

Inputs recorded(const inference::Network& network, std::span<const inference::Sentence> sentences, int activation_bits) {
    InputRecorder recorder(network, activation_bits);
    const inference::Executor executor(network, recorder, inference::Arithmetic::integer);
    for (const inference::Sentence& sentence : sentences) (void)executor.logits(std::span(&sentence, 1));
    return recorder.take();
}

}  // namespace

std::vector<std::string> calibration_methods() { return {"percentile", "error"}; }

int range_exponent(const std::string& method, std::span<const std::uint64_t> counts, const periphery::Adc& adc) {
    if (method == "percentile") return by_percentile(counts, adc);
    if (method == "error") return by_error(counts, adc);
    throw std::invalid_argument("no way to calibrate is called " + method);
}

ConverterCalibration calibrate(const WeightImage& image, const std::vector<std::vector<inference::Sentence>>& sentences,
                               const crossbar::CrossbarDesign& design, const ConverterSetting& converters, const std::string& method,
                               Threads& threads) {
    std::vector<Inputs> inputs(image.tasks.size());
    threads.for_each(image.tasks.size(), [&](std::size_t task) {
        if (sentences.at(task).empty())
            throw InputError("task " + image.tasks[task].name, "has no sentences to calibrate converters with", "data=FILE.tsv with rows");
        inputs[task] = recorded(image.tasks[task].network, sentences[task], design.dac.activation_bits);
    });
    const crossbar::CrossbarDesign exact = without_errors(design);
    const auto planes = image_planes(image);
    ConverterCalibration found{.method = method, .converters = converters, .exponents = {}};
    found.exponents.resize(planes.size());
    threads.for_each(planes.size(), [&](std::size_t i) {
        const ImagePlane& plane = planes[i];
        const crossbar::CrossbarMatrix matrix(plane.codes, plane.out, plane.in, plane.magnitude_bits, exact);
        const std::size_t largest_input = (std::size_t{1} << design.dac.bits) - 1,
                          largest_cell = (std::size_t{1} << design.crossbar.cell_bits) - 1;
        CurrentCounts counts(matrix, std::size_t(design.crossbar.rows) * largest_input * largest_cell);
        for (std::size_t task = 0; task < image.tasks.size(); ++task)
            if (is_read_by(image, plane, task)) counts.add(inputs_of(inputs[task], plane.kind)[plane.linear]);
        for (const auto& of_kind : counts.counts()) found.exponents[i].push_back(range_exponent(method, of_kind, *design.adc));
    });
    return found;
}

inference::PlaneRanges ranges_of(const WeightImage& image, std::size_t task, const ConverterSetting& converters) {
    if (!image.calibration || image.calibration->converters != converters) return {};
    inference::PlaneRanges ranges;
    for (auto* of : {&ranges.matrices, &ranges.deltas, &ranges.downs, &ranges.ups}) of->resize(image.tasks.at(task).network.linears.size());
    const auto planes = image_planes(image);
    for (std::size_t i = 0; i < planes.size(); ++i)
        if (is_read_by(image, planes[i], task))
            ranges_of_kind(ranges, planes[i].kind)[planes[i].linear] = crossbar::ConverterRanges{image.calibration->exponents[i]};
    return ranges;
}

}  // namespace berth::compressor
