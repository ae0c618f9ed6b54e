// SPDX-License-Identifier: Apache-2.0
#include "workloads/metrics.hpp"

#include "models/core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

namespace berth::workloads {
namespace {

using Values = std::span<const double>;

/// A ratio whose denominator is zero measures nothing, and counts as 0.
double ratio(double above, double below) { return below > 0 ? above / below : 0.0; }

double accuracy(Values predictions, Values labels) {
    double right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) right += predictions[i] == labels[i];
    return ratio(right, static_cast<double>(labels.size()));
}

double f1(Values predictions, Values labels) {
    double both = 0, either = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const bool predicted = predictions[i] == 1, positive = labels[i] == 1;
        both += predicted && positive;
        either += double(predicted) + double(positive);
    }
    return ratio(2 * both, either);
}

/// Gorodkin (2004), R_K: with s samples, c of them right, p_k predicted and t_k true of class k,
/// (c s - sum p_k t_k) / sqrt((s^2 - sum p_k^2) (s^2 - sum t_k^2)).
double matthews(Values predictions, Values labels) {
    struct Count {
        double predicted = 0, there = 0;
    };
    std::map<double, Count> classes;
    double right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        ++classes[predictions[i]].predicted;
        ++classes[labels[i]].there;
        right += predictions[i] == labels[i];
    }
    const double samples = static_cast<double>(labels.size());
    double products = 0, predicted_squares = 0, true_squares = 0;
    for (const auto& [label, count] : classes) {
        products += count.predicted * count.there;
        predicted_squares += count.predicted * count.predicted;
        true_squares += count.there * count.there;
    }
    const double spread = (samples * samples - predicted_squares) * (samples * samples - true_squares);
    return ratio(right * samples - products, std::sqrt(spread));
}

double pearson(Values left, Values right) {
    const double count = static_cast<double>(left.size());
    const double left_mean = std::accumulate(left.begin(), left.end(), 0.0) / count;
    const double right_mean = std::accumulate(right.begin(), right.end(), 0.0) / count;
    double together = 0, left_spread = 0, right_spread = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const double x = left[i] - left_mean, y = right[i] - right_mean;
        together += x * y;
        left_spread += x * x;
        right_spread += y * y;
    }
    return std::clamp(ratio(together, std::sqrt(left_spread) * std::sqrt(right_spread)), -1.0, 1.0);
}

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(Values values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> rank(values.size());
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
        for (std::size_t i = begin; i < end; ++i) rank[order[i]] = (static_cast<double>(begin + end) + 1) / 2;
    }
    return rank;
}

double spearman(Values predictions, Values labels) { return pearson(ranks(predictions), ranks(labels)); }

struct Metric {
    std::string_view name;
    double (*score)(Values predictions, Values labels);
};

constexpr std::array kMetrics{Metric{"accuracy", accuracy}, Metric{"f1", f1}, Metric{"mcc", matthews}, Metric{"spearman", spearman},
                              Metric{"pearson", pearson}};

const Metric* find(std::string_view name) {
    const auto* at = std::find_if(kMetrics.begin(), kMetrics.end(), [&](const Metric& metric) { return metric.name == name; });
    return at == kMetrics.end() ? nullptr : at;
}

}  // namespace

std::vector<std::string> metric_names() {
    std::vector<std::string> names;
    for (const Metric& metric : kMetrics) names.emplace_back(metric.name);
    return names;
}

std::string choose_metric(const std::string& asked, const BertConfig& config, const std::string& where) {
    static const std::map<std::string, std::string> custom{{"cola", "mcc"}, {"mrpc", "f1"}, {"qqp", "f1"}, {"stsb", "spearman"}};
    if (!asked.empty() && !find(asked)) throw InputError(where, "is " + asked, "accuracy, f1, mcc, spearman or pearson");
    if (!asked.empty()) return asked;
    if (const auto at = custom.find(config.finetuning_task); at != custom.end()) return at->second;
    return config.regression ? "spearman" : "accuracy";
}

double predict(std::span<const float> logits, bool regression) {
    if (regression) return logits.front();
    return static_cast<double>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

double score(std::string_view metric, Values predictions, Values labels) {
    const Metric* known = find(metric);
    if (!known) throw std::invalid_argument("no metric is called " + std::string(metric));
    if (predictions.size() != labels.size()) throw std::invalid_argument("a prediction a label is needed");
    const auto finite = [](Values values) { return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }); };
    if (labels.empty() || !finite(predictions) || !finite(labels)) return 0.0;
    return known->score(predictions, labels);
}

}  // namespace berth::workloads
