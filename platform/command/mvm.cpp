// SPDX-License-Identifier: Apache-2.0
#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/parallel.hpp"
#include "models/core/progress.hpp"
#include "models/crossbar/crossbar_matrix.hpp"
#include "models/inference/network.hpp"
#include "platform/accelerator/array_actions.hpp"
#include "platform/command/command.hpp"
#include "platform/config.hpp"
#include "platform/converter_energy.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/read_energy.hpp"
#include "platform/repair.hpp"
#include "workloads/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <set>

namespace berth::command {
namespace {

namespace fs = std::filesystem;
using workloads::NpyFile;
using workloads::NpyType;
using workloads::NpyWriter;

constexpr int kLargestWeight = 127;
/// A product of int8 vectors this long still fits an int32 (models/core/gemm.hpp).
constexpr std::int64_t kLongestInput = 1 << 17;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 34;
/// Codes that are held in memory before they go to the file, where that is not less than one token has.
constexpr std::size_t kCodesAtOnce = std::size_t{1} << 26;

struct Options {
    std::string platform, weights, inputs, out;
    std::vector<std::string> settings;
    std::optional<fs::path> codes, json;
    int repeat = 1;
};

/// A matrix [out, in] and vectors [tokens, in], in integers; the scales are there where they were given as real numbers.
struct Operands {
    NpyType given{};
    int out = 0, in = 0, tokens = 0;
    std::vector<std::int8_t> weights, inputs;
    std::vector<float> weight_scales, input_scales;

    [[nodiscard]] std::size_t products() const { return std::size_t(tokens) * std::size_t(out); }
};

/// The integer product, and what it made the arrays do.
struct Outcome {
    std::vector<std::int32_t> y;
    crossbar::Activity activity;
    double seconds_per_product = std::numeric_limits<double>::infinity();
    Ledger ledger;
};

void check_matrix(const NpyFile& file, const char* expected) {
    const auto& shape = file.shape();
    const bool usable = shape.size() == 2 && std::all_of(shape.begin(), shape.end(), [](std::int64_t size) {
                            return size > 0 && size <= std::numeric_limits<std::int32_t>::max();
                        });
    if (!usable) {
        std::string sizes;
        for (const std::int64_t size : shape) sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
        throw InputError(file.name(), "has the shape (" + sizes + ")", expected);
    }
    if (file.type() == NpyType::int32)
        throw InputError(file.name(), "has elements of " + std::string(name_of(file.type())), "int8 or float32");
}

void check_pair(const NpyFile& weights, const NpyFile& inputs) {
    check_matrix(weights, "[out, in] with at least one of each");
    check_matrix(inputs, "[tokens, in] with at least one of each");
    if (weights.type() != inputs.type())
        throw InputError(inputs.name(), "has elements of " + std::string(name_of(inputs.type())),
                         std::string(name_of(weights.type())) + ", as the weights have");
    const std::int64_t in = weights.shape()[1];
    if (inputs.shape()[1] != in)
        throw InputError(inputs.name(), "has " + std::to_string(inputs.shape()[1]) + " inputs a token",
                         std::to_string(in) + ", as the weights have");
    if (in > kLongestInput)
        throw InputError(weights.name(), "has " + std::to_string(in) + " inputs", "at most " + std::to_string(kLongestInput));
}

std::vector<std::int8_t> symmetric(const NpyFile& file) {
    const auto values = file.int8();
    const auto bad = std::find_if(values.begin(), values.end(), [](int value) { return value < -kLargestWeight; });
    if (bad != values.end())
        throw InputError(file.element_name(static_cast<std::size_t>(bad - values.begin())), "is " + std::to_string(*bad),
                         "a weight from -127 to 127");
    return {values.begin(), values.end()};
}

std::vector<std::int8_t> narrow(const NpyFile& file, const periphery::DacParams& dac) {
    const auto values = file.int8();
    const int largest = dac.largest_activation();
    const auto bad = std::find_if(values.begin(), values.end(), [&](int value) { return value > largest || value < -largest - 1; });
    if (bad != values.end())
        throw InputError(file.element_name(static_cast<std::size_t>(bad - values.begin())), "is " + std::to_string(*bad),
                         "an input from " + std::to_string(-largest - 1) + " to " + std::to_string(largest) +
                             ", as dac.activation_bits is " + std::to_string(dac.activation_bits));
    return {values.begin(), values.end()};
}

Operands read_operands(const Options& options, const periphery::DacParams& dac) {
    const NpyFile weights(options.weights), inputs(options.inputs);
    check_pair(weights, inputs);
    Operands operands;
    operands.given = weights.type();
    operands.out = static_cast<int>(weights.shape()[0]);
    operands.in = static_cast<int>(weights.shape()[1]);
    operands.tokens = static_cast<int>(inputs.shape()[0]);
    if (operands.products() > kMostBytes / sizeof(std::int32_t))
        throw InputError("--out", "would hold " + std::to_string(operands.products()) + " numbers", "at most 2^34 bytes: fewer tokens");
    if (operands.given == NpyType::int8) {
        operands.weights = symmetric(weights);
        operands.inputs = narrow(inputs, dac);
        return operands;
    }
    inference::Int8Matrix w = inference::quantise_rows(weights.float32(), operands.out, operands.in);
    inference::Int8Matrix x = inference::quantise_rows(inputs.float32(), operands.tokens, operands.in, dac.activation_bits - 1);
    operands.weights = std::move(w.values);
    operands.weight_scales = std::move(w.scales);
    operands.inputs = std::move(x.values);
    operands.input_scales = std::move(x.scales);
    return operands;
}

/// One matrix on arrays of the platform's, fed by several threads.
class Product {
public:
    Product(const Operands& operands, const platform::PlatformConfig& config, int threads)
        : operands_(operands),
          matrix_(operands.weights, operands.out, operands.in, inference::kMatrixMagnitudeBits, platform::crossbar_design(config)),
          threads_(threads) {}

    [[nodiscard]] const crossbar::CrossbarMatrix& matrix() const { return matrix_; }

    crossbar::Activity multiply(std::span<std::int32_t> y) {
        return in_shares(0, operands_.tokens, [&](int first, int count) {
            return matrix_.multiply(inputs(first, count), count, part(y, std::size_t(operands_.out), first, count), key(first));
        });
    }

    /// Every code of tokens first..first+count-1.
    void read_codes(int first_token, int tokens, std::span<std::int32_t> codes) {
        in_shares(first_token, tokens, [&](int first, int count) {
            std::vector<std::int64_t> sums(std::size_t(count) * std::size_t(operands_.out));
            return matrix_.accumulate(inputs(first, count), count, sums, part(codes, matrix_.code_count(1), first - first_token, count),
                                      key(first));
        });
    }

    [[nodiscard]] int threads() { return threads_.count(); }

private:
    static crossbar::ReadKey key(int first) { return {.request = 0, .first_token = static_cast<std::uint32_t>(first)}; }

    [[nodiscard]] std::span<const std::int8_t> inputs(int first, int count) const {
        return part(std::span(operands_.inputs), std::size_t(operands_.in), first, count);
    }

    template <class Value>
    static std::span<Value> part(std::span<Value> rows, std::size_t width, int first, int count) {
        return rows.subspan(std::size_t(first) * width, std::size_t(count) * width);
    }

    /// Cuts tokens into a share a thread. What a token gives depends on no other, so the cut cannot be seen.
    template <class Body>
    crossbar::Activity in_shares(int first, int tokens, const Body& body) {
        const auto shares = std::min(tokens, threads_.count());
        const auto bound = [&](std::size_t share) { return first + static_cast<int>(std::int64_t{tokens} * std::int64_t(share) / shares); };
        std::vector<crossbar::Activity> done(static_cast<std::size_t>(shares));
        threads_.for_each(done.size(), [&](std::size_t share) { done[share] = body(bound(share), bound(share + 1) - bound(share)); });
        crossbar::Activity sum;
        for (const auto& activity : done) sum += activity;
        return sum;
    }

    const Operands& operands_;
    crossbar::CrossbarMatrix matrix_;
    Threads threads_;
};

/// What the product's reads cost by the platform's parts list.
Ledger cost(const Operands& operands, const platform::PlatformConfig& config) {
    const mapping::Plane plane{.matrix = "weights",
                               .owner = "the command",
                               .inputs = operands.in,
                               .outputs = operands.out,
                               .magnitude_bits = inference::kMatrixMagnitudeBits};
    const mapping::Placement placement = mapping::place({plane}, config.array_shape(), config.hierarchy);
    // Nothing that a lost column gives is asked for here.
    const platform::Repair repair = platform::repair_of(placement.planes, placement.tiles, config);
    if (!repair.whole()) throw platform::NoSpare(repair, config);
    Ledger ledger;
    platform::record_reads(platform::actions_of(placement.planes.front(), config), operands.tokens, config.inventory, ledger);
    return ledger;
}

Outcome compute(const Operands& operands, const Options& options, Product& product, Ledger ledger, bool quiet) {
    using Clock = std::chrono::steady_clock;
    Outcome outcome;
    outcome.ledger = std::move(ledger);
    outcome.y.resize(operands.products());
    Progress progress("mvm", static_cast<std::size_t>(options.repeat), quiet);
    for (int i = 0; i < options.repeat; ++i) {
        const auto begin = Clock::now();
        outcome.activity = product.multiply(outcome.y);
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        outcome.seconds_per_product = std::min(outcome.seconds_per_product, seconds);
        progress.advance();
    }
    return outcome;
}

void write_product(const Operands& operands, const Outcome& outcome, const std::string& where, NpyWriter& file) {
    const std::int64_t shape[] = {operands.tokens, operands.out};
    if (operands.given == NpyType::int8) {
        file.begin(NpyType::int32, shape);
        file.write(outcome.y);
        return;
    }
    std::vector<float> real(outcome.y.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
        const double unit =
            double{operands.weight_scales[i % std::size_t(operands.out)]} * operands.input_scales[i / std::size_t(operands.out)];
        real[i] = static_cast<float>(outcome.y[i] * unit);
        if (!std::isfinite(real[i])) throw InputError(where, "would hold a product that is not finite", "products that a float32 can hold");
    }
    file.begin(NpyType::float32, shape);
    file.write(real);
}

void check_codes(const Product& product, int tokens) {
    const std::uint64_t codes_a_token = product.matrix().code_count(1);
    if (codes_a_token > kMostBytes / sizeof(std::int32_t) / std::uint64_t(tokens))
        throw InputError("--codes", fmt::format("would hold {} codes of each of {} tokens", codes_a_token, tokens),
                         "at most 2^34 bytes: fewer tokens or a smaller matrix");
}

void write_codes(const Operands& operands, Product& product, NpyWriter& file) {
    const auto& layout = product.matrix().layout();
    const std::int64_t shape[] = {operands.tokens,   std::int64_t(product.matrix().input_slices().size()),
                                  layout.row_blocks, layout.polarities,
                                  layout.slices,     layout.out};
    file.begin(NpyType::int32, shape);
    const std::size_t codes_a_token = product.matrix().code_count(1);
    const int at_once = static_cast<int>(std::clamp<std::size_t>(kCodesAtOnce / codes_a_token, 1, std::size_t(operands.tokens)));
    std::vector<std::int32_t> codes(std::size_t(at_once) * codes_a_token);
    for (int first = 0; first < operands.tokens; first += at_once) {
        const int count = std::min(at_once, operands.tokens - first);
        const auto some = std::span(codes).first(std::size_t(count) * codes_a_token);
        product.read_codes(first, count, some);
        file.write(some);
    }
}

/// What drives the cells, and what they hold.
platform::CellReads cell_reads(const Operands& operands, const platform::PlatformConfig& config) {
    platform::WordlineLevels wordlines;
    wordlines.add(operands.weights, operands.out, operands.in, inference::kMatrixMagnitudeBits, config.crossbar);
    return platform::count_cell_reads(wordlines, operands.inputs, operands.tokens, config.dac);
}

boost::json::object report(const Operands& operands, const Outcome& outcome, const Options& options, const platform::PlatformConfig& config,
                           Product& product, const Common& common) {
    const platform::CellReads reads = cell_reads(operands, config);
    return {{"schema", "berth.mvm.1"},
            {"berth_version", kVersion},
            {"command", common.line},
            {"platform", {{"name", config.name}, {"sha256", config.sha256}}},
            {"weights", {{"path", options.weights}, {"sha256", sha256_of_file(options.weights)}}},
            {"inputs", {{"path", options.inputs}, {"sha256", sha256_of_file(options.inputs)}}},
            {"out", operands.out},
            {"in", operands.in},
            {"tokens", operands.tokens},
            {"threads", product.threads()},
            {"path", product.matrix().path_taken()},
            {"seconds_per_product", outcome.seconds_per_product},
            {"repeat", options.repeat},
            {"array_reads", outcome.activity.array_reads},
            {"adc_conversions", outcome.activity.adc_conversions},
            {"clipped", outcome.activity.clipped},
            {"energy_j", outcome.ledger.total()},
            {"components", outcome.ledger.components()},
            {"array_energy", platform::array_energy_block(reads, outcome.ledger, config)},
            {"converter_energy", platform::converter_energy_block(reads, outcome.ledger, config)},
            {"sources", config.constants.sources()}};
}

void check_apart(const Options& options) {
    std::set<fs::path> files;
    for (const auto& file : {std::optional<fs::path>(options.out), options.codes, options.json})
        if (file && !files.insert(fs::weakly_canonical(*file)).second)
            throw InputError(file->string(), "is asked for twice", "different files for --out, --codes and --json");
}

void run(const Options& options, const Common& common) {
    check_apart(options);
    NpyWriter out(options.out);
    std::optional<NpyWriter> codes;
    if (options.codes) codes.emplace(*options.codes);
    std::optional<AtomicFile> json;
    if (options.json) json.emplace(*options.json);

    platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    config.seed = common.seed;
    const Operands operands = read_operands(options, config.dac);
    // Whether the chip can hold and pay for it is asked before anything is programmed.
    Ledger ledger = cost(operands, config);
    Product product(operands, config, common.threads);
    if (codes) check_codes(product, operands.tokens);

    const Outcome outcome = compute(operands, options, product, std::move(ledger), common.quiet);
    write_product(operands, outcome, options.out, out);
    if (codes) write_codes(operands, product, *codes);
    if (json) json->write(pretty_json(report(operands, outcome, options, config, product, common)));
    out.commit();
    if (codes) codes->commit();
    if (json) json->commit();
    fmt::print("[{}, {}] times {} tokens by {}: {:.3f} ms a product; {} array reads, {} conversions, {} clipped, {:.3f} uJ\n", operands.out,
               operands.in, operands.tokens, product.matrix().path_taken(), outcome.seconds_per_product * 1e3, outcome.activity.array_reads,
               outcome.activity.adc_conversions, outcome.activity.clipped, outcome.ledger.total() * 1e6);
}

}  // namespace

void add_mvm(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("mvm", "one matrix of NumPy's on the platform's crossbars: products, and every ADC code");
    const auto options = std::make_shared<Options>();
    command->add_option("--platform", options->platform, "preset or JSON file")->required();
    command->add_option("--weights", options->weights, ".npy of int8 (-127 to 127) or float32, [out, in]")->required();
    command->add_option("--inputs", options->inputs, ".npy of the same type, [tokens, in]")->required();
    command->add_option("--out", options->out, "write the products, [tokens, out]: int32, or float32 of float32")->required();
    command->add_option("--codes", options->codes,
                        "write every ADC code: int32 [tokens, input slices, row blocks, polarities, weight slices, out]");
    command->add_option("--repeat", options->repeat, "take the product N times and report the fastest")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    command->add_option("--set", options->settings, "path=value in the platform, e.g. adc.bits=6 (repeatable)")->allow_extra_args(false);
    command->add_option("--json", options->json, "write the report to this file");
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth mvm --platform reram-multitask --weights W.npy --inputs X.npy --out Y.npy --codes C.npy --json mvm.json");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command
