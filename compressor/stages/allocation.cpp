// SPDX-License-Identifier: Apache-2.0
#include "compressor/rank_costs.hpp"

#include "compressor/stages/kinds.hpp"
#include "compressor/task_weights.hpp"
#include "models/core/ceil_div.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::compressor {
namespace {

constexpr double kStep = 1.12;   ///< of one area to the next that a search for the least one tries
constexpr int kCapsAnArray = 3;  ///< ranks asked for on the way to a full array: planes of up to three matrices stand side by side

struct AllocationParams {
    int base_bits_least = 3, base_bits_most = 6, word_bits_least = 3, word_bits_most = inference::kMatrixMagnitudeBits + 1, factor_bits = 4;
    double metric_share = 0.5;

    static constexpr std::tuple fields{
        Field{"base_bits_least", &AllocationParams::base_bits_least, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "of the bases tried, sign included"},
        Field{"base_bits_most", &AllocationParams::base_bits_most, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "likewise; the same number fixes the base"},
        Field{"word_bits_least", &AllocationParams::word_bits_least, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "of the word tables tried, sign included"},
        Field{"word_bits_most", &AllocationParams::word_bits_most, "bit", 2, inference::kMatrixMagnitudeBits + 1, "likewise"},
        Field{"factor_bits", &AllocationParams::factor_bits, "bit", 2, inference::kMatrixMagnitudeBits + 1,
              "of the factors, sign included"},
        Field{"metric_share", &AllocationParams::metric_share, "of a task's weight", 0.0, 1.0,
              "in proportion to the mean square by which its metric moves where 1 % of its logits' variance is lost; the rest is alike"},
    };
};

/// What of a draft is placed: no vocabulary, which is most of what copying it would take.
WeightImage placed_part(const Draft& draft) {
    WeightImage image = draft.image;
    image.tokenizer = {};
    return image;
}

/// An image without codes: shapes and bits alone, for placing it.
WeightImage outline(const WeightImage& part, const SharedMatrices& base, const EmbeddingTables& words, const Ranks& ranks,
                    int factor_bits) {
    WeightImage image = part;
    image.base = base;
    for (std::size_t t = 0; t < image.tasks.size(); ++t) {
        inference::Network& network = image.tasks[t].network;
        network.embeddings = words.by_task[t];
        for (std::size_t index = 0; index < base.size(); ++index) {
            inference::Linear& linear = network.linears[index];
            linear.matrix = base[index];
            if (const int rank = ranks[t * base.size() + index]; rank > 0)
                linear.low_rank = std::make_shared<const inference::LowRankDelta>(
                    inference::LowRankDelta{inference::Int8Matrix{rank, linear.matrix->in, {}, {}, factor_bits},
                                            inference::Int8Matrix{linear.matrix->out, rank, {}, {}, factor_bits}});
        }
    }
    return image;
}

class Allocation : public StageOf<AllocationParams> {
public:
    using StageOf::StageOf;

    [[nodiscard]] Need needs() const override { return Need::calibration; }

    void apply(Draft& draft, Threads& threads) const override {
        const double most = draft.budget.area ? *draft.budget.area : least_area(draft, threads) * std::pow(kStep, draft.budget.step);
        draft.plan = best_within(draft, most, threads);
        if (!draft.plan)
            throw InputError("--max-area", fmt::format("{} cannot be reached with these tasks", most),
                             fmt::format("{:.4f} or more, the least that was found", least_area(draft, threads)));
    }

private:
    [[nodiscard]] int factor_magnitude_bits() const { return settings().common().factor_bits - 1; }

    static std::vector<int> between(const char* least_name, int least, int most) {
        if (least > most)
            throw InputError(fmt::format("allocation.{}", least_name), fmt::format("is {}", least), fmt::format("{} at most", most));
        std::vector<int> magnitude_bits;
        for (int bits = least; bits <= most; ++bits) magnitude_bits.push_back(bits - 1);
        return magnitude_bits;
    }
    [[nodiscard]] std::vector<int> bases(const Draft& draft) const {
        const auto& shared = draft.subject.request().shared;
        if (!shared.empty()) return {shared.front()->magnitude_bits};
        return between("base_bits_least", settings().common().base_bits_least, settings().common().base_bits_most);
    }
    [[nodiscard]] std::vector<int> words(const Draft& draft) const {
        const bool fixed = !draft.has_stage("embeddings") || !draft.subject.request().shared_embeddings.empty();
        if (fixed) return {inference::kMatrixMagnitudeBits};
        return between("word_bits_least", settings().common().word_bits_least, settings().common().word_bits_most);
    }

    [[nodiscard]] double area(const Draft& draft, const WeightImage& part, const SharedMatrices& base, const EmbeddingTables& tables,
                              const Ranks& ranks) const {
        return draft.subject.request().area_ratio(outline(part, base, tables, ranks, factor_magnitude_bits()));
    }

    /// Without any rank.
    [[nodiscard]] double least_area(const Draft& draft, Threads& threads) const {
        std::optional<double>& known = draft.subject.answers().least_area;
        if (known) return *known;
        const WeightImage part = placed_part(draft);
        double least = std::numeric_limits<double>::infinity();
        for (const int base_bits : bases(draft)) {
            const Market& market = draft.subject.market(base_bits, threads);
            for (const int word_bits : words(draft))
                least = std::min(least,
                                 area(draft, part, market.base, draft.subject.words(word_bits, threads), Ranks(market.offers.size(), 0)));
        }
        return known.emplace(least);
    }

    /// What ranks cost does not depend on the bits of base and words.
    [[nodiscard]] const RankCosts& costs(const Draft& draft, const WeightImage& part, const Market& market,
                                         const EmbeddingTables& tables) const {
        const auto [found, missing] = draft.subject.answers().rank_costs.try_emplace(factor_magnitude_bits());
        if (!missing) return found->second;
        const CompressionRequest& request = draft.subject.request();
        const auto& asked = request.even_area ? request.even_area : request.area_ratio;
        const std::size_t matrices = draft.matrices();
        std::vector<int> most;
        for (std::size_t index = 0; index < matrices; ++index) most.push_back(market.offers[index].most);
        const auto area_of = [&](std::size_t matrix, int rank, std::size_t tasks) {
            Ranks ranks(market.offers.size(), 0);
            for (std::size_t task = 0; task < tasks; ++task) ranks[task * matrices + matrix] = rank;
            return asked(outline(part, market.base, tables, ranks, factor_magnitude_bits()));
        };
        const int slices = ceil_div(factor_magnitude_bits(), request.geometry.cell_bits);
        const int step = std::max(1, request.geometry.cols / slices / kCapsAnArray);
        return found->second = rank_costs(area_of, most, draft.tasks.size(), step);
    }

    /// Of the bases and word tables tried, those with which the least is lost within the area. Errors of words are independent of one
    /// another; what is left out of a task's matrices is not, for fine-tuning moved them all for the same logits: n matrices lose between
    /// the sum of what each loses and n times as much. The geometric mean stands for it.
    [[nodiscard]] std::optional<Plan> best_within(const Draft& draft, double most, Threads& threads) const {
        std::optional<Plan> best;
        double least = 0.0;
        const WeightImage part = placed_part(draft);
        const double coherence = std::sqrt(static_cast<double>(draft.matrices()));
        const std::vector<double> weights =
            task_weights(draft.subject.calibrated(), settings().common().metric_share, draft.subject.request().seed);
        for (const int base_bits : bases(draft)) {
            const Market& market = draft.subject.market(base_bits, threads);
            const std::vector<RankOffer> offers = weighted(market.offers, weights);
            for (const int word_bits : words(draft)) {
                const EmbeddingTables& tables = draft.subject.words(word_bits, threads);
                auto ranks = best_fit(offers, costs(draft, part, market, tables),
                                      [&](const Ranks& chosen) { return area(draft, part, market.base, tables, chosen) <= most; });
                if (!ranks) continue;
                const double lost = coherence * loss_left(offers, *ranks) + tables.loss;
                if (best && lost >= least) continue;
                least = lost;
                const bool all = *ranks == ranks_at(offers, costs(draft, part, market, tables), 0.0);
                best = Plan{market.base, tables, factor_magnitude_bits(), std::move(*ranks), all};
            }
        }
        return best;
    }
};

}  // namespace

StageKind stages::allocation() {
    return {
        "allocation",
        "buys ranks, and bits of base and word tables, where area saves most of the logits' variance, within --max-area or for --max-loss",
        "nothing itself: shared_base, embeddings and low_rank behind it make what it bought",
        "as bought",
        "as bought: area is counted on the platform that the image is made for",
        "none",
        "docs/compression.md",
        &make_stage_of<Allocation>,
        &parameters_of<Allocation>};
}

}  // namespace berth::compressor
