// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/error.hpp"

#include <string>

namespace berth::test {

/// The message with which `action` refuses its input, or "accepted".
template <class Action>
[[nodiscard]] std::string refusal(const Action& action) {
    try {
        action();
    } catch (const InputError& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace berth::test
