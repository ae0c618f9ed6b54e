/* SPDX-License-Identifier: Apache-2.0 */
/* Made by scripts/generate_registers.py from platform/accelerator/registers.json. */
#ifndef BERTH_REGISTERS_H
#define BERTH_REGISTERS_H

#include <stdint.h>

/* Offsets of the registers, in bytes. Each is a word of 32 bits. */
#define BERTH_REG_IDENTIFICATION 0x000u
#define BERTH_REG_VERSION 0x004u
#define BERTH_REG_CAPABILITY 0x008u
#define BERTH_REG_TILES 0x00Cu
#define BERTH_REG_STATUS 0x010u
#define BERTH_REG_CONTROL 0x014u
#define BERTH_REG_WATCHDOG 0x018u
#define BERTH_REG_SCHEDULER 0x01Cu
#define BERTH_REG_RING_BASE_LOW 0x020u
#define BERTH_REG_RING_BASE_HIGH 0x024u
#define BERTH_REG_RING_ENTRIES 0x028u
#define BERTH_REG_COMPLETION_BASE_LOW 0x02Cu
#define BERTH_REG_COMPLETION_BASE_HIGH 0x030u
#define BERTH_REG_TAIL 0x034u
#define BERTH_REG_HEAD 0x038u
#define BERTH_REG_COMPLETED 0x03Cu
#define BERTH_REG_TAKEN 0x040u
#define BERTH_REG_INTERRUPT_STATUS 0x050u
#define BERTH_REG_INTERRUPT_ENABLE 0x054u
#define BERTH_REG_ERROR_CODE 0x058u
#define BERTH_REG_ERROR_ADDRESS_LOW 0x05Cu
#define BERTH_REG_ERROR_ADDRESS_HIGH 0x060u
#define BERTH_REG_COUNT_CYCLES_LOW 0x080u
#define BERTH_REG_COUNT_CYCLES_HIGH 0x084u
#define BERTH_REG_COUNT_REQUESTS_LOW 0x088u
#define BERTH_REG_COUNT_REQUESTS_HIGH 0x08Cu
#define BERTH_REG_COUNT_FAILED_LOW 0x090u
#define BERTH_REG_COUNT_FAILED_HIGH 0x094u
#define BERTH_REG_COUNT_TOKENS_LOW 0x098u
#define BERTH_REG_COUNT_TOKENS_HIGH 0x09Cu
#define BERTH_REG_COUNT_ARRAY_READS_LOW 0x0A0u
#define BERTH_REG_COUNT_ARRAY_READS_HIGH 0x0A4u
#define BERTH_REG_COUNT_ADC_CONVERSIONS_LOW 0x0A8u
#define BERTH_REG_COUNT_ADC_CONVERSIONS_HIGH 0x0ACu
#define BERTH_REG_COUNT_DMA_BYTES_READ_LOW 0x0B0u
#define BERTH_REG_COUNT_DMA_BYTES_READ_HIGH 0x0B4u
#define BERTH_REG_COUNT_DMA_BYTES_WRITTEN_LOW 0x0B8u
#define BERTH_REG_COUNT_DMA_BYTES_WRITTEN_HIGH 0x0BCu
#define BERTH_REG_COUNT_POWERED_DOWN_CYCLES_LOW 0x0C0u
#define BERTH_REG_COUNT_POWERED_DOWN_CYCLES_HIGH 0x0C4u

#define BERTH_IDENTIFICATION 0x42455254u
#define BERTH_REGISTERS_MAJOR 2u
#define BERTH_REGISTERS_MINOR 2u

/* version: of this register map: a new major version breaks old drivers */
#define BERTH_VERSION_MINOR 0x0000FFFFu
#define BERTH_VERSION_MINOR_SHIFT 0u
#define BERTH_VERSION_MAJOR 0xFFFF0000u
#define BERTH_VERSION_MAJOR_SHIFT 16u

/* capability: what this accelerator can do */
#define BERTH_CAPABILITY_UNLOAD 0x00000001u
#define BERTH_CAPABILITY_POWER 0x00000002u
#define BERTH_CAPABILITY_WATCHDOG 0x00000004u
#define BERTH_CAPABILITY_COUNTERS 0x00000008u
#define BERTH_CAPABILITY_SHARED_PASS 0x00000010u
#define BERTH_CAPABILITY_VERIFY_IMAGE 0x00000020u
#define BERTH_CAPABILITY_SCHEDULERS 0x00000040u
#define BERTH_CAPABILITY_RESIDENCY 0x00000080u
#define BERTH_CAPABILITY_COMPLETION_LOG2 0x00000F00u
#define BERTH_CAPABILITY_COMPLETION_LOG2_SHIFT 8u
#define BERTH_CAPABILITY_DESCRIPTOR_LOG2 0x0000F000u
#define BERTH_CAPABILITY_DESCRIPTOR_LOG2_SHIFT 12u
#define BERTH_CAPABILITY_SCATTER_GATHER 0x00010000u

/* status: state of the accelerator */
#define BERTH_STATUS_BUSY 0x00000001u
#define BERTH_STATUS_LOADED 0x00000002u
#define BERTH_STATUS_ENABLED 0x00000004u
#define BERTH_STATUS_HALTED 0x00000008u
#define BERTH_STATUS_POWERED_DOWN 0x00000010u
#define BERTH_STATUS_UNVERIFIED 0x00000020u

/* control: switches */
#define BERTH_CONTROL_ENABLE 0x00000001u
#define BERTH_CONTROL_SOFT_RESET 0x00000002u
#define BERTH_CONTROL_SNAPSHOT 0x00000004u

/* interrupt_status: why there is an interrupt */
#define BERTH_INTERRUPT_STATUS_COMPLETION 0x00000001u
#define BERTH_INTERRUPT_STATUS_ERROR 0x00000002u
#define BERTH_INTERRUPT_STATUS_WATCHDOG 0x00000004u

/* Commands of a descriptor. */
#define BERTH_COMMAND_LOAD_IMAGE 1u
#define BERTH_COMMAND_RUN_REQUEST 2u
#define BERTH_COMMAND_UNLOAD 3u
#define BERTH_COMMAND_SET_POWER 4u
#define BERTH_COMMAND_RUN_TASKS 5u
#define BERTH_COMMAND_VERIFY_IMAGE 6u

/* What a completion, or the register error_code, says. */
#define BERTH_OUTCOME_DONE 0u
#define BERTH_OUTCOME_UNKNOWN_COMMAND 1u
#define BERTH_OUTCOME_BUS_ERROR 2u
#define BERTH_OUTCOME_BAD_IMAGE 3u
#define BERTH_OUTCOME_NO_ROOM 4u
#define BERTH_OUTCOME_NO_IMAGE 5u
#define BERTH_OUTCOME_BAD_REQUEST 6u
#define BERTH_OUTCOME_BAD_DESCRIPTOR 7u
#define BERTH_OUTCOME_POWERED_DOWN 8u
#define BERTH_OUTCOME_BAD_RING 9u
#define BERTH_OUTCOME_RING_OVERRUN 10u
#define BERTH_OUTCOME_WATCHDOG 11u
#define BERTH_OUTCOME_NO_SPARE 12u
#define BERTH_OUTCOME_NETWORK_ERROR 20u
#define BERTH_OUTCOME_BUFFER_ERROR 21u
#define BERTH_OUTCOME_UNVERIFIED 22u
#define BERTH_OUTCOME_DEGRADED 23u

#define BERTH_EVERY_TASK 0xFFFFFFFFu /* in place of a task, for unload: the image */
#define BERTH_LIST_LINK 0x8000000000000000ull /* bit of a piece's length: no memory, but where its list goes on */
#define BERTH_LIST_ENTRIES_AT_MOST 0x00100000u /* of a list, links included */

/* An entry of the descriptor ring; 64 bytes, little-endian. Offsets of its fields: */
#define BERTH_DESCRIPTOR_BYTES 64u
#define BERTH_DESCRIPTOR_COMMAND 0u
#define BERTH_DESCRIPTOR_TASK 4u
#define BERTH_DESCRIPTOR_ADDRESS 8u
#define BERTH_DESCRIPTOR_LENGTH 16u
#define BERTH_DESCRIPTOR_RESULT 24u
#define BERTH_DESCRIPTOR_TAG 32u
#define BERTH_DESCRIPTOR_DEADLINE_PS 40u
#define BERTH_DESCRIPTOR_ADDRESS_ENTRIES 48u
#define BERTH_DESCRIPTOR_RESULT_ENTRIES 52u
#define BERTH_DESCRIPTOR_RESERVED 56u
struct berth_descriptor {
    uint32_t command;
    uint32_t task; /* number of the task in the image */
    uint64_t address; /* of what the command takes, or of a list of its pieces */
    uint64_t length;
    uint64_t result; /* address of what the command gives, or of a list of its pieces */
    uint64_t tag; /* comes back in the completion */
    uint64_t deadline_ps; /* of a request: picoseconds since the simulation began, for the scheduler; 0: none. Of other commands: 0 */
    uint32_t address_entries; /* entries of the list at `address`; 0: it is no list */
    uint32_t result_entries; /* entries of the list at `result`; 0: it is no list */
    uint64_t reserved; /* 0 */
};

/* An entry of a list of pieces; 16 bytes, little-endian. Offsets of its fields: */
#define BERTH_PIECE_BYTES 16u
#define BERTH_PIECE_ADDRESS 0u
#define BERTH_PIECE_LENGTH 8u
struct berth_piece {
    uint64_t address; /* of its memory; of a link: of the entries that follow, a multiple of 16 */
    uint64_t length; /* bytes, which may be 0; of a link: 2^63 and the number of entries that follow there */
};

/* An entry of the completion ring; 32 bytes, little-endian. Offsets of its fields: */
#define BERTH_COMPLETION_BYTES 32u
#define BERTH_COMPLETION_TAG 0u
#define BERTH_COMPLETION_OUTCOME 8u
#define BERTH_COMPLETION_RESERVED 12u
#define BERTH_COMPLETION_FINISHED_PS 16u
#define BERTH_COMPLETION_FAILED_ADDRESS 24u
struct berth_completion {
    uint64_t tag;
    uint32_t outcome;
    uint32_t reserved;
    uint64_t finished_ps; /* picoseconds since the simulation began, when the command was done */
    uint64_t failed_address; /* of a bus error, or of a wrong entry of a list */
};

#endif
