// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/dma.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth::platform {

/// Memory in pieces, one behind the other.
class ScatteredMemory {
public:
    ScatteredMemory() = default;
    /// One range.
    ScatteredMemory(std::uint64_t address, std::uint64_t bytes) { add({address, bytes}); }

    void add(const tlm::Piece& piece) {
        if (piece.bytes == 0) return;
        pieces_.push_back(piece);
        ends_.push_back(piece.bytes > UINT64_MAX - bytes() ? UINT64_MAX : bytes() + piece.bytes);
    }

    /// Of all pieces, or 2^64 - 1 where they have more.
    [[nodiscard]] std::uint64_t bytes() const { return ends_.empty() ? 0 : ends_.back(); }
    [[nodiscard]] std::span<const tlm::Piece> pieces() const { return pieces_; }

    /// So many bytes of it from `offset` on. offset + count is at most bytes().
    [[nodiscard]] ScatteredMemory part(std::uint64_t offset, std::uint64_t count) const {
        ScatteredMemory part;
        auto index = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), offset) - ends_.begin());
        for (; count > 0; ++index) {
            const std::uint64_t skipped = offset - (index == 0 ? 0 : ends_[index - 1]);
            const tlm::Piece& piece = pieces_[index];
            const std::uint64_t taken = std::min(count, piece.bytes - skipped);
            part.add({piece.address + skipped, taken});
            offset += taken;
            count -= taken;
        }
        return part;
    }

private:
    std::vector<tlm::Piece> pieces_;
    std::vector<std::uint64_t> ends_;  ///< of each piece, among the bytes of all
};

}  // namespace berth::platform
