// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace berth::compressor {

/// What the profiler decides for one task and the two stages obey.
struct KangSettings {
    int max_precision = 0;          ///< magnitude bits a delta element may have at most: max_prec(t)
    double selective_factor = 0.0;  ///< share of the task's output channels whose delta is deleted
};

/// How much a mode may lose beyond what the first stage loses by itself, on the measured rows.
struct Mode {
    const char* name;
    double most_metric;    ///< of the task's metric: 0.01 is a point
    double most_variance;  ///< share of the logits' variance; smooth where few rows make the metric coarse
    const char* meaning;
};

[[nodiscard]] std::vector<std::string> mode_names();
/// @throws InputError naming the modes there are.
[[nodiscard]] const Mode& mode_named(const std::string& name);

/// Factors at which hard-sharing is measured, ascending from 0.
[[nodiscard]] const std::vector<double>& measured_factors();

/// One measurement: at this setting, this share of the variance of the int8 copy's logits is lost, the metric is this, and the delta
/// takes so many cells a weight of what it is measured on, in one polarity.
struct ResiliencePoint {
    double setting = 0.0, lost = 0.0, metric = 0.0, cells = 0.0;

    bool operator==(const ResiliencePoint&) const = default;
};

/// How near a matrix is to the base's, and how its delta looks in the base's integers.
struct Similarity {
    std::string matrix;
    double cosine = 0.0;          ///< base and fine-tuned
    double nonzero_share = 0.0;   ///< of the delta
    double mean_magnitude = 0.0;  ///< of the delta's nonzero elements, in LSB
    int precision = 0;            ///< magnitude bits that the first stage takes; 0 for a delta of zeros

    bool operator==(const Similarity&) const = default;
};

/// What a task loses by one of the two stages, over its settings.
struct ResilienceCurves {
    std::vector<ResiliencePoint> precision;  ///< setting: max_prec in bits, no channel deleted
    std::vector<ResiliencePoint> sharing;    ///< setting: selective_factor, precision as the first stage takes it

    bool operator==(const ResilienceCurves&) const = default;
};

/// What a task loses by a list of stages, over the values of one parameter.
struct StageCurves {
    std::string stages;                                ///< the list as it was given
    std::string parameter;                             ///< STAGE.PARAMETER, whose values the settings are
    std::vector<ResiliencePoint> whole;                ///< all that the stages make of the task, by setting
    std::vector<std::vector<ResiliencePoint>> layers;  ///< one layer's matrices and biases of it alone, by layer, then by setting

    bool operator==(const StageCurves&) const = default;
};

struct TaskProfile {
    std::string name, metric;
    boost::json::object checkpoint;  ///< file name to SHA-256: a profile of other files is refused
    std::string data_sha256;
    std::uint64_t sentences = 0;
    Similarity overall;  ///< all matrices together; precision is the highest
    std::vector<Similarity> matrices;
    double copy_metric = 0.0;              ///< of the task's own int8 copy, on the same sentences
    ResilienceCurves whole;                ///< all matrices together
    std::vector<ResilienceCurves> layers;  ///< one layer alone, every other matrix being the int8 copy's; empty where not measured
    std::vector<StageCurves> curves;       ///< of the lists that were asked for, the same ones of every task
};

/// What `berth profile` measures and `berth compress --profile` takes.
struct Profile {
    int cell_bits = 0;
    std::vector<TaskProfile> tasks;

    /// @throws InputError naming the task when it was not profiled.
    [[nodiscard]] const TaskProfile& task(const std::string& name) const;
};

struct Suggestion {
    int cluster = 0;  ///< 0 is the most resilient
    KangSettings settings;
};

/// K-means on the tasks' measured losses of variance, then for each cluster the least precision and the largest factor at which
/// its centroid, the mean of its members' losses, keeps to both of the mode's budgets (what the two stages lose adds). One suggestion a
/// task, in their order.
[[nodiscard]] std::vector<Suggestion> suggest(const Profile& profile, const Mode& mode);

[[nodiscard]] boost::json::object to_json(const Profile& profile);
/// @param where names the document in messages. @throws InputError naming the JSON path of what is wrong.
[[nodiscard]] Profile profile_from_json(const boost::json::value& json, const std::string& where);

}  // namespace berth::compressor
