/* SPDX-License-Identifier: Apache-2.0 */
/* Driver of the Berth accelerator: freestanding C11, no allocation, no globals, no assumption about how registers and memory
 * are reached. One berth_device belongs to one thread of control. docs/registers.md says what the hardware does. */
#ifndef BERTH_DRIVER_H
#define BERTH_DRIVER_H

#include "berth/registers.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a function of the driver says. */
enum berth_status {
    BERTH_OK = 0,
    BERTH_NONE = 1,         /* nothing there: no completion to take */
    BERTH_FULL = 2,         /* the ring has no room: take completions first */
    BERTH_HALTED = 3,       /* the accelerator has stopped: berth_read_fault() says why, berth_recover() goes on */
    BERTH_TIMED_OUT = 4,    /* no interrupt came */
    BERTH_NO_DEVICE = 5,    /* the identification, or the major version, is another's */
    BERTH_BAD_ARGUMENT = 6, /* a ring or a list that cannot be */
    BERTH_TRANSPORT = 7,    /* a callback failed */
};

/* How the driver reaches the hardware. Every callback returns 0 when it went well. */
struct berth_transport {
    void* context; /* given to each callback */
    int (*read_register)(void* context, uint32_t offset, uint32_t* word);
    int (*write_register)(void* context, uint32_t offset, uint32_t word);
    int (*read_memory)(void* context, uint64_t address, void* to, size_t bytes);
    int (*write_memory)(void* context, uint64_t address, const void* from, size_t bytes);
    /* Sleeps until the interrupt line is high, at once where it is. Positive: it did not come in the time that the
     * platform gives it. */
    int (*wait_for_interrupt)(void* context);
};

/* Where the rings lie in memory that the accelerator's DMA reaches. */
struct berth_rings {
    uint64_t descriptors; /* entries * BERTH_DESCRIPTOR_BYTES, at a multiple of that size */
    uint64_t completions; /* entries * BERTH_COMPLETION_BYTES, likewise */
    uint32_t entries;     /* a power of two up to 65536 */
    uint32_t watchdog_us; /* microseconds without progress until the accelerator gives up; 0: never */
};

struct berth_device {
    const struct berth_transport* transport;
    struct berth_rings rings;
    uint32_t given; /* descriptors */
    uint32_t taken; /* completions */
    uint32_t seen;  /* completions that are known to be there */
    bool troubled;  /* an error was signalled: the accelerator may have halted */
};

/* One sentence for one task. */
struct berth_request {
    uint32_t task;   /* its number in the image */
    uint64_t tokens; /* address: `length` ids (int32), then as many segments (int32) */
    uint64_t length;
    uint64_t result;      /* address: the logits (float32) come here */
    uint64_t tag;         /* comes back in the completion */
    uint64_t deadline_ps; /* picoseconds since the simulation began, for a scheduler that looks at it; 0: none */
    /* Above 0: `tokens`, or `result`, is the address of a list with so many entries, as berth_write_list() makes it. */
    uint32_t tokens_entries, result_entries;
};

/* Memory in pieces, in place of one range. */
struct berth_list {
    uint64_t address;
    uint32_t entries; /* up to the first link */
};

/* Why the accelerator stopped, or what failed last. */
struct berth_fault {
    uint32_t outcome; /* BERTH_OUTCOME_... */
    uint64_t address; /* of a bus error */
    bool halted;
};

struct berth_counters {
    uint64_t cycles, requests, failed, tokens, array_reads, adc_conversions;
    uint64_t dma_bytes_read, dma_bytes_written, powered_down_cycles;
};

/* Finds the accelerator, resets it and sets its rings up. The transport outlives the device. */
enum berth_status berth_open(struct berth_device* device, const struct berth_transport* transport, const struct berth_rings* rings);

/* Writes a list of `count` pieces of memory where there is room for it: `room` are pieces too, each at a multiple of 16 bytes, filled one
 * after the other and joined by links. BERTH_BAD_ARGUMENT where the room is too small, or there is no piece, or one of 2^63 bytes or
 * more. Lists and pieces stay as they are until the completion, and those of an image, its list excepted, as long as tasks are brought in
 * on demand. An accelerator without BERTH_CAPABILITY_SCATTER_GATHER answers a list by BERTH_OUTCOME_BAD_DESCRIPTOR. */
enum berth_status berth_write_list(const struct berth_device* device, const struct berth_piece* room, uint32_t rooms,
                                   const struct berth_piece* pieces, uint32_t count, struct berth_list* list);

/* These queue a command and return: its completion, with the same tag, says how it went. */
enum berth_status berth_load_image(struct berth_device* device, uint64_t address, uint64_t bytes, uint64_t tag);
/* After a reset in the middle of loading: reads the arrays back and writes the rest of the same image. */
enum berth_status berth_verify_image(struct berth_device* device, uint64_t address, uint64_t bytes, uint64_t tag);
/* The same of an image that lies in pieces. */
enum berth_status berth_load_image_list(struct berth_device* device, const struct berth_list* image, uint64_t bytes, uint64_t tag);
enum berth_status berth_verify_image_list(struct berth_device* device, const struct berth_list* image, uint64_t bytes, uint64_t tag);
enum berth_status berth_run(struct berth_device* device, const struct berth_request* request);
/* One sentence for `request->task` tasks, whose numbers (uint32) lie behind the segments, none twice; their logits come one behind the
 * other to `result`, in that order. */
enum berth_status berth_run_tasks(struct berth_device* device, const struct berth_request* request);
enum berth_status berth_unload(struct berth_device* device, uint32_t task, uint64_t tag); /* BERTH_EVERY_TASK: the image */
enum berth_status berth_set_power(struct berth_device* device, bool on, uint64_t tag);

/* Commands whose completion was not taken yet. */
uint32_t berth_outstanding(const struct berth_device* device);

/* Sleeps until there is a completion or the accelerator has halted, and clears the interrupt. Returns at once where one is
 * known to be there. BERTH_HALTED only when no completion is left to be taken. */
enum berth_status berth_wait(struct berth_device* device);

/* Takes the next completion, in the order in which commands ended. BERTH_NONE when there is none. */
enum berth_status berth_take(struct berth_device* device, struct berth_completion* completion);

/* Who is let into the pipeline next, as the register `scheduler` numbers them; holds until the next reset, which berth_open() and
 * berth_recover() are. BERTH_BAD_ARGUMENT where the accelerator has no such scheduler, and goes on with the one it had. */
enum berth_status berth_set_scheduler(struct berth_device* device, uint32_t scheduler);

/* Whether anything is queued, or any token on its way. */
enum berth_status berth_busy(struct berth_device* device, bool* busy);

enum berth_status berth_read_fault(struct berth_device* device, struct berth_fault* fault);

/* Resets the accelerator and sets up the rings anew, whatever state it is in. Commands without a completion are lost, to be
 * queued again; take the completions that are there before. `loaded` says whether an image is still on the arrays. */
enum berth_status berth_recover(struct berth_device* device, bool* loaded);

/* All counters at one instant. */
enum berth_status berth_read_counters(struct berth_device* device, struct berth_counters* counters);

#ifdef __cplusplus
}
#endif

#endif
