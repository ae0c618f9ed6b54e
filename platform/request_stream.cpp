// SPDX-License-Identifier: Apache-2.0
#include "platform/request_stream.hpp"

#include "models/core/draws.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

namespace berth::platform {
namespace {

constexpr std::uint32_t kArrivals = 0x61727276;  ///< purpose of the draws: see draw_key
constexpr std::uintmax_t kLargestFile = std::uintmax_t{1} << 30;

/// Exponential with mean 1, by inversion.
double exponential(std::uint32_t word) { return -std::log(unit_interval(word) + 0x1.0p-33); }

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0;;) {
        const std::size_t end = text.find(at, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == text.npos) return parts;
        begin = end + 1;
    }
}

class StreamReader {
public:
    StreamReader(const std::filesystem::path& file, std::span<const std::string> tasks, std::span<const std::size_t> counts)
        : file_(file), tasks_(tasks), counts_(counts), taken_(tasks.size(), 0) {}

    std::vector<StreamPlace> read() {
        const std::string text = read_text(file_, kLargestFile);
        auto lines = split(text, '\n');
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
        if (lines.empty()) throw InputError(file_.string(), "is empty", kHeader);
        for (auto& one : lines)
            if (one.ends_with('\r')) one.remove_suffix(1);
        header(lines.front());
        for (line_ = 1; line_ < lines.size(); ++line_) take(split(lines[line_], '\t'));
        for (std::size_t task = 0; task < tasks_.size(); ++task)
            if (taken_[task] == 0) throw InputError(file_.string(), "has no line for task " + tasks_[task], "at least one");
        return std::move(places_);
    }

private:
    static constexpr const char* kHeader = "a header line naming arrival_s and, as wanted, task and deadline_s";

    [[nodiscard]] std::string where() const { return file_.string() + ":" + std::to_string(line_ + 1); }

    void header(std::string_view line) {
        names_ = split(line, '\t');
        for (const auto name : names_)
            if ((name != "arrival_s" && name != "task" && name != "deadline_s") || std::count(names_.begin(), names_.end(), name) > 1)
                throw InputError(where(), "has a column '" + std::string(name) + "'", kHeader);
        if (!column("arrival_s")) throw InputError(where(), "has no column arrival_s", kHeader);
    }

    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        return found == names_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names_.begin()));
    }

    void take(const std::vector<std::string_view>& fields) {
        if (fields.size() != names_.size())
            throw InputError(where(), "has " + std::to_string(fields.size()) + " fields",
                             std::to_string(names_.size()) + " as in the header");
        const double earliest = places_.empty() ? 0.0 : *places_.back().arrival_s;
        const double arrival = seconds(fields[*column("arrival_s")], earliest);
        const std::size_t task = column("task") ? task_called(fields[*column("task")]) : next_in_turn();
        if (taken_[task] == counts_[task])
            throw InputError(where(), "wants another sentence of task " + tasks_[task],
                             "no more than its " + std::to_string(counts_[task]));
        places_.push_back({task, taken_[task]++, arrival, column("deadline_s") ? seconds(fields[*column("deadline_s")], 0.0) : 0.0});
    }

    [[nodiscard]] double seconds(std::string_view field, double least) const {
        constexpr double kLongest = 1e6;
        double value = 0;
        const auto [end, bad] = std::from_chars(field.data(), field.data() + field.size(), value);
        if (bad != std::errc() || end != field.data() + field.size() || !(value >= least && value <= kLongest))
            throw InputError(where(), "says '" + std::string(field.substr(0, 40)) + "'",
                             "seconds from " + detail::shown(least) + " to " + detail::shown(kLongest));
        return value;
    }

    [[nodiscard]] std::size_t task_called(std::string_view name) const {
        const auto found = std::find(tasks_.begin(), tasks_.end(), name);
        if (found == tasks_.end())
            throw InputError(where(), "names the task '" + std::string(name.substr(0, 40)) + "'",
                             detail::alternatives({tasks_.begin(), tasks_.end()}));
        return static_cast<std::size_t>(found - tasks_.begin());
    }

    [[nodiscard]] std::size_t next_in_turn() {
        if (turns_.empty()) turns_ = in_turns(counts_);
        return turns_[std::min(places_.size(), turns_.size() - 1)].task;
    }

    const std::filesystem::path& file_;
    std::span<const std::string> tasks_;
    std::span<const std::size_t> counts_;
    std::vector<std::size_t> taken_;  ///< sentences of each task so far
    std::vector<std::string_view> names_;
    std::size_t line_ = 0;
    std::vector<StreamPlace> turns_, places_;
};

}  // namespace

std::vector<StreamPlace> in_turns(std::span<const std::size_t> counts) {
    std::vector<StreamPlace> places;
    const std::size_t longest = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
    for (std::size_t sentence = 0; sentence < longest; ++sentence)
        for (std::size_t task = 0; task < counts.size(); ++task)
            if (sentence < counts[task]) places.push_back({task, sentence, {}, 0.0});
    return places;
}

std::vector<StreamPlace> poisson_stream(std::span<const std::size_t> counts, double rate, std::uint64_t seed) {
    std::vector<StreamPlace> places;
    const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::size_t{0}));
    for (std::size_t task = 0; task < counts.size(); ++task) {
        const DrawKey key = draw_key(seed, kArrivals, task);
        double time = 0.0;
        for (std::size_t sentence = 0; sentence < counts[task]; ++sentence) {
            time += exponential(philox({low_word(sentence), high_word(sentence), 0, 0}, key)[0]) * total /
                    (rate * static_cast<double>(counts[task]));
            places.push_back({task, sentence, time, 0.0});
        }
    }
    std::stable_sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.arrival_s < b.arrival_s; });
    return places;
}

std::vector<StreamPlace> read_stream(const std::filesystem::path& file, std::span<const std::string> tasks,
                                     std::span<const std::size_t> counts) {
    return StreamReader(file, tasks, counts).read();
}

}  // namespace berth::platform
