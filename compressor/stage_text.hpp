// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace berth::compressor {

/// The same list as JSON from its short form: NAME{KEY=VALUE,...},NAME,...; or from JSON, which begins with '['.
/// A value is a number where it is one to the end, else text.
/// @throws InputError on text that is neither.
[[nodiscard]] boost::json::array stages_from_text(std::string_view text, const std::string& where);

/// A parameter's value in that form.
[[nodiscard]] boost::json::value value_from_text(std::string_view text);

}  // namespace berth::compressor
