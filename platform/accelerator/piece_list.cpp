// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/piece_list.hpp"

#include <algorithm>

namespace berth::platform {
namespace {

constexpr std::uint64_t kEntriesFetched = 256;  ///< at most, at once: a page of them

}  // namespace

PieceList::PieceList(std::uint64_t address, std::uint32_t entries) { go_on(address, entries, address); }

/// @param named_at the address of what says so.
void PieceList::go_on(std::uint64_t address, std::uint64_t entries, std::uint64_t named_at) {
    const bool few = entries > 0 && entries <= kListEntriesAtMost - promised_;
    if (!few || address % sizeof(PieceEntry) != 0 || address > UINT64_MAX - (entries * sizeof(PieceEntry) - 1)) {
        wrong_ = named_at;
        return;
    }
    address_ = address;
    entries_ = entries;
    promised_ += entries;
}

std::optional<tlm::Piece> PieceList::next() const {
    if (wrong_ || entries_ == 0) return std::nullopt;
    return tlm::Piece{address_, std::min(entries_, kEntriesFetched) * sizeof(PieceEntry)};
}

void PieceList::take(std::span<const PieceEntry> entries) {
    for (const PieceEntry& entry : entries) {
        if (wrong_) return;
        take(entry);
    }
}

void PieceList::take(const PieceEntry& entry) {
    const std::uint64_t at = address_;
    address_ += sizeof(PieceEntry);
    --entries_;
    if ((entry.length & kListLink) != 0) {
        if (entries_ == 0) return go_on(entry.address, entry.length & ~kListLink, at);
        wrong_ = at;
    } else if (entry.length > 0 && entry.address > UINT64_MAX - (entry.length - 1)) {
        wrong_ = at;
    } else {
        memory_.add({entry.address, entry.length});
    }
}

}  // namespace berth::platform
