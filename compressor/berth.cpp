// SPDX-License-Identifier: Apache-2.0
#include "compressor/berth.hpp"

#include "compressor/allocation.hpp"
#include "compressor/calibrated_task.hpp"
#include "compressor/embedding_tables.hpp"
#include "compressor/error_feedback.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/shared_base.hpp"
#include "models/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace berth::compressor {
namespace {

/// Magnitude bits of bases that are tried; with fewer the deltas cannot make up for the error, with more the base costs more than it gives.
constexpr std::array kBaseBits{3, 4, 5};
constexpr int kUsualBaseBits = 4;
/// Magnitude bits of word tables that are tried.
constexpr std::array kEmbeddingBits{2, 3, 4, 5, inference::kMatrixMagnitudeBits};
constexpr int kFactorBits = 3;
constexpr int kRounds = 3;
/// Cells a weight and task that a search for the least area tries, rising.
constexpr std::array kCellSteps{0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0};

/// What compressing a task did to its logits on the probe's rows.
struct Outcome {
    double metric = 0.0, reference = 0.0, lost_variance = 0.0;
};

double mean_loss(const std::vector<Outcome>& outcomes) {
    double sum = 0.0;
    for (const Outcome& outcome : outcomes) sum += 100.0 * (outcome.reference - outcome.metric);
    return sum / static_cast<double>(outcomes.size());
}

/// A base of some bits, and what every task can buy on top of it.
struct Market {
    SharedMatrices base;
    std::vector<RankOffer> offers;  ///< tasks one after another, each with its matrices in their order
};

/// What is made: word tables of some bits, and the ranks bought.
struct Purchase {
    const EmbeddingTables* embeddings = nullptr;
    Ranks ranks;
};

class Compression {
public:
    Compression(const CompressionRequest& request, Threads& threads) : request_(request), threads_(threads), family_(request.base) {
        tasks_ = calibrate_tasks(family_, base_weights(family_), request, threads);
        for (const Rows& matrix : tasks_.front().weights) weights_ += static_cast<double>(matrix.size());
    }

    [[nodiscard]] WeightImage run() {
        return request_.max_area ? within_area(*request_.max_area) : within_loss(request_.max_loss.value_or(kDefaultLoss));
    }

private:
    [[nodiscard]] std::size_t matrices() const { return tasks_.front().weights.size(); }

    [[nodiscard]] int given_bits() const { return request_.shared.front()->magnitude_bits; }
    [[nodiscard]] std::vector<int> base_bits() const {
        return request_.shared.empty() ? std::vector<int>(kBaseBits.begin(), kBaseBits.end()) : std::vector<int>{given_bits()};
    }

    /// Opened once; values alone, so that all of them can be held.
    [[nodiscard]] const Market& market_of(int base_bits) {
        const auto [found, missing] = markets_.try_emplace(base_bits);
        if (missing) found->second = open_market(base_bits);
        return found->second;
    }

    [[nodiscard]] Market open_market(int base_bits) {
        Market market{request_.shared.empty() ? quantise_base(tasks_, base_bits, threads_) : request_.shared,
                      std::vector<RankOffer>(tasks_.size() * matrices())};
        Progress progress(fmt::format("spectra on a base of {} bits", base_bits + 1), market.offers.size(), request_.quiet);
        threads_.for_each(market.offers.size(), [&](std::size_t place) {
            const CalibratedTask& task = tasks_[place / matrices()];
            const std::size_t index = place % matrices();
            const Rows delta = task.weights[index] - real_values(*market.base[index]);
            market.offers[place] = {spectrum_values(delta, task.calibration.sites[index]),
                                    static_cast<double>(kFactorBits * (delta.rows() + delta.cols())),
                                    static_cast<int>(std::min(delta.rows(), delta.cols()) / 2)};
            progress.advance();
        });
        return market;
    }

    /// An image without codes: shapes and bits alone, for placing it.
    [[nodiscard]] WeightImage outline(const Market& market, const Purchase& bought) const {
        WeightImage image = family_.begin_image();
        image.geometry = request_.geometry;
        image.base = market.base;
        for (std::size_t t = 0; t < tasks_.size(); ++t) {
            TaskImage task = tasks_[t].image;
            task.network.embeddings = bought.embeddings->by_task[t];
            for (std::size_t index = 0; index < matrices(); ++index) {
                inference::Linear& linear = task.network.linears[index];
                linear.matrix = market.base[index];
                const int rank = bought.ranks[t * matrices() + index];
                if (rank > 0)
                    linear.low_rank = std::make_shared<const inference::LowRankDelta>(inference::LowRankDelta{
                        {rank, linear.matrix->in, {}, {}, kFactorBits}, {linear.matrix->out, rank, {}, {}, kFactorBits}});
            }
            image.tasks.push_back(std::move(task));
        }
        return image;
    }

    [[nodiscard]] double cells_of(const Market& market, const Ranks& ranks) const {
        double cells = 0.0;
        for (std::size_t i = 0; i < ranks.size(); ++i) cells += ranks[i] * market.offers[i].cells;
        return cells / weights_ / static_cast<double>(tasks_.size());
    }

    /// Of the bases and word tables tried, those on which the least is left out within the area.
    [[nodiscard]] WeightImage within_area(double most) {
        std::vector<EmbeddingTables> tables;
        for (const int bits : kEmbeddingBits) tables.push_back(quantise_words(tasks_, bits, threads_));
        const Market* market = nullptr;
        Purchase best;
        double left = 1e300, least = 1e300;
        for (const int bits : base_bits()) {
            const Market& candidate = market_of(bits);
            for (const EmbeddingTables& embeddings : tables) {
                const auto fit = [&](const Ranks& ranks) {
                    const double area = request_.area_ratio(outline(candidate, {&embeddings, ranks}));
                    least = std::min(least, area);
                    return area <= most;
                };
                auto ranks = best_fit(candidate.offers, fit);
                const double own = ranks ? loss_left(candidate.offers, *ranks) + embeddings.loss : 0.0;
                if (!ranks || own >= left) continue;
                left = own;
                market = &candidate;
                best = {&embeddings, std::move(*ranks)};
            }
        }
        if (!market)
            throw InputError("--max-area", fmt::format("{} cannot be reached with these tasks", most),
                             fmt::format("{:.4f} or more", least));
        return build(*market, best).image;
    }

    [[nodiscard]] WeightImage within_loss(double most) {
        const Market& market = market_of(request_.shared.empty() ? kUsualBaseBits : given_bits());
        const EmbeddingTables embeddings = choose_tables(tasks_, request_.shared_embeddings, threads_);
        double least = 1e300;
        for (const double cells : kCellSteps) {
            const auto ranks = best_fit(market.offers, [&](const Ranks& chosen) { return cells_of(market, chosen) <= cells; });
            Built built = build(market, {&embeddings, ranks.value()});
            const double loss = mean_loss(built.outcomes);
            least = std::min(least, loss);
            if (loss <= most) return std::move(built.image);
        }
        throw InputError("--max-loss", fmt::format("{} cannot be reached with these tasks", most),
                         fmt::format("{:.2f} points or more, the best reached", least));
    }

    struct Built {
        WeightImage image;
        std::vector<Outcome> outcomes;
    };

    [[nodiscard]] Built build(const Market& market, const Purchase& bought) {
        Built built{outline(market, bought), {}};
        Progress progress("building", tasks_.size() * matrices(), request_.quiet);
        for (std::size_t t = 0; t < tasks_.size(); ++t) {
            inference::Network& network = built.image.tasks[t].network;
            threads_.for_each(matrices(), [&](std::size_t index) {
                fill(network.linears[index], t, index, bought.ranks[t * matrices() + index]);
                progress.advance();
            });
            built.outcomes.push_back(measure(network, tasks_[t]));
            describe(built.image.tasks[t], tasks_[t], built.outcomes.back(), market, bought, t);
        }
        return built;
    }

    /// Factors of the rank, and the bias that keeps the mean of the layer's outputs.
    void fill(inference::Linear& linear, std::size_t t, std::size_t index, int rank) const {
        const SiteCalibration& site = tasks_[t].calibration.sites[index];
        Rows left = tasks_[t].weights[index] - real_values(*linear.matrix);
        if (rank > 0) {
            auto factors = factorise(left, site, spectrum_of(left, site, rank), rank, kFactorBits, kRounds);
            left -= real_values(factors);
            linear.low_rank = std::make_shared<const inference::LowRankDelta>(std::move(factors));
        }
        Eigen::Map<Vector>(linear.bias.data(), static_cast<Eigen::Index>(linear.bias.size())) += left * site.mean;
    }

    [[nodiscard]] Outcome measure(const inference::Network& network, const CalibratedTask& task) const {
        Progress progress("measuring " + task.image.name, task.probe.sentences.size(), request_.quiet);
        const std::vector<float> logits = logits_of(network, task.probe, threads_, progress);
        return {metric_of(logits, network, task.probe, task.image.metric), metric_of(task.expected, network, task.probe, task.image.metric),
                lost_variance(task.expected, logits, network.labels)};
    }

    void describe(TaskImage& image, const CalibratedTask& task, const Outcome& outcome, const Market& market, const Purchase& bought,
                  std::size_t t) const {
        boost::json::object chosen;
        for (std::size_t index = 0; index < matrices(); ++index)
            chosen[inference::matrix_name(family_.shape(), index)] = bought.ranks[t * matrices() + index];
        image.statistics = {{"cosine", task.cosine},
                            {"base_magnitude_bits", market.base.front()->magnitude_bits},
                            {"factor_magnitude_bits", kFactorBits},
                            {"embedding_magnitude_bits", bought.embeddings->magnitude_bits},
                            {"calibration_sentences", task.calibration.sentences},
                            {"measured_sentences", task.probe.sentences.size()},
                            {"metric", outcome.metric},
                            {"metric_reference", outcome.reference},
                            {"lost_variance", outcome.lost_variance},
                            {"ranks", std::move(chosen)}};
    }

    const CompressionRequest& request_;
    Threads& threads_;
    Family family_;
    std::vector<CalibratedTask> tasks_;
    double weights_ = 0.0;
    std::map<int, Market> markets_;  ///< by the base's magnitude bits
};

}  // namespace

WeightImage Berth::compress(const CompressionRequest& request, Threads& threads) const { return Compression(request, threads).run(); }

boost::json::object Berth::describe() const {
    using boost::json::array;
    return {
        {"name", "berth"},
        {"meaning", "a shared base of few bits, and low-rank task deltas of few bits, bought where the logits need them"},
        {"source", "docs/compression.md"},
        {"parameters",
         array{
             {{"name", "max_loss"}, {"unit", "points"}, {"min", 0}, {"max", 100}, {"meaning", "of the metric, on average over the tasks"}},
             {{"name", "max_area"},
              {"unit", "of the copies' area"},
              {"min", 0},
              {"max", 1},
              {"meaning", "on the platform the image is made for"}},
             {{"name", "data"}, {"meaning", "rows of each task: some to calibrate on, others to measure on"}}}}};
}

}  // namespace berth::compressor
