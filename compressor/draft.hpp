// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_task.hpp"
#include "compressor/embedding_tables.hpp"
#include "compressor/market.hpp"
#include "compressor/methods.hpp"
#include "compressor/profile.hpp"
#include "compressor/rank_costs.hpp"
#include "compressor/task_deltas.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::compressor {

/// What stages read of tasks: their weights; rows of their data too; or what these rows say of every matrix.
enum class Need { weights, data, calibration };

/// What is to be compressed, and what takes long to find out about it: found once, for every draft.
class Subject {
public:
    /// @throws InputError naming file or option where the base or a task cannot be used.
    Subject(const CompressionRequest& request, Need need, Threads& threads);

    [[nodiscard]] const CompressionRequest& request() const { return request_; }
    [[nodiscard]] const Family& family() const { return family_; }
    [[nodiscard]] std::size_t tasks() const { return request_.tasks.size(); }
    [[nodiscard]] std::size_t matrices() const { return shared_matrices_; }

    /// A task without the matrices that tasks share.
    [[nodiscard]] const TaskImage& bare(std::size_t task) const { return calibrated_.empty() ? bare_[task] : calibrated_[task].image; }
    /// Fine-tuned weights of the matrices that tasks share, [out, in] each. Read when asked for, unless they are held anyway.
    [[nodiscard]] std::shared_ptr<const std::vector<Rows>> weights(std::size_t task) const;
    /// Empty where no stage needs a calibration.
    [[nodiscard]] const std::vector<CalibratedTask>& calibrated() const { return calibrated_; }

    [[nodiscard]] const Market& market(int base_bits, Threads& threads);
    [[nodiscard]] const EmbeddingTables& words(int magnitude_bits, Threads& threads);

    /// What the platform has said of areas, for whoever asked to keep.
    struct AreaAnswers {
        std::optional<double> least_area;
        std::map<int, RankCosts> rank_costs;  ///< by the factors' magnitude bits
    };
    [[nodiscard]] AreaAnswers& answers() { return answers_; }

private:
    const CompressionRequest& request_;
    Family family_;
    std::size_t shared_matrices_ = 0;
    std::vector<TaskImage> bare_;
    std::vector<CalibratedTask> calibrated_;
    std::map<int, Market> markets_;
    std::map<int, EmbeddingTables> words_;
    AreaAnswers answers_;
};

/// Deltas of a task in the base's integers, and how much of them goes into the image.
struct CodedDeltas {
    TaskDeltas deltas;
    std::vector<int> precision;                   ///< magnitude bits by matrix; 0: not coded
    std::vector<std::vector<std::int32_t>> kept;  ///< channels by matrix, ascending
};

/// What one task's stages leave for those behind them.
struct TaskDraft {
    std::optional<TaskDeltas> measured;  ///< from this base to the fine-tuned weights, where a profile took them
    std::optional<CodedDeltas> coded;
    std::optional<Suggestion> suggestion;               ///< what a profile suggests for it
    std::uint64_t profiled = 0;                         ///< sentences that the profile measured
    std::shared_ptr<const std::vector<Rows>> edited{};  ///< what is aimed at, where that is not the fine-tuned weights any more
};

/// What an allocation bought, for the stages that make it.
struct Plan {
    SharedMatrices base;
    EmbeddingTables words;
    int factor_magnitude_bits = 0;
    Ranks ranks;       ///< tasks one after another, each with its matrices in their order
    bool all = false;  ///< no rank is left to buy
};

/// What an allocation may spend.
struct Budget {
    std::optional<double> area;  ///< of the copies'; else the least that can be had, a step more for each
    int step = 0;
};

/// An image in the making.
class Draft {
public:
    /// @param where leads to the stages in messages.
    Draft(Subject& subject, std::vector<std::string> stages, std::string where, const Budget& budget);

    [[nodiscard]] std::string matrix_name(std::size_t index) const { return inference::matrix_name(image.shape, index); }
    [[nodiscard]] std::size_t matrices() const { return subject.matrices(); }
    [[nodiscard]] bool has_stage(const std::string& name) const;

    /// What stages aim at: the fine-tuned weights, or what a stage made of them.
    [[nodiscard]] std::shared_ptr<const std::vector<Rows>> target(std::size_t task) const;
    /// What the image does not hold of it yet.
    [[nodiscard]] Rows residual(std::size_t task, std::size_t index, const Rows& target) const;

    /// @throws InputError naming the stage that comes too early.
    void need_base(const char* stage) const;
    void need_codes(const char* stage) const;

    /// The task's delta in the base's integers, less what factors hold of it; made where it is not there yet.
    /// @throws InputError where the task does not resemble the base (unless forced).
    [[nodiscard]] CodedDeltas& integers(std::size_t task, Threads& threads);
    /// Puts the coded deltas of a task into its network.
    void write_codes(std::size_t task);

    Subject& subject;
    WeightImage image;
    std::vector<TaskDraft> tasks;
    std::optional<Plan> plan;
    Budget budget;

private:
    /// What target() is beyond base and factors.
    [[nodiscard]] TaskDeltas deltas_of(std::size_t task, Threads& threads);

    std::vector<std::string> stages_;
    std::string where_;
};

}  // namespace berth::compressor
