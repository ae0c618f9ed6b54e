#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes everything that knows the accelerator's registers from platform/accelerator/registers.json:

  include/berth/registers.h                   for firmware (C)
  platform/accelerator/register_table.hpp     for the decode (C++)
  docs/registers.md                           for people

generate_registers.py            writes the three
generate_registers.py --check    writes nothing; exit status 1 where one of them is not what it would write
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = 'platform/accelerator/registers.json'
MADE = f'Made by scripts/generate_registers.py from {SOURCE}.'
WORD = 4


def load():
    table = json.loads((ROOT / SOURCE).read_text())
    registers = [{**register, 'offset': int(register['offset'], 0), 'reset': int(register['reset'], 0)} for register in table['registers']]
    at = int(table['counters']['offset'], 0)
    for counter in table['counters']['list']:
        for half, meaning in (('low', counter['meaning']), ('high', 'upper word')):
            registers.append({'name': f'count_{counter["name"]}_{half}', 'offset': at, 'access': 'read_only', 'reset': 0, 'meaning': meaning})
            at += WORD
    table['registers'] = registers
    check(table)
    return table


def bits_of(field):
    high, _, low = field['bits'].partition(':')
    return int(high), int(low or high)


def mask_of(field):
    high, low = bits_of(field)
    return (1 << (high + 1)) - (1 << low)


def check(table):
    offsets = [register['offset'] for register in table['registers']]
    if len(set(offsets)) != len(offsets) or any(offset % WORD for offset in offsets):
        raise SystemExit(f'{SOURCE}: an offset is taken twice, or is not a word\'s')
    version = next(register['reset'] for register in table['registers'] if register['name'] == 'version')
    if version != table['version']['major'] << 16 | table['version']['minor']:
        raise SystemExit(f'{SOURCE}: the register version does not hold the version')
    for register in table['registers']:
        taken = 0
        for field in register.get('fields', []):
            if taken & mask_of(field):
                raise SystemExit(f'{SOURCE}: fields of {register["name"]} overlap')
            taken |= mask_of(field)
    for structure in table['structures']:
        size = sum({'u32': 4, 'u64': 8}[field['type']] * field.get('count', 1) for field in structure['fields'])
        if size != structure['bytes']:
            raise SystemExit(f'{SOURCE}: {structure["name"]} has {size} bytes, not {structure["bytes"]}')


def c_header(table):
    lines = ['/* SPDX-License-Identifier: Apache-2.0 */', f'/* {MADE} */', '#ifndef BERTH_REGISTERS_H', '#define BERTH_REGISTERS_H', '',
             '#include <stdint.h>', '', '/* Offsets of the registers, in bytes. Each is a word of 32 bits. */']
    for register in table['registers']:
        lines.append(f'#define BERTH_REG_{register["name"].upper()} 0x{register["offset"]:03X}u')
    lines += ['', f'#define BERTH_IDENTIFICATION 0x{table["registers"][0]["reset"]:08X}u',
              f'#define BERTH_REGISTERS_MAJOR {table["version"]["major"]}u', f'#define BERTH_REGISTERS_MINOR {table["version"]["minor"]}u']
    for register in table['registers']:
        if register.get('fields'):
            lines += ['', f'/* {register["name"]}: {register["meaning"]} */']
        for field in register.get('fields', []):
            name, (high, low) = f'BERTH_{register["name"]}_{field["name"]}'.upper(), bits_of(field)
            lines.append(f'#define {name} 0x{mask_of(field):08X}u')
            if high > low:
                lines.append(f'#define {name}_SHIFT {low}u')
    for title, kind in (('Commands of a descriptor.', 'command'), ('What a completion, or the register error_code, says.', 'outcome')):
        lines += ['', f'/* {title} */']
        lines += [f'#define BERTH_{kind.upper()}_{entry["name"].upper()} {entry["value"]}u' for entry in table[f'{kind}s']]
    lines.append('')
    for constant in table['constants']:
        suffix = {'u32': 'u', 'u64': 'ull'}[constant['type']]
        lines.append(f'#define BERTH_{constant["name"].upper()} {constant["value"]}{suffix} /* {constant["meaning"]} */')
    types = {'u32': 'uint32_t', 'u64': 'uint64_t'}
    for structure in table['structures']:
        lines += ['', f'/* {structure["meaning"].capitalize()}; {structure["bytes"]} bytes, little-endian. Offsets of its fields: */',
                  f'#define BERTH_{structure["name"].upper()}_BYTES {structure["bytes"]}u']
        at = 0
        for field in structure['fields']:
            lines.append(f'#define BERTH_{structure["name"].upper()}_{field["name"].upper()} {at}u')
            at += {'u32': 4, 'u64': 8}[field['type']] * field.get('count', 1)
        lines.append(f'struct berth_{structure["name"]} {{')
        for field in structure['fields']:
            count = f'[{field["count"]}]' if 'count' in field else ''
            comment = f' /* {field["meaning"]} */' if 'meaning' in field else ''
            lines.append(f'    {types[field["type"]]} {field["name"]}{count};{comment}')
        lines.append('};')
    return '\n'.join(lines + ['', '#endif', ''])


def camel(name):
    return ''.join(part.capitalize() for part in name.split('_'))


def cpp_table(table):
    lines = ['// SPDX-License-Identifier: Apache-2.0', f'// {MADE}', '#pragma once', '', '#include "models/tlm/register_bank.hpp"', '',
             '#include <array>', '#include <cstdint>', '', '// clang-format off', 'namespace berth::platform {', '',
             '/// Offsets in the accelerator\'s register bank.', 'namespace reg {']
    for register in table['registers']:
        lines.append(f'inline constexpr std::uint32_t k{camel(register["name"])} = 0x{register["offset"]:03X};')
    lines += ['}  // namespace reg', '', f'inline constexpr std::uint32_t kIdentification = 0x{table["registers"][0]["reset"]:08X};  ///< "BERT"']
    for register in table['registers'][1:]:
        for field in register.get('fields', []):
            lines.append(f'inline constexpr std::uint32_t k{camel(register["name"])}{camel(field["name"])} = 0x{mask_of(field):08X};')
    lines += ['', '/// The register table: the decode comes from here.', 'inline constexpr std::array kRegisters{']
    for register in table['registers']:
        lines.append(f'    tlm::Register{{"{register["name"]}", reg::k{camel(register["name"])}, tlm::Access::{register["access"]}, '
                     f'0x{register["reset"]:08X}, "{register["meaning"]}"}},')
    lines += ['};']
    for kind, title in (('command', 'What a descriptor asks for.'), ('outcome', 'What a completion says of its command.')):
        lines += ['', f'/// {title}', f'enum class {kind.capitalize()} : std::uint32_t {{']
        lines += [f'    {entry["name"]} = {entry["value"]},  ///< {entry["meaning"]}' for entry in table[f'{kind}s']]
        lines.append('};')
    lines.append('')
    for constant in table['constants']:
        kind = {'u32': 'std::uint32_t', 'u64': 'std::uint64_t'}[constant['type']]
        lines.append(f'inline constexpr {kind} k{camel(constant["name"])} = {constant["value"]};  ///< {constant["meaning"]}')
    return '\n'.join(lines + ['', '}  // namespace berth::platform', ''])


def constant_of(table, name):
    return next(int(constant['value'], 0) for constant in table['constants'] if constant['name'] == name)


ACCESS = {'read_only': 'read only', 'read_write': 'read, write', 'write_one_to_clear': 'read, write 1 to clear'}

INTRODUCTION = '''# Registers

<!-- {made} -->

What firmware sees of the accelerator. Registers are words of 32 bits behind the `csr` socket; they take aligned bursts of whole words and answer everything else with the TLM status
that says why, changing nothing. Offsets and bits as C are in `include/berth/registers.h`; `platform/driver` is a driver in C that uses them.

## From reset to a result

1. Check `identification` and the major half of `version`.
2. Put the addresses of two rings in memory and their size into `ring_base`, `completion_base` and `ring_entries`; choose `interrupt_enable` and `watchdog`; set `control.enable`.
3. Write a descriptor into entry `n % ring_entries` of the descriptor ring, where `n` counts descriptors from 0, and ring the doorbell: `tail = n + 1`.
4. On an interrupt, clear `interrupt_status` by writing its bits back, then read `completed`: completion `n` lies in entry `n % ring_entries` of the completion ring. Requests overtake each other;
   the tag says whose completion it is. Say in `taken` how many completions were read: that frees their entries.

Never more than `ring_entries` descriptors may be given and not fetched. The accelerator fetches nothing for which the completion ring has no room, so no completion is ever lost.

## Memory in pieces

Where `capability.scatter_gather` is set, an image, the words of a request and its logits may lie scattered, page by page: `address_entries` above 0 says that `address` is that of a list with as many
entries, and `result_entries` says the same of `result`. `load_image` and `verify_image` take the first, `run_request` and `run_tasks` both, and no other command takes any.

An entry is a `piece`: an address and a length in bytes, at any alignment, and 0 is a length. The bytes of the pieces, one behind the other, are what one range would have been. They must be at least as many as the
command moves; what is beyond is not touched, so whole pages may be listed. A list need not be contiguous either: the last of its entries may be a link, whose length is 2^63 (`BERTH_LIST_LINK`) and a number
of entries above 0, which are found at its address. A list has {entries_at_most} entries at most, links included.

The accelerator reads the whole list, once, before it moves anything of what it names; lists and pieces stay as they are until the completion, and those of an image as long as tasks are brought in from
there (`capability.residency`), its list excepted. A list that begins, or goes on, at no multiple of 16 or beyond the end of addresses, a piece that passes that end, a link that is not
the last of its entries or leads to none, too many entries or too few bytes are answered by `bad_descriptor` with the address of the entry that is wrong, or of the list where that is wrong as a whole; a refused
burst of a list by `bus_error`, as of any other memory.

## When something fails

A command that fails is answered by a completion with its outcome, sets `interrupt_status.error`, `error_code` and, for a refused burst, `error_address`; the commands behind it go on.
A result that is there but `degraded` is flagged in the same way.
What leaves the rings themselves in doubt (`bad_ring`, `ring_overrun`, a refused burst of a descriptor or completion, `watchdog`) has no completion: `status.halted` is set, requests that are under way
are still answered where the completion ring can be written, and nothing new is fetched.

A soft reset ends every such state, at any time: commands and requests without a completion are dropped, registers are as after power-up but for the counters, and an image that was whole on the arrays
stays there (`status.loaded`). Bursts that memory still owes are waited for in the background. The driver sets up the rings again and repeats what was dropped.
The `reset` port does the same as a soft reset.
'''


def page(table):
    lines = INTRODUCTION.format(made=MADE, entries_at_most=constant_of(table, 'list_entries_at_most')).split('\n')
    lines += ['## Map', '', '| offset | name | access | after reset | meaning |', '|---|---|---|---|---|']
    for register in table['registers']:
        lines.append(f'| 0x{register["offset"]:03X} | `{register["name"]}` | {ACCESS[register["access"]]} | 0x{register["reset"]:08X} | {register["meaning"]} |')
    lines += ['', '## Bits', '', '| register | bits | name | meaning |', '|---|---|---|---|']
    for register in table['registers']:
        for field in register.get('fields', []):
            lines.append(f'| `{register["name"]}` | {field["bits"]} | `{field["name"]}` | {field.get("meaning", "")} |')
    for title, kind in (('Commands', 'commands'), ('Outcomes', 'outcomes')):
        lines += ['', f'## {title}', '', '| value | name | meaning |', '|---|---|---|']
        lines += [f'| {entry["value"]} | `{entry["name"]}` | {entry["meaning"]} |' for entry in table[kind]]
    for structure in table['structures']:
        lines += ['', f'## {structure["name"].capitalize()}', '', f'{structure["meaning"].capitalize()}: {structure["bytes"]} bytes, little-endian.', '',
                  '| offset | field | type | meaning |', '|---|---|---|---|']
        at = 0
        for field in structure['fields']:
            count = f'[{field["count"]}]' if 'count' in field else ''
            lines.append(f'| {at} | `{field["name"]}` | {field["type"]}{count} | {field.get("meaning", "")} |')
            at += {'u32': 4, 'u64': 8}[field['type']] * field.get('count', 1)
    return '\n'.join(lines + [''])


def main():
    table = load()
    files = {'include/berth/registers.h': c_header(table), 'platform/accelerator/register_table.hpp': cpp_table(table), 'docs/registers.md': page(table)}
    stale = [name for name, text in files.items() if not (ROOT / name).exists() or (ROOT / name).read_text() != text]
    if sys.argv[1:] == ['--check']:
        for name in stale:
            print(f'{name} is not what scripts/generate_registers.py makes of {SOURCE}', file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(files[name])
        print(f'wrote {name}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
