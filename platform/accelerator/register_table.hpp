// SPDX-License-Identifier: Apache-2.0
// Made by scripts/generate_registers.py from platform/accelerator/registers.json.
#pragma once

#include "models/tlm/register_bank.hpp"

#include <array>
#include <cstdint>

// clang-format off
namespace berth::platform {

/// Offsets in the accelerator's register bank.
namespace reg {
inline constexpr std::uint32_t kIdentification = 0x000;
inline constexpr std::uint32_t kVersion = 0x004;
inline constexpr std::uint32_t kCapability = 0x008;
inline constexpr std::uint32_t kTiles = 0x00C;
inline constexpr std::uint32_t kStatus = 0x010;
inline constexpr std::uint32_t kControl = 0x014;
inline constexpr std::uint32_t kWatchdog = 0x018;
inline constexpr std::uint32_t kScheduler = 0x01C;
inline constexpr std::uint32_t kRingBaseLow = 0x020;
inline constexpr std::uint32_t kRingBaseHigh = 0x024;
inline constexpr std::uint32_t kRingEntries = 0x028;
inline constexpr std::uint32_t kCompletionBaseLow = 0x02C;
inline constexpr std::uint32_t kCompletionBaseHigh = 0x030;
inline constexpr std::uint32_t kTail = 0x034;
inline constexpr std::uint32_t kHead = 0x038;
inline constexpr std::uint32_t kCompleted = 0x03C;
inline constexpr std::uint32_t kTaken = 0x040;
inline constexpr std::uint32_t kInterruptStatus = 0x050;
inline constexpr std::uint32_t kInterruptEnable = 0x054;
inline constexpr std::uint32_t kErrorCode = 0x058;
inline constexpr std::uint32_t kErrorAddressLow = 0x05C;
inline constexpr std::uint32_t kErrorAddressHigh = 0x060;
inline constexpr std::uint32_t kCountCyclesLow = 0x080;
inline constexpr std::uint32_t kCountCyclesHigh = 0x084;
inline constexpr std::uint32_t kCountRequestsLow = 0x088;
inline constexpr std::uint32_t kCountRequestsHigh = 0x08C;
inline constexpr std::uint32_t kCountFailedLow = 0x090;
inline constexpr std::uint32_t kCountFailedHigh = 0x094;
inline constexpr std::uint32_t kCountTokensLow = 0x098;
inline constexpr std::uint32_t kCountTokensHigh = 0x09C;
inline constexpr std::uint32_t kCountArrayReadsLow = 0x0A0;
inline constexpr std::uint32_t kCountArrayReadsHigh = 0x0A4;
inline constexpr std::uint32_t kCountAdcConversionsLow = 0x0A8;
inline constexpr std::uint32_t kCountAdcConversionsHigh = 0x0AC;
inline constexpr std::uint32_t kCountDmaBytesReadLow = 0x0B0;
inline constexpr std::uint32_t kCountDmaBytesReadHigh = 0x0B4;
inline constexpr std::uint32_t kCountDmaBytesWrittenLow = 0x0B8;
inline constexpr std::uint32_t kCountDmaBytesWrittenHigh = 0x0BC;
inline constexpr std::uint32_t kCountPoweredDownCyclesLow = 0x0C0;
inline constexpr std::uint32_t kCountPoweredDownCyclesHigh = 0x0C4;
}  // namespace reg

inline constexpr std::uint32_t kIdentification = 0x42455254;  ///< "BERT"
inline constexpr std::uint32_t kVersionMinor = 0x0000FFFF;
inline constexpr std::uint32_t kVersionMajor = 0xFFFF0000;
inline constexpr std::uint32_t kCapabilityUnload = 0x00000001;
inline constexpr std::uint32_t kCapabilityPower = 0x00000002;
inline constexpr std::uint32_t kCapabilityWatchdog = 0x00000004;
inline constexpr std::uint32_t kCapabilityCounters = 0x00000008;
inline constexpr std::uint32_t kCapabilitySharedPass = 0x00000010;
inline constexpr std::uint32_t kCapabilityVerifyImage = 0x00000020;
inline constexpr std::uint32_t kCapabilitySchedulers = 0x00000040;
inline constexpr std::uint32_t kCapabilityResidency = 0x00000080;
inline constexpr std::uint32_t kCapabilityCompletionLog2 = 0x00000F00;
inline constexpr std::uint32_t kCapabilityDescriptorLog2 = 0x0000F000;
inline constexpr std::uint32_t kCapabilityScatterGather = 0x00010000;
inline constexpr std::uint32_t kStatusBusy = 0x00000001;
inline constexpr std::uint32_t kStatusLoaded = 0x00000002;
inline constexpr std::uint32_t kStatusEnabled = 0x00000004;
inline constexpr std::uint32_t kStatusHalted = 0x00000008;
inline constexpr std::uint32_t kStatusPoweredDown = 0x00000010;
inline constexpr std::uint32_t kStatusUnverified = 0x00000020;
inline constexpr std::uint32_t kControlEnable = 0x00000001;
inline constexpr std::uint32_t kControlSoftReset = 0x00000002;
inline constexpr std::uint32_t kControlSnapshot = 0x00000004;
inline constexpr std::uint32_t kInterruptStatusCompletion = 0x00000001;
inline constexpr std::uint32_t kInterruptStatusError = 0x00000002;
inline constexpr std::uint32_t kInterruptStatusWatchdog = 0x00000004;

/// The register table: the decode comes from here.
inline constexpr std::array kRegisters{
    tlm::Register{"identification", reg::kIdentification, tlm::Access::read_only, 0x42455254, "the letters BERT"},
    tlm::Register{"version", reg::kVersion, tlm::Access::read_only, 0x00020002, "of this register map: a new major version breaks old drivers"},
    tlm::Register{"capability", reg::kCapability, tlm::Access::read_only, 0x000165FF, "what this accelerator can do"},
    tlm::Register{"tiles", reg::kTiles, tlm::Access::read_only, 0x00000000, "tiles of the chip"},
    tlm::Register{"status", reg::kStatus, tlm::Access::read_only, 0x00000000, "state of the accelerator"},
    tlm::Register{"control", reg::kControl, tlm::Access::read_write, 0x00000000, "switches"},
    tlm::Register{"watchdog", reg::kWatchdog, tlm::Access::read_write, 0x00000000, "microseconds without progress, while there is work, until the watchdog halts the accelerator; 0: never"},
    tlm::Register{"scheduler", reg::kScheduler, tlm::Access::read_write, 0x00000000, "who is let into the pipeline next: 0 first come, first served; 1 by task; 2 earliest deadline; after a reset what the platform was configured for; another number changes nothing"},
    tlm::Register{"ring_base_low", reg::kRingBaseLow, tlm::Access::read_write, 0x00000000, "address of the descriptor ring, a multiple of 64, lower word"},
    tlm::Register{"ring_base_high", reg::kRingBaseHigh, tlm::Access::read_write, 0x00000000, "upper word"},
    tlm::Register{"ring_entries", reg::kRingEntries, tlm::Access::read_write, 0x00000000, "descriptors, and completions, that the rings hold: 1 to 65536"},
    tlm::Register{"completion_base_low", reg::kCompletionBaseLow, tlm::Access::read_write, 0x00000000, "address of the completion ring, a multiple of 32, lower word"},
    tlm::Register{"completion_base_high", reg::kCompletionBaseHigh, tlm::Access::read_write, 0x00000000, "upper word"},
    tlm::Register{"tail", reg::kTail, tlm::Access::read_write, 0x00000000, "doorbell: descriptors given so far, modulo 2^32"},
    tlm::Register{"head", reg::kHead, tlm::Access::read_only, 0x00000000, "descriptors fetched so far"},
    tlm::Register{"completed", reg::kCompleted, tlm::Access::read_only, 0x00000000, "completions written so far"},
    tlm::Register{"taken", reg::kTaken, tlm::Access::read_write, 0x00000000, "completions that the driver has read so far: the accelerator fetches no descriptor for whose completion there is no room"},
    tlm::Register{"interrupt_status", reg::kInterruptStatus, tlm::Access::write_one_to_clear, 0x00000000, "why there is an interrupt"},
    tlm::Register{"interrupt_enable", reg::kInterruptEnable, tlm::Access::read_write, 0x00000000, "bits of interrupt_status that raise the interrupt line"},
    tlm::Register{"error_code", reg::kErrorCode, tlm::Access::read_only, 0x00000000, "outcome of what failed last"},
    tlm::Register{"error_address_low", reg::kErrorAddressLow, tlm::Access::read_only, 0x00000000, "address of the burst that failed, or of the wrong entry of a list, lower word"},
    tlm::Register{"error_address_high", reg::kErrorAddressHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_cycles_low", reg::kCountCyclesLow, tlm::Access::read_only, 0x00000000, "cycles of the clock since the simulation began"},
    tlm::Register{"count_cycles_high", reg::kCountCyclesHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_requests_low", reg::kCountRequestsLow, tlm::Access::read_only, 0x00000000, "run requests whose result was written"},
    tlm::Register{"count_requests_high", reg::kCountRequestsHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_failed_low", reg::kCountFailedLow, tlm::Access::read_only, 0x00000000, "commands that failed; a degraded result is none"},
    tlm::Register{"count_failed_high", reg::kCountFailedHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_tokens_low", reg::kCountTokensLow, tlm::Access::read_only, 0x00000000, "tokens that have left the chip"},
    tlm::Register{"count_tokens_high", reg::kCountTokensHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_array_reads_low", reg::kCountArrayReadsLow, tlm::Access::read_only, 0x00000000, "arrays read, each input slice counted"},
    tlm::Register{"count_array_reads_high", reg::kCountArrayReadsHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_adc_conversions_low", reg::kCountAdcConversionsLow, tlm::Access::read_only, 0x00000000, "columns converted"},
    tlm::Register{"count_adc_conversions_high", reg::kCountAdcConversionsHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_dma_bytes_read_low", reg::kCountDmaBytesReadLow, tlm::Access::read_only, 0x00000000, "bytes asked of memory"},
    tlm::Register{"count_dma_bytes_read_high", reg::kCountDmaBytesReadHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_dma_bytes_written_low", reg::kCountDmaBytesWrittenLow, tlm::Access::read_only, 0x00000000, "bytes given to memory"},
    tlm::Register{"count_dma_bytes_written_high", reg::kCountDmaBytesWrittenHigh, tlm::Access::read_only, 0x00000000, "upper word"},
    tlm::Register{"count_powered_down_cycles_low", reg::kCountPoweredDownCyclesLow, tlm::Access::read_only, 0x00000000, "cycles for which the periphery was off"},
    tlm::Register{"count_powered_down_cycles_high", reg::kCountPoweredDownCyclesHigh, tlm::Access::read_only, 0x00000000, "upper word"},
};

/// What a descriptor asks for.
enum class Command : std::uint32_t {
    load_image = 1,  ///< `length` bytes of a weight image at `address` onto the arrays; waits for all requests before it; where it fails, the image before it stays
    run_request = 2,  ///< `length` token ids (int32) at `address`, as many segments (int32) behind them, through `task`; logits (float32) to `result`
    unload = 3,  ///< takes `task` off the chip, or the whole image where `task` is 0xFFFFFFFF; waits for all requests before it
    set_power = 4,  ///< `task` 1: periphery on; 0: off, once all requests before it are through; cells keep their state
    run_tasks = 5,  ///< one sentence for several tasks: `task` says how many, and their numbers (uint32, none twice) stand behind the segments; logits to `result`, task by task in that order; one completion when all are there
    verify_image = 6,  ///< reads back the arrays and writes what a reset has kept from being written, of the image that was being programmed or is there, given again as in load_image; `bad_image` where it is another
};

/// What a completion says of its command.
enum class Outcome : std::uint32_t {
    done = 0,  ///< the command is done
    unknown_command = 1,  ///< no such command
    bus_error = 2,  ///< a burst was refused; the address is given
    bad_image = 3,  ///< the image cannot be read
    no_room = 4,  ///< the image needs more arrays than the chip has
    no_image = 5,  ///< a request while no image is on the arrays
    bad_request = 6,  ///< no such task, or a length or a token that the model cannot take
    bad_descriptor = 7,  ///< a reserved word that is not 0, a deadline of what is no request, a list where none is taken, a range beyond the end of addresses, or a list that is wrong: the address of its wrong entry is given
    powered_down = 8,  ///< the periphery is off
    bad_ring = 9,  ///< ring registers that cannot be; the accelerator is halted
    ring_overrun = 10,  ///< more descriptors given than the ring holds, or more completions taken than written; the accelerator is halted
    watchdog = 11,  ///< no progress for the watchdog's time; the accelerator is halted
    no_spare = 12,  ///< the image needs parts of the chip that are dead and have no spare; the one before it stays
    network_error = 20,  ///< a flit of the request's vectors came wrong as often as it may be sent; no result is written
    buffer_error = 21,  ///< a word of the request's vectors had more wrong bits than its code can correct; no result is written
    unverified = 22,  ///< a request while the image is half written, because a reset came while it was programmed
    degraded = 23,  ///< the result is written, and was computed with parts that are dead and have no spare, which read 0
};

inline constexpr std::uint32_t kEveryTask = 0xFFFFFFFF;  ///< in place of a task, for unload: the image
inline constexpr std::uint64_t kListLink = 0x8000000000000000;  ///< bit of a piece's length: no memory, but where its list goes on
inline constexpr std::uint32_t kListEntriesAtMost = 0x00100000;  ///< of a list, links included

}  // namespace berth::platform
