// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/family.hpp"
#include "compressor/journal.hpp"

#include <optional>
#include <span>

namespace berth::compressor {

/// One task's calibration in a journal: a row a site, and one of the embeddings. It is there whole, or not at all.
class CalibrationJournal {
public:
    /// @param journal null: nothing is found and nothing kept. All must outlive this.
    /// @param checkpoint file name to SHA-256 of the task's files.
    CalibrationJournal(Journal* journal, const Family& family, const boost::json::object& checkpoint,
                       std::span<const workloads::Encoded> sentences);

    /// @param weights of the task, whose sizes the calibration has.
    [[nodiscard]] std::optional<Calibration> find(const workloads::BertWeights& weights) const;
    void record(const Calibration& calibration) const;

    /// What the calibration depends on; empty without a journal.
    [[nodiscard]] const boost::json::object& subject() const { return subject_; }

private:
    [[nodiscard]] boost::json::object question(const char* of, std::size_t index = 0) const;

    Journal* journal_;
    boost::json::object subject_;
    std::size_t sentences_;
};

}  // namespace berth::compressor
