/* SPDX-License-Identifier: Apache-2.0 */
#include "berth/driver.h"

/* A callback that fails ends the function that called it. */
#define BERTH_TRY(call)                        \
    do {                                       \
        const enum berth_status said = (call); \
        if (said != BERTH_OK) return said;     \
    } while (0)

static const uint32_t every_interrupt = BERTH_INTERRUPT_STATUS_COMPLETION | BERTH_INTERRUPT_STATUS_ERROR | BERTH_INTERRUPT_STATUS_WATCHDOG;

static enum berth_status get(const struct berth_device* device, uint32_t offset, uint32_t* word) {
    const struct berth_transport* transport = device->transport;
    return transport->read_register(transport->context, offset, word) == 0 ? BERTH_OK : BERTH_TRANSPORT;
}

static enum berth_status set(const struct berth_device* device, uint32_t offset, uint32_t word) {
    const struct berth_transport* transport = device->transport;
    return transport->write_register(transport->context, offset, word) == 0 ? BERTH_OK : BERTH_TRANSPORT;
}

static enum berth_status get_wide(const struct berth_device* device, uint32_t low_offset, uint64_t* value) {
    uint32_t low = 0, high = 0;
    BERTH_TRY(get(device, low_offset, &low));
    BERTH_TRY(get(device, low_offset + 4u, &high));
    *value = (uint64_t)high << 32 | low;
    return BERTH_OK;
}

static enum berth_status set_wide(const struct berth_device* device, uint32_t low_offset, uint64_t value) {
    BERTH_TRY(set(device, low_offset, (uint32_t)value));
    return set(device, low_offset + 4u, (uint32_t)(value >> 32));
}

/* Entries of the rings are little-endian, whatever the processor is. */
static void put_bytes(uint8_t* to, uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) to[i] = (uint8_t)(value >> (8u * i));
}

static uint64_t get_bytes(const uint8_t* from, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= (uint64_t)from[i] << (8u * i);
    return value;
}

static bool is_ring(uint64_t base, uint64_t entry_bytes) { return base % entry_bytes == 0; }

static enum berth_status set_up(struct berth_device* device) {
    const struct berth_rings* rings = &device->rings;
    BERTH_TRY(set(device, BERTH_REG_CONTROL, BERTH_CONTROL_SOFT_RESET));
    BERTH_TRY(set_wide(device, BERTH_REG_RING_BASE_LOW, rings->descriptors));
    BERTH_TRY(set_wide(device, BERTH_REG_COMPLETION_BASE_LOW, rings->completions));
    BERTH_TRY(set(device, BERTH_REG_RING_ENTRIES, rings->entries));
    BERTH_TRY(set(device, BERTH_REG_WATCHDOG, rings->watchdog_us));
    BERTH_TRY(set(device, BERTH_REG_INTERRUPT_ENABLE, every_interrupt));
    device->given = device->taken = device->seen = 0;
    device->troubled = false;
    return set(device, BERTH_REG_CONTROL, BERTH_CONTROL_ENABLE);
}

enum berth_status berth_open(struct berth_device* device, const struct berth_transport* transport, const struct berth_rings* rings) {
    uint32_t identification = 0, version = 0;
    const bool entries = rings->entries != 0 && rings->entries <= 65536u && (rings->entries & (rings->entries - 1u)) == 0;
    if (!entries || !is_ring(rings->descriptors, BERTH_DESCRIPTOR_BYTES) || !is_ring(rings->completions, BERTH_COMPLETION_BYTES))
        return BERTH_BAD_ARGUMENT;
    device->transport = transport;
    device->rings = *rings;
    BERTH_TRY(get(device, BERTH_REG_IDENTIFICATION, &identification));
    BERTH_TRY(get(device, BERTH_REG_VERSION, &version));
    if (identification != BERTH_IDENTIFICATION || version >> BERTH_VERSION_MAJOR_SHIFT != BERTH_REGISTERS_MAJOR) return BERTH_NO_DEVICE;
    return set_up(device);
}

static enum berth_status put_piece(const struct berth_device* device, uint64_t at, uint64_t address, uint64_t length) {
    const struct berth_transport* transport = device->transport;
    uint8_t entry[BERTH_PIECE_BYTES];
    put_bytes(entry + BERTH_PIECE_ADDRESS, address, 8);
    put_bytes(entry + BERTH_PIECE_LENGTH, length, 8);
    return transport->write_memory(transport->context, at, entry, sizeof entry) == 0 ? BERTH_OK : BERTH_TRANSPORT;
}

/* Entries of a list that a piece of memory takes when so many pieces are left: what does not fit goes behind a link, which takes one. */
static uint32_t entries_in(const struct berth_piece* room, uint32_t left) {
    const uint64_t fit = room->length / BERTH_PIECE_BYTES;
    return left <= fit ? left : (uint32_t)fit;
}

enum berth_status berth_write_list(const struct berth_device* device, const struct berth_piece* room, uint32_t rooms,
                                   const struct berth_piece* pieces, uint32_t count, struct berth_list* list) {
    uint32_t done = 0;
    if (count == 0 || rooms == 0) return BERTH_BAD_ARGUMENT;
    list->address = room->address;
    list->entries = entries_in(room, count);
    for (uint32_t i = 0; done < count; ++i) {
        const uint32_t entries = entries_in(&room[i], count - done);
        const bool linked = entries < count - done;
        const uint32_t here = linked ? entries - 1u : entries;
        uint64_t at = room[i].address;
        if (at % BERTH_PIECE_BYTES != 0 || entries == 0 || (linked && i + 1u == rooms)) return BERTH_BAD_ARGUMENT;
        for (uint32_t piece = 0; piece < here; ++piece, ++done, at += BERTH_PIECE_BYTES) {
            if ((pieces[done].length & BERTH_LIST_LINK) != 0) return BERTH_BAD_ARGUMENT;
            BERTH_TRY(put_piece(device, at, pieces[done].address, pieces[done].length));
        }
        if (linked) BERTH_TRY(put_piece(device, at, room[i + 1u].address, BERTH_LIST_LINK | entries_in(&room[i + 1u], count - done)));
    }
    return BERTH_OK;
}

static enum berth_status give(struct berth_device* device, uint32_t command, const struct berth_request* words) {
    const struct berth_transport* transport = device->transport;
    uint8_t entry[BERTH_DESCRIPTOR_BYTES] = {0};
    if (berth_outstanding(device) >= device->rings.entries) return BERTH_FULL;
    put_bytes(entry + BERTH_DESCRIPTOR_COMMAND, command, 4);
    put_bytes(entry + BERTH_DESCRIPTOR_TASK, words->task, 4);
    put_bytes(entry + BERTH_DESCRIPTOR_ADDRESS, words->tokens, 8);
    put_bytes(entry + BERTH_DESCRIPTOR_LENGTH, words->length, 8);
    put_bytes(entry + BERTH_DESCRIPTOR_RESULT, words->result, 8);
    put_bytes(entry + BERTH_DESCRIPTOR_TAG, words->tag, 8);
    put_bytes(entry + BERTH_DESCRIPTOR_DEADLINE_PS, words->deadline_ps, 8);
    put_bytes(entry + BERTH_DESCRIPTOR_ADDRESS_ENTRIES, words->tokens_entries, 4);
    put_bytes(entry + BERTH_DESCRIPTOR_RESULT_ENTRIES, words->result_entries, 4);
    const uint64_t at = device->rings.descriptors + (uint64_t)(device->given % device->rings.entries) * BERTH_DESCRIPTOR_BYTES;
    if (transport->write_memory(transport->context, at, entry, sizeof entry) != 0) return BERTH_TRANSPORT;
    BERTH_TRY(set(device, BERTH_REG_TAIL, device->given + 1u));
    ++device->given;
    return BERTH_OK;
}

enum berth_status berth_load_image(struct berth_device* device, uint64_t address, uint64_t bytes, uint64_t tag) {
    const struct berth_request words = {.tokens = address, .length = bytes, .tag = tag};
    return give(device, BERTH_COMMAND_LOAD_IMAGE, &words);
}

enum berth_status berth_verify_image(struct berth_device* device, uint64_t address, uint64_t bytes, uint64_t tag) {
    const struct berth_request words = {.tokens = address, .length = bytes, .tag = tag};
    return give(device, BERTH_COMMAND_VERIFY_IMAGE, &words);
}

enum berth_status berth_load_image_list(struct berth_device* device, const struct berth_list* image, uint64_t bytes, uint64_t tag) {
    const struct berth_request words = {.tokens = image->address, .length = bytes, .tag = tag, .tokens_entries = image->entries};
    return give(device, BERTH_COMMAND_LOAD_IMAGE, &words);
}

enum berth_status berth_verify_image_list(struct berth_device* device, const struct berth_list* image, uint64_t bytes, uint64_t tag) {
    const struct berth_request words = {.tokens = image->address, .length = bytes, .tag = tag, .tokens_entries = image->entries};
    return give(device, BERTH_COMMAND_VERIFY_IMAGE, &words);
}

enum berth_status berth_run(struct berth_device* device, const struct berth_request* request) {
    return give(device, BERTH_COMMAND_RUN_REQUEST, request);
}

enum berth_status berth_run_tasks(struct berth_device* device, const struct berth_request* request) {
    return give(device, BERTH_COMMAND_RUN_TASKS, request);
}

enum berth_status berth_unload(struct berth_device* device, uint32_t task, uint64_t tag) {
    const struct berth_request words = {.task = task, .tag = tag};
    return give(device, BERTH_COMMAND_UNLOAD, &words);
}

enum berth_status berth_set_power(struct berth_device* device, bool on, uint64_t tag) {
    const struct berth_request words = {.task = on ? 1u : 0u, .tag = tag};
    return give(device, BERTH_COMMAND_SET_POWER, &words);
}

uint32_t berth_outstanding(const struct berth_device* device) { return device->given - device->taken; }

static enum berth_status is_halted(const struct berth_device* device, bool* halted) {
    uint32_t status = 0;
    BERTH_TRY(get(device, BERTH_REG_STATUS, &status));
    *halted = (status & BERTH_STATUS_HALTED) != 0;
    return BERTH_OK;
}

enum berth_status berth_wait(struct berth_device* device) {
    const struct berth_transport* transport = device->transport;
    bool halted = false;
    while (device->seen == device->taken) {
        uint32_t causes = 0;
        if (device->troubled) BERTH_TRY(is_halted(device, &halted));
        if (halted) return BERTH_HALTED;
        device->troubled = false;
        const int waited = transport->wait_for_interrupt(transport->context);
        if (waited != 0) return waited > 0 ? BERTH_TIMED_OUT : BERTH_TRANSPORT;
        /* Cleared before the count is read: a completion that comes between the two raises the line again. */
        BERTH_TRY(get(device, BERTH_REG_INTERRUPT_STATUS, &causes));
        BERTH_TRY(set(device, BERTH_REG_INTERRUPT_STATUS, causes));
        BERTH_TRY(get(device, BERTH_REG_COMPLETED, &device->seen));
        device->troubled = (causes & ~BERTH_INTERRUPT_STATUS_COMPLETION) != 0;
    }
    return BERTH_OK;
}

enum berth_status berth_take(struct berth_device* device, struct berth_completion* completion) {
    const struct berth_transport* transport = device->transport;
    uint8_t entry[BERTH_COMPLETION_BYTES];
    if (device->seen == device->taken) BERTH_TRY(get(device, BERTH_REG_COMPLETED, &device->seen));
    if (device->seen == device->taken) return BERTH_NONE;
    const uint64_t at = device->rings.completions + (uint64_t)(device->taken % device->rings.entries) * BERTH_COMPLETION_BYTES;
    if (transport->read_memory(transport->context, at, entry, sizeof entry) != 0) return BERTH_TRANSPORT;
    completion->tag = get_bytes(entry + BERTH_COMPLETION_TAG, 8);
    completion->outcome = (uint32_t)get_bytes(entry + BERTH_COMPLETION_OUTCOME, 4);
    completion->reserved = 0;
    completion->finished_ps = get_bytes(entry + BERTH_COMPLETION_FINISHED_PS, 8);
    completion->failed_address = get_bytes(entry + BERTH_COMPLETION_FAILED_ADDRESS, 8);
    ++device->taken;
    return set(device, BERTH_REG_TAKEN, device->taken);
}

enum berth_status berth_set_scheduler(struct berth_device* device, uint32_t scheduler) {
    uint32_t taken = 0;
    BERTH_TRY(set(device, BERTH_REG_SCHEDULER, scheduler));
    BERTH_TRY(get(device, BERTH_REG_SCHEDULER, &taken));
    return taken == scheduler ? BERTH_OK : BERTH_BAD_ARGUMENT;
}

enum berth_status berth_busy(struct berth_device* device, bool* busy) {
    uint32_t status = 0;
    BERTH_TRY(get(device, BERTH_REG_STATUS, &status));
    *busy = (status & BERTH_STATUS_BUSY) != 0;
    return BERTH_OK;
}

enum berth_status berth_read_fault(struct berth_device* device, struct berth_fault* fault) {
    BERTH_TRY(get(device, BERTH_REG_ERROR_CODE, &fault->outcome));
    BERTH_TRY(get_wide(device, BERTH_REG_ERROR_ADDRESS_LOW, &fault->address));
    return is_halted(device, &fault->halted);
}

enum berth_status berth_recover(struct berth_device* device, bool* loaded) {
    uint32_t status = 0;
    BERTH_TRY(set_up(device));
    BERTH_TRY(get(device, BERTH_REG_STATUS, &status));
    *loaded = (status & BERTH_STATUS_LOADED) != 0;
    return BERTH_OK;
}

enum berth_status berth_read_counters(struct berth_device* device, struct berth_counters* counters) {
    const struct {
        uint32_t offset;
        uint64_t* value;
    } all[] = {
        {BERTH_REG_COUNT_CYCLES_LOW, &counters->cycles},
        {BERTH_REG_COUNT_REQUESTS_LOW, &counters->requests},
        {BERTH_REG_COUNT_FAILED_LOW, &counters->failed},
        {BERTH_REG_COUNT_TOKENS_LOW, &counters->tokens},
        {BERTH_REG_COUNT_ARRAY_READS_LOW, &counters->array_reads},
        {BERTH_REG_COUNT_ADC_CONVERSIONS_LOW, &counters->adc_conversions},
        {BERTH_REG_COUNT_DMA_BYTES_READ_LOW, &counters->dma_bytes_read},
        {BERTH_REG_COUNT_DMA_BYTES_WRITTEN_LOW, &counters->dma_bytes_written},
        {BERTH_REG_COUNT_POWERED_DOWN_CYCLES_LOW, &counters->powered_down_cycles},
    };
    uint32_t control = 0;
    BERTH_TRY(get(device, BERTH_REG_CONTROL, &control));
    BERTH_TRY(set(device, BERTH_REG_CONTROL, control | BERTH_CONTROL_SNAPSHOT));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; ++i) BERTH_TRY(get_wide(device, all[i].offset, all[i].value));
    return BERTH_OK;
}
