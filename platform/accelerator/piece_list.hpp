// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/registers.hpp"
#include "platform/accelerator/scattered_memory.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace berth::platform {

/// A list of pieces of memory as it is read from there, some entries at a time: docs/registers.md says what it looks like. Nothing is
/// believed before it is checked, and no more is kept than entries have come.
class PieceList {
public:
    /// @param entries of the list, or up to its first link; above 0.
    PieceList(std::uint64_t address, std::uint32_t entries);

    /// The entries to fetch next; none where the list is at its end or wrong.
    [[nodiscard]] std::optional<tlm::Piece> next() const;

    /// Those entries.
    void take(std::span<const PieceEntry> entries);

    /// The address of the entry that is wrong, or of the list where it cannot lie there.
    [[nodiscard]] std::optional<std::uint64_t> wrong() const { return wrong_; }

    [[nodiscard]] const ScatteredMemory& memory() const { return memory_; }

private:
    void go_on(std::uint64_t address, std::uint64_t entries, std::uint64_t named_at);
    void take(const PieceEntry& entry);

    std::uint64_t address_ = 0, entries_ = 0;  ///< still to come, up to the next link
    std::uint64_t promised_ = 0;               ///< of all entries, those that have come and those that are known to come
    std::optional<std::uint64_t> wrong_;
    ScatteredMemory memory_;
};

}  // namespace berth::platform
