// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace berth::compressor {

/// Whether `pattern` is `name`, where every `*` in it stands for any run of characters, none included.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

/// Which tasks and which of their matrices, by patterns of their names: inference::matrix_name has those of matrices.
struct Where {
    std::string tasks = "*", matrices = "*";

    [[nodiscard]] bool holds(std::string_view task, std::string_view matrix) const {
        return matches(tasks, task) && matches(matrices, matrix);
    }
};

}  // namespace berth::compressor
