// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platform/accelerator/eviction.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace berth::platform {

/// Which tasks are on the chip, and whose arrays go to the next one that is not. A task that is programmed takes an empty slot, or that of
/// the task which the eviction picks.
class Residents {
public:
    /// Every task is there, each with arrays of its own.
    Residents() = default;

    /// The first tasks are in the slots, as many as there are. @param eviction not "none".
    Residents(const ResidencyParams& params, std::size_t slots, std::size_t tasks)
        : eviction_(make_eviction(params.eviction)), slots_(slots) {
        for (std::size_t i = 0; i < slots && i < tasks; ++i) slots_[i].task = i;
    }

    /// The slot of a task; 0 where there are none; nothing for a task that is not there.
    [[nodiscard]] std::optional<std::size_t> slot_of(std::size_t task) const {
        if (slots_.empty()) return 0;
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (slots_[i].task == task) return i;
        return std::nullopt;
    }

    /// A request goes to that slot's task.
    void use(std::size_t slot) {
        if (slots_.empty()) return;
        ++slots_[slot].use.requests;
        slots_[slot].use.last = ++requests_;
    }

    /// Empties a slot for another task. @return which.
    [[nodiscard]] std::size_t vacate() {
        std::vector<SlotUse> uses;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            if (!slots_[i].task) return i;
            uses.push_back(slots_[i].use);
        }
        const std::size_t victim = eviction_->victim(uses);
        slots_[victim].task.reset();
        return victim;
    }

    /// The task has been programmed into that slot, which was empty.
    void settle(std::size_t slot, std::size_t task) { slots_[slot] = {task, {}, slots_[slot].programmed + 1}; }

    [[nodiscard]] std::size_t slots() const { return slots_.size(); }
    /// Tasks that were programmed on demand into the slot that has seen most of them.
    [[nodiscard]] std::uint64_t most_programmed() const {
        std::uint64_t most = 0;
        for (const Slot& slot : slots_) most = std::max(most, slot.programmed);
        return most;
    }

private:
    struct Slot {
        std::optional<std::size_t> task;
        SlotUse use;
        std::uint64_t programmed = 0;
    };

    std::shared_ptr<const Eviction> eviction_;
    std::vector<Slot> slots_;
    std::uint64_t requests_ = 0;
};

}  // namespace berth::platform
