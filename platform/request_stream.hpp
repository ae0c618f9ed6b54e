// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::platform {

/// A sentence's place in a stream of several tasks' sentences.
struct StreamPlace {
    std::size_t task = 0;             ///< among those of the stream
    std::size_t sentence = 0;         ///< of that task
    std::optional<double> arrival_s;  ///< from the image's readiness on; none: as soon as the host has room for another request
    double deadline_s = 0.0;          ///< behind the arrival, or the doorbell where there is none; 0: none

    bool operator==(const StreamPlace&) const = default;
};

/// The tasks take turns, in their order, as long as they have sentences. @param counts sentences of each task.
[[nodiscard]] std::vector<StreamPlace> in_turns(std::span<const std::size_t> counts);

/// Each task's sentences arrive in a Poisson process of its own, at a rate in proportion to how many there are; together at `rate`. So the
/// next sentence is of a task with the probability of its share. A function of seed and place alone.
/// @param rate sentences a second, above zero.
[[nodiscard]] std::vector<StreamPlace> poisson_stream(std::span<const std::size_t> counts, double rate, std::uint64_t seed);

/// A stream as a file has it: a TSV with the column arrival_s (seconds, ascending), and where they are wanted task (a name; without it
/// the tasks take turns) and deadline_s (seconds behind the arrival, 0: none). A line takes its task's next sentence.
/// @param counts sentences that each task has; a stream may take fewer, but some of each.
/// @throws InputError naming file and line.
[[nodiscard]] std::vector<StreamPlace> read_stream(const std::filesystem::path& file, std::span<const std::string> tasks,
                                                   std::span<const std::size_t> counts);

}  // namespace berth::platform
