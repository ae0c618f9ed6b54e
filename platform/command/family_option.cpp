// SPDX-License-Identifier: Apache-2.0
#include "platform/command/family_option.hpp"

#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <string>
#include <utility>

namespace berth::command {

void add_family_options(CLI::App& command, platform::FamilyShape& family) {
    command.add_option("--shape", family.model,
                       "instead of an image, tasks on one base of the shape of a model: " + detail::alternatives(platform::shape_names()));
    command.add_option("--tasks", family.tasks, "of a shape: how many")->check(CLI::Range(1, 1024))->capture_default_str();
    command.add_option("--base-bits", family.base_bits, "of a shape: of the base's weights; 0: none")
        ->check(CLI::Range(0, 8))
        ->capture_default_str();
    command.add_option("--rank", family.rank, "of a shape: of every task's low-rank deltas; 0: none")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command.add_option("--factor-bits", family.factor_bits, "of a shape: of the deltas' factors")
        ->check(CLI::Range(2, 8))
        ->capture_default_str();
    command
        .add_option("--delta-bits", family.delta_bits,
                    "of a shape: of a delta on every weight, beside the low-rank one; 2: ternary, 0: none")
        ->check(CLI::Range(0, 8))
        ->capture_default_str();
    command.add_option("--kept", family.kept, "of a shape: share of a matrix's output channels that such a delta keeps")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command.add_option("--embedding-bits", family.embedding_bits, "of a shape: of the embedding tables' values")
        ->check(CLI::Range(2, 8))
        ->capture_default_str();
}

void check_family(const platform::FamilyShape& family) {
    for (const auto& [option, bits] : {std::pair{"--base-bits", family.base_bits}, {"--delta-bits", family.delta_bits}})
        if (bits == 1) throw InputError(option, "is 1", "0, or a sign and at least one bit of magnitude");
}

}  // namespace berth::command
