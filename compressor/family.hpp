// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "workloads/bert_weights.hpp"
#include "workloads/checkpoint.hpp"
#include "workloads/dataset.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::compressor {

/// A task as the user asked for it.
struct TaskRequest {
    std::string name;
    std::filesystem::path checkpoint;
    std::optional<std::filesystem::path> data;  ///< rows to calibrate on, and labelled ones to measure on where `measure` has none
    std::string metric;                         ///< empty: see workloads::choose_metric
    /// Labelled rows, held out of fine-tuning, on which what it loses is measured.
    std::optional<std::filesystem::path> measure{};
    workloads::RowChoice rows = workloads::RowChoice::all;  ///< of `measure`, else of `data`: the others are left for reporting
};

/// Names must be usable in reports and files. @throws InputError on a name that is not, that comes twice, or on no task at all.
void check_task_names(const std::vector<TaskRequest>& tasks);

/// The checkpoint that the tasks were fine-tuned from, and what every task of its family must agree with.
class Family {
public:
    /// @throws InputError naming the file at fault.
    explicit Family(const std::filesystem::path& base);

    [[nodiscard]] const workloads::Checkpoint& base() const { return base_; }
    [[nodiscard]] const inference::Shape& shape() const { return shape_; }
    [[nodiscard]] const workloads::TokenizerSettings& tokenizer() const { return tokenizer_; }

    /// The base's matrices in int8 that tasks share (shared_matrix_count), read on demand.
    [[nodiscard]] std::vector<std::shared_ptr<const inference::Int8Matrix>> base_matrices() const;

    /// SHA-256 by file name of what the base was read from; found when it is asked for first, by one thread.
    [[nodiscard]] const boost::json::object& provenance() const;

    /// An image with all that does not depend on the method: shape, tokenizer, where the base came from.
    [[nodiscard]] WeightImage begin_image() const;

private:
    workloads::Checkpoint base_;
    inference::Shape shape_;
    workloads::TokenizerSettings tokenizer_;
    mutable std::optional<boost::json::object> provenance_;
};

/// One task's checkpoint, read once. `image` holds everything but the matrices that tasks share, which are the method's.
struct FamilyMember {
    TaskImage image;
    workloads::BertWeights weights;
    bool adapter = false;  ///< came as an adapter of the base, not as a whole model
};

/// Embedding tables are large and most fine-tuning leaves them alone: equal ones become one object.
class SharedEmbeddings {
public:
    [[nodiscard]] std::shared_ptr<const inference::Embeddings> share(inference::Embeddings embeddings);

private:
    std::vector<std::shared_ptr<const inference::Embeddings>> known_;
};

/// @throws InputError naming both sides where the task's shape or vocabulary is not the base's.
[[nodiscard]] FamilyMember read_member(const Family& family, const TaskRequest& request, SharedEmbeddings& embeddings);

}  // namespace berth::compressor
