// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/stage.hpp"

#include <boost/json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::compressor {

/// Stages in the order in which they work.
struct StageList {
    boost::json::value given;  ///< the entries that it was read from
    std::string where;         ///< leads to them in messages
    std::vector<std::string> names;
    std::vector<std::unique_ptr<const Stage>> stages;

    [[nodiscard]] bool has(std::string_view name) const;
    /// The most that any of them needs.
    [[nodiscard]] Need needs() const;
    /// What the stages make of the subject, every matrix that tasks share being there.
    /// @throws InputError naming the stage that comes too early, or a matrix that no stage makes.
    [[nodiscard]] Draft draft(Subject& subject, const Budget& budget, Threads& threads) const;
};

/// Reads a list of entries: see read_settings. @param where leads to the list in messages: "--stages" or "method.json:stages".
/// @throws InputError naming the entry and what is wrong with it.
[[nodiscard]] StageList read_stages(const boost::json::value& list, const std::string& where);

}  // namespace berth::compressor
