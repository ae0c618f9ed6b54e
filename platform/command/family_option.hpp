// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/family_shape.hpp"

#include <CLI/CLI.hpp>

namespace berth::command {

/// --shape and what a shape's tasks are like, for commands that take tasks nobody has weights of.
void add_family_options(CLI::App& command, platform::FamilyShape& family);

/// What the options' own ranges cannot say. @throws InputError naming the option.
void check_family(const platform::FamilyShape& family);

}  // namespace berth::command
