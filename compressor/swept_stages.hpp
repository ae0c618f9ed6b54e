// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace berth::compressor {

/// The same stages at several values of one parameter.
struct SweptStages {
    struct Setting {
        double value = 0.0;
        boost::json::array list;  ///< of entries, as read_stages takes them
    };

    std::string text;               ///< as it was given
    std::string where;              ///< leads to it in messages
    std::string parameter;          ///< STAGE.PARAMETER
    std::vector<Setting> settings;  ///< ascending, two at least
};

/// Reads a list as stages_from_text does, one of whose parameters, of numbers, has values with | between them: rank=2|4|8. In JSON
/// they are text.
/// @param where leads to the list in messages.
/// @throws InputError naming the entry that is wrong: also where values do not ascend, where not exactly one parameter has several,
/// or where a stage chooses settings itself, so that there is no one setting to measure at.
[[nodiscard]] SweptStages swept_stages_from_text(const std::string& text, const std::string& where);

}  // namespace berth::compressor
