// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

namespace berth::cost {

/// What a buffer, an embedding memory or a factor memory may be made of: [{name, meaning, laws, rows, source, parameters}], as
/// `berth list memories` shows it. A preset takes one by the laws and rows that its inventory names; parameters are the laws'.
/// To add one: its law (laws.cpp), its rows, and a line in memories.cpp.
[[nodiscard]] boost::json::array describe_memories();

}  // namespace berth::cost
