// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/evaluator.hpp"
#include "compressor/journal.hpp"
#include "compressor/probe.hpp"
#include "compressor/profile.hpp"

#include <boost/json.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

/// A network to compare, with the cells that it takes for each weight of the matrices that it differs in.
struct Candidate {
    inference::Network network;
    double cells = 0.0;
};

/// A point of a curve that is to be known.
struct Trial {
    double setting = 0.0;
    boost::json::object question;            ///< all that the point depends on, where there is a journal
    std::function<Candidate()> candidate{};  ///< asked where no journal has the point, perhaps beside others
};

/// Compares networks of one task with the task's own int8 copy, on the same sentences.
class CopyComparison {
public:
    /// All that is referred to must outlive it.
    /// @param metric that labels are scored by. @param kept_layers see Evaluator.
    /// @param journal of points measured before; null: all are measured.
    CopyComparison(inference::Network copy, std::string metric, const Probe& probe, int kept_layers, Journal* journal, Threads& threads);
    CopyComparison(const CopyComparison&) = delete;
    CopyComparison& operator=(const CopyComparison&) = delete;

    [[nodiscard]] const inference::Network& copy() const { return copy_; }

    /// The copy's own. @param question as in Trial.
    [[nodiscard]] double metric(const boost::json::object& question);

    /// Whether the journal has the points of all trials.
    [[nodiscard]] bool knows(std::span<const Trial> trials) const;

    /// A point for each trial. As many are measured at a time as there are threads, each recorded when its group is done.
    /// @param progress advances by the sentences of each trial.
    [[nodiscard]] std::vector<ResiliencePoint> points(std::span<const Trial> trials, Progress& progress);

private:
    [[nodiscard]] std::optional<ResiliencePoint> found(const Trial& trial) const;
    /// Sets the points of the trials of a group, given by their places.
    void measure(std::span<const Trial> trials, std::span<const std::size_t> group, std::vector<ResiliencePoint>& points,
                 Progress& progress);
    [[nodiscard]] Evaluator& evaluator();

    inference::Network copy_;
    std::string metric_;
    const Probe& probe_;
    int kept_layers_;
    Journal* journal_;
    Threads& threads_;
    std::optional<Evaluator> evaluator_;  ///< made when something has to be measured
};

}  // namespace berth::compressor
