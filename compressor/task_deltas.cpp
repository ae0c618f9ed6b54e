// SPDX-License-Identifier: Apache-2.0
#include "compressor/task_deltas.hpp"

#include "compressor/cosine.hpp"
#include "compressor/quantise.hpp"
#include "models/core/digest.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace berth::compressor {
namespace {

/// Products of base and fine-tuned weights in real units; sums over matrices are taken in their order.
struct Products {
    double mixed = 0.0, base = 0.0, tuned = 0.0;

    [[nodiscard]] double cosine() const { return cosine_of(mixed, base, tuned); }
    Products& operator+=(const Products& other) {
        mixed += other.mixed;
        base += other.base;
        tuned += other.tuned;
        return *this;
    }
};

Products products_of(const DeltaMatrix& delta, const inference::Int8Matrix& base) {
    Products sum;
    const auto width = static_cast<std::size_t>(base.in);
    for (std::size_t channel = 0; channel < base.scales.size(); ++channel) {
        std::int64_t mixed = 0, own = 0, tuned = 0;
        for (std::size_t i = channel * width; i < (channel + 1) * width; ++i) {
            const std::int64_t before = base.values[i], after = before + delta.values[i];
            mixed += before * after;
            own += before * before;
            tuned += after * after;
        }
        const double square = static_cast<double>(base.scales[channel]) * static_cast<double>(base.scales[channel]);
        sum += {square * static_cast<double>(mixed), square * static_cast<double>(own), square * static_cast<double>(tuned)};
    }
    return sum;
}

struct Channel {
    double importance;
    std::size_t matrix;
    std::int32_t index;

    bool operator<(const Channel& other) const {
        return std::tie(importance, matrix, index) < std::tie(other.importance, other.matrix, other.index);
    }
};

std::vector<Channel> ranked_channels(const TaskDeltas& task, const SharedMatrices& base, const std::vector<std::size_t>& matrices) {
    std::vector<Channel> channels;
    for (const std::size_t matrix : matrices) {
        const auto importance = channel_importance(task.deltas[matrix], base[matrix]->scales);
        for (std::size_t channel = 0; channel < importance.size(); ++channel)
            channels.push_back({importance[channel], matrix, static_cast<std::int32_t>(channel)});
    }
    std::sort(channels.begin(), channels.end());
    return channels;
}

}  // namespace

std::string digest_of(const SharedMatrices& matrices) {
    std::string digests;
    for (const auto& matrix : matrices)
        digests += sha256(std::as_bytes(std::span(matrix->values))) + sha256(std::as_bytes(std::span(matrix->scales)));
    return sha256(std::as_bytes(std::span(digests)));
}

TaskDeltas task_deltas(const workloads::BertWeights& weights, const inference::Shape& shape, const SharedMatrices& base, int cell_bits,
                       Threads& threads) {
    std::vector<std::span<const float>> matrices;
    for (std::size_t index = 0; index < base.size(); ++index) matrices.emplace_back(matrix_of(weights, index).weight);
    return task_deltas(matrices, shape, base, cell_bits, threads);
}

TaskDeltas task_deltas(const std::vector<std::span<const float>>& matrices, const inference::Shape& shape, const SharedMatrices& base,
                       int cell_bits, Threads& threads) {
    const std::size_t count = base.size();
    TaskDeltas task{std::vector<DeltaMatrix>(count), std::vector<Similarity>(count), {}};
    std::vector<Products> products(count);
    std::vector<Magnitudes> magnitudes(count);
    threads.for_each(count, [&](std::size_t index) {
        task.deltas[index] = subtract(matrices[index], *base[index]);
        products[index] = products_of(task.deltas[index], *base[index]);
        magnitudes[index] = magnitudes_of(task.deltas[index]);
    });
    const auto describe = [&](const std::string& name, const Products& product, const Magnitudes& magnitude, int precision) {
        return Similarity{name, product.cosine(), magnitude.nonzero_share(), magnitude.mean_magnitude(), precision};
    };
    Products all_products;
    Magnitudes all_magnitudes;
    int highest = 0;
    for (std::size_t index = 0; index < count; ++index) {
        const int precision = lowest_precision(magnitudes[index], cell_bits);
        task.similarities[index] = describe(inference::matrix_name(shape, index), products[index], magnitudes[index], precision);
        all_products += products[index];
        all_magnitudes += magnitudes[index];
        highest = std::max(highest, precision);
    }
    task.overall = describe("all", all_products, all_magnitudes, highest);
    return task;
}

void delete_channels(const TaskDeltas& task, const SharedMatrices& base, const std::vector<std::size_t>& matrices, double factor,
                     std::vector<std::vector<std::int32_t>>& kept) {
    const std::vector<Channel> ranked = ranked_channels(task, base, matrices);
    const auto deleted = static_cast<std::size_t>(std::floor(factor * static_cast<double>(ranked.size())));
    std::vector<std::vector<std::int32_t>> left(kept.size());
    for (std::size_t i = deleted; i < ranked.size(); ++i) left[ranked[i].matrix].push_back(ranked[i].index);
    for (const std::size_t matrix : matrices) {
        std::sort(left[matrix].begin(), left[matrix].end());
        std::erase_if(kept[matrix],
                      [&](std::int32_t channel) { return !std::binary_search(left[matrix].begin(), left[matrix].end(), channel); });
    }
}

std::vector<std::int32_t> changed_channels(const DeltaMatrix& delta) {
    std::vector<std::int32_t> channels;
    for (std::int32_t channel = 0; channel < delta.out; ++channel) {
        const auto values = delta.channel(static_cast<std::size_t>(channel));
        if (std::any_of(values.begin(), values.end(), [](std::int16_t value) { return value != 0; })) channels.push_back(channel);
    }
    return channels;
}

std::vector<std::shared_ptr<const inference::MatrixDelta>> apply_stages(const TaskDeltas& task, const SharedMatrices& base,
                                                                        const KangSettings& settings) {
    std::vector<std::size_t> all(task.deltas.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return apply_stages(task, base, settings, all);
}

std::vector<std::shared_ptr<const inference::MatrixDelta>> apply_stages(const TaskDeltas& task, const SharedMatrices& base,
                                                                        const KangSettings& settings,
                                                                        const std::vector<std::size_t>& matrices) {
    std::vector<std::vector<std::int32_t>> kept(task.deltas.size());
    for (const std::size_t matrix : matrices) kept[matrix] = changed_channels(task.deltas[matrix]);
    delete_channels(task, base, matrices, settings.selective_factor, kept);
    std::vector<std::shared_ptr<const inference::MatrixDelta>> codes(task.deltas.size());
    for (std::size_t matrix = 0; matrix < codes.size(); ++matrix) {
        if (kept[matrix].empty()) continue;
        const int precision = std::min(task.similarities[matrix].precision, settings.max_precision);
        codes[matrix] = std::make_shared<const inference::MatrixDelta>(encode(task.deltas[matrix], precision, std::move(kept[matrix])));
    }
    return codes;
}

}  // namespace berth::compressor
