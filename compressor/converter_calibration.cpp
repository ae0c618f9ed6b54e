// SPDX-License-Identifier: Apache-2.0
#include "compressor/converter_calibration.hpp"

#include "models/core/error.hpp"
#include "models/crossbar/crossbar_matrix.hpp"
#include "models/crossbar/encoding.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

namespace berth::compressor {
namespace {

constexpr int kLargestExponent = 15;
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
    for (int exponent = 0; exponent < kLargestExponent; ++exponent) {
        const Codes codes = codes_in_range(counts.size(), adc, exponent);
        double clipped = 0.0;
        for (std::size_t current = 0; current < counts.size(); ++current)
            if (codes.clipped[current]) clipped += static_cast<double>(counts[current]);
        if (clipped <= kClippedShare * all) return exponent;
    }
    return kLargestExponent;
}

int by_error(std::span<const std::uint64_t> counts, const periphery::Adc& adc) {
    int best = 0;
    double least = -1.0;
    for (int exponent = 0; exponent <= kLargestExponent; ++exponent) {
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

/// Which of them a plane is read by.
using InputsOf = std::vector<std::vector<std::int8_t>> Inputs::*;

/// Takes exact products, and keeps what went into them.
class InputRecorder final : public inference::LinearEngine {
public:
    explicit InputRecorder(const inference::Network& network) : exact_(network) {
        for (const InputsOf of : {&Inputs::matrices, &Inputs::downs, &Inputs::ups}) (inputs_.*of).resize(network.linears.size());
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

    [[nodiscard]] Inputs take() { return std::move(inputs_); }

private:
    static void keep(std::vector<std::int8_t>& inputs, std::span<const std::int8_t> x) { inputs.insert(inputs.end(), x.begin(), x.end()); }

    inference::ExactEngine exact_;
    mutable Inputs inputs_;  ///< of one thread
};

/// A plane, and the tasks whose vectors it is read by.
struct CalibratedPlane {
    std::span<const std::int8_t> values;
    int out = 0, in = 0, magnitude_bits = 0;
    std::size_t linear = 0;
    std::vector<std::size_t> tasks;
    InputsOf inputs = &Inputs::matrices;
};

/// In the order of planes_of.
std::vector<CalibratedPlane> planes_to_calibrate(const WeightImage& image) {
    std::vector<CalibratedPlane> planes;
    const auto matrix = [](const inference::Int8Matrix& of, std::size_t linear, std::vector<std::size_t> tasks,
                           InputsOf inputs = &Inputs::matrices) {
        return CalibratedPlane{of.values, of.out, of.in, of.magnitude_bits, linear, std::move(tasks), inputs};
    };
    for (std::size_t linear = 0; linear < image.base.size(); ++linear) {
        std::vector<std::size_t> sharing;
        for (std::size_t task = 0; task < image.tasks.size(); ++task)
            if (image.tasks[task].network.linears[linear].matrix == image.base[linear]) sharing.push_back(task);
        planes.push_back(matrix(*image.base[linear], linear, std::move(sharing)));
    }
    for (std::size_t task = 0; task < image.tasks.size(); ++task) {
        const auto& linears = image.tasks[task].network.linears;
        for (std::size_t linear = 0; linear < linears.size(); ++linear) {
            const bool on_base = linear < image.base.size() && linears[linear].matrix == image.base[linear];
            if (!on_base) planes.push_back(matrix(*linears[linear].matrix, linear, {task}));
            const inference::MatrixDelta* const delta = linears[linear].delta.get();
            if (delta && !delta->channels.empty())
                planes.push_back({delta->codes,
                                  static_cast<int>(delta->channels.size()),
                                  linears[linear].matrix->in,
                                  delta->magnitude_bits,
                                  linear,
                                  {task}});
            const inference::LowRankDelta* const low_rank = linears[linear].low_rank.get();
            if (!low_rank) continue;
            planes.push_back(matrix(low_rank->down, linear, {task}, &Inputs::downs));
            planes.push_back(matrix(low_rank->up, linear, {task}, &Inputs::ups));
        }
    }
    return planes;
}

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

Inputs inputs_of(const inference::Network& network, std::span<const inference::Sentence> sentences) {
    InputRecorder recorder(network);
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
        inputs[task] = inputs_of(image.tasks[task].network, sentences[task]);
    });
    const crossbar::CrossbarDesign exact = without_errors(design);
    const auto planes = planes_to_calibrate(image);
    ConverterCalibration found{.method = method, .converters = converters, .exponents = {}};
    found.exponents.resize(planes.size());
    threads.for_each(planes.size(), [&](std::size_t i) {
        const CalibratedPlane& plane = planes[i];
        const crossbar::CrossbarMatrix matrix(plane.values, plane.out, plane.in, plane.magnitude_bits, exact);
        const std::size_t largest_input = (std::size_t{1} << design.dac.bits) - 1,
                          largest_cell = (std::size_t{1} << design.crossbar.cell_bits) - 1;
        CurrentCounts counts(matrix, std::size_t(design.crossbar.rows) * largest_input * largest_cell);
        for (const std::size_t task : plane.tasks) counts.add((inputs[task].*plane.inputs)[plane.linear]);
        for (const auto& of_kind : counts.counts()) found.exponents[i].push_back(range_exponent(method, of_kind, *design.adc));
    });
    return found;
}

inference::PlaneRanges ranges_of(const WeightImage& image, std::size_t task, const ConverterSetting& converters) {
    if (!image.calibration || image.calibration->converters != converters) return {};
    const auto planes = planes_of(image);
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
    for (std::size_t i = 0; i < planes.size(); ++i) index[{planes[i].owner, planes[i].matrix}] = i;
    const auto& linears = image.tasks.at(task).network.linears;
    inference::PlaneRanges ranges;
    for (std::size_t linear = 0; linear < linears.size(); ++linear) {
        const std::string name = inference::matrix_name(image.shape, linear);
        const bool on_base = linear < image.base.size() && linears[linear].matrix == image.base[linear];
        const auto at = [&](std::string_view owner, const std::string& plane) {
            const auto found = index.find({owner, plane});
            return found == index.end() ? crossbar::ConverterRanges{}
                                        : crossbar::ConverterRanges{image.calibration->exponents[found->second]};
        };
        const std::string& own = image.tasks[task].name;
        ranges.matrices.push_back(at(on_base ? mapping::kBaseOwner : std::string_view(own), name));
        ranges.deltas.push_back(on_base ? at(own, name) : crossbar::ConverterRanges{});
        ranges.downs.push_back(at(own, name + ".down"));
        ranges.ups.push_back(at(own, name + ".up"));
    }
    return ranges;
}

}  // namespace berth::compressor
