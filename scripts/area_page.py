#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What many tasks take of a chip: area_page.py BERTH FILE [--check]

Runs `berth area --shape` over numbers of tasks, codes and mappers, and writes a page of tables. With --check the page is compared
instead, and the exit status is 1 where it is out of date.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PLATFORM = 'reram-multitask'
MINILM = 'minilm-l6-h384'
COUNTS = (1, 2, 4, 8, 16, 32, 64)
GROUPS = ('cells', 'converters', 'buffers', 'network', 'digital', 'factor_memory', 'embedding_memory', 'rest')

TEXT = f'''# What many tasks take of a chip

Written by `scripts/area_page.py` from what `berth area --platform {PLATFORM} --shape ...` says: shapes alone, no weights and no accuracy. Every figure is the
whole accounting of [presets.md](presets.md): cells, converters, buffers, routers, digital units, whole tiles, embedding memory.

## What shares what

- **The base** stands once and is read for every token of every task. Nothing stands behind its converters but itself.
- **Only one task's delta is read for a token.** So with the mapper `banked` the deltas of all tasks for one matrix are banks behind one set of converters,
  wordline drivers and sample-and-holds, and a switch on every bitline and wordline of a bank takes the active one (`banks.switch`: area,
  energy at every vector, 0.3 ns for 128 cells to settle before its first read, and what its transistors leak where they are off). A token waits where another task's token is at the same converters:
  simulated, and in the closed form of `berth estimate`.
- **Factors of a low-rank delta take few columns or few rows**, so several tasks' stand in one array: the first factors, which take all rows, side by
  side; the second, which take all columns, below one another. Only the active task's rows are driven and only its columns are converted. Tasks come in
  the order of the image, each to the first array with room, so that one that is appended moves nothing.
- **Factors stand beside their matrix.** Tiles take what is placed in order: each base matrix, then the deltas and factors that join its sums, so that a token's vectors and sums stay among neighbours on the network. With the
  factors behind all matrices a sentence of SST-2 took 3.2 ms and 1318 uJ on the image within 0.10, with the busiest link at work for 96 % of the time; side by side 0.64 ms and 517 uJ, on the same area.
- **Factors may be digital** (`hierarchy.low_rank`: `arrays`, `digital` or `cheaper`): kept in SRAM beside the tile's digital unit (`tile.factor_memory`, a sign
  and the magnitude's bits a value), multiplied by its int8 lanes, at the lanes' energy and a read of every byte. They are exact and take neither cells nor
  converters, but bytes for every task. `cheaper` weighs a stage's arrays (sites at their even share of a tile, banks) against its bytes.
- **Embedding tables** are counted as they are stored: a value's bits and a 4-byte scale a row. Tasks whose fine-tuning left them alone share one copy, in
  the image and in the copies that it is compared with, which have them in int8.

A `copies` baseline is mapped twice: with converters for every array (`baseline_copies`, the denominator of `ratio`), and by the image's own mapper
(`copies_sharing`), where eight copies are eight banks. **Most of what sharing gives, it gives to copies too**; the tables keep the two apart.

The banks' price rests on ISAAC's cell, 1.5 F2 (25 um2 an array of 128 x 128), which is small: at 4 F2 an array would be 67 um2, and a bank with its switches
98 um2 instead of 56, beside 4.4e3 um2 that a site takes with its converters and its share of the tile.
'''


class Berth:
    def __init__(self, path, folder):
        self.path, self.file = path, Path(folder) / 'area.json'

    def area(self, mapper='banked', low_rank='arrays', shape=MINILM, **family):
        options = [part for name, value in family.items() for part in (f'--{name.replace("_", "-")}', str(value))]
        done = subprocess.run([self.path, 'area', '--platform', PLATFORM, '--set', f'hierarchy.mapper={mapper}', '--set', f'hierarchy.low_rank={low_rank}',
                               '--shape', shape, *options, '--json', self.file], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return json.loads(self.file.read_text())


def row(*cells):
    return '| ' + ' | '.join(str(cell) for cell in cells) + ' |\n'


def head(*cells):
    return row(*cells) + row(*('---' for _ in cells))


def codes(berth):
    text = '## Eight tasks, code by code\n\nMiniLM (6 layers, H 384). **plain**: nothing shared between tasks but the base (mapper `packed`). **shared**: banks behind shared '
    text += 'converters (`banked`). Both over eight int8 copies with converters for every array. **of copies** is shared over the same copies, sharing converters alike. '
    text += '**cheaper**: the same with each stage\'s factors in arrays or digital, whichever takes less.\n\n'
    text += head('code', 'cells', 'plain', 'plain, cheaper', 'shared', 'shared, cheaper', 'of copies')
    family = {
        'copies, 8 b': {'base_bits': 0, 'delta_bits': 8, 'rank': 0},
        'copies, 4 b': {'base_bits': 0, 'delta_bits': 4, 'rank': 0},
        'copies, 4 b, embeddings of 5 b': {'base_bits': 0, 'delta_bits': 4, 'rank': 0, 'embedding_bits': 5},
        '8-b base, ternary delta on every channel (as `kang`)': {'delta_bits': 2, 'rank': 0},
        '8-b base, delta of 2 bits of magnitude on every channel': {'delta_bits': 3, 'rank': 0},
        '8-b base alone': {'rank': 0},
        '8-b base, rank 16 x 3 b': {},
        '8-b base, rank 16 x 3 b, embeddings of 5 b': {'embedding_bits': 5},
        '8-b base, rank 16 x 3 b, embeddings of 4 b': {'embedding_bits': 4},
        '6-b base, rank 16 x 3 b, embeddings of 5 b': {'base_bits': 6, 'embedding_bits': 5},
        '5-b base, rank 16 x 3 b': {'base_bits': 5},
        '5-b base, rank 16 x 3 b, embeddings of 5 b': {'base_bits': 5, 'embedding_bits': 5},
        '5-b base, rank 64 x 2 b, embeddings of 5 b': {'base_bits': 5, 'embedding_bits': 5, 'rank': 64, 'factor_bits': 2},
        '4-b base, rank 16 x 3 b, embeddings of 5 b': {'base_bits': 4, 'embedding_bits': 5},
        '4-b base, rank 64 x 3 b, embeddings of 5 b': {'base_bits': 4, 'embedding_bits': 5, 'rank': 64},
    }
    for name, options in family.items():
        ratios = [berth.area(mapper, low_rank, tasks=8, **options)['ratios'] for mapper in ('packed', 'banked') for low_rank in ('arrays', 'cheaper')]
        text += row(name, f'{ratios[0]["cells"]:.3f}', *(f'{one["area"]:.3f}' for one in ratios), f'{ratios[2]["area_sharing"]:.3f}')
    return text


def counts(berth):
    text = '## From 1 task to 64\n\nRank 16, factors of 3 b, mapper `banked`, area over that of N int8 copies. **5 b**: base and embeddings of 5 b; **8 b**: both of 8. '
    text += '**beside embeddings**: both sides without their embedding memory, which does not grow with N. One task needs no delta: it is a copy. '
    text += 'What takes more than the 1024 tiles of a chip stands on several, each with its link, ISAAC\'s 22.88 mm2; copies come to that first (770 tiles for eight), which is some hundredths of these ratios from 16 tasks on.\n\n'
    text += head('N', '1/N', '5 b', 'beside embeddings', '8 b', 'beside embeddings', '8 b less 1/N')
    for tasks in COUNTS:
        cells = [tasks, f'{1 / tasks:.4f}']
        for bits in (5, 8):
            area = berth.area(tasks=tasks, base_bits=bits, embedding_bits=bits)['area_mm2']
            copies = berth.area(tasks=tasks)['area_mm2']['groups']['embedding_memory']
            beside = (area['total'] - area['groups']['embedding_memory']) / (area['baseline_copies'] - copies)
            cells += [f'{area["ratio"]:.4f}', f'{beside:.4f}']
        text += row(*cells, f'{beside - 1 / tasks:.4f}')
    return text


def places(berth):
    text = '## Where factors are kept\n\nmm2 of the whole accelerator, 5-b base and embeddings, factors of 3 b, mapper `banked`.\n\n'
    text += head('N', 'rank', 'arrays', 'digital', 'cheaper')
    for rank in (4, 16, 64):
        for tasks in (1, 8, 64):
            areas = [berth.area(low_rank=low_rank, tasks=tasks, rank=rank, base_bits=5, embedding_bits=5)['area_mm2']['total']
                     for low_rank in ('arrays', 'digital', 'cheaper')]
            text += row(tasks, rank, *(f'{area:.2f}' for area in areas))
    return text


def parts(berth):
    text = '## What it consists of\n\nmm2, eight tasks of MiniLM; rank 16, factors of 3 b.\n\n'
    text += head('', *GROUPS, 'total')
    for name, mapper, options in (('8 int8 copies', 'packed', {'base_bits': 0, 'delta_bits': 8, 'rank': 0}),
                                  ('8 int8 copies, sharing converters', 'banked', {'base_bits': 0, 'delta_bits': 8, 'rank': 0}),
                                  ('ternary delta, 8-b base, sharing', 'banked', {'delta_bits': 2, 'rank': 0}),
                                  ('low rank, 8-b base, plain', 'packed', {}),
                                  ('low rank, 8-b base, sharing', 'banked', {}),
                                  ('low rank, 5-b base and embeddings, sharing', 'banked', {'base_bits': 5, 'embedding_bits': 5})):
        area = berth.area(mapper, tasks=8, **options)['area_mm2']
        text += row(name, *(f'{area["groups"][group]:.2f}' for group in GROUPS), f'{area["total"]:.2f}')
    return text


def models(berth):
    text = '## Other models\n\nEight tasks, rank 16, factors of 3 b, mapper `banked`; embeddings as the base; links included, of which copies have most.\n\n'
    text += head('model', 'mm2 of 8 copies', 'embedding memory of it', '8-b base', '5-b base')
    for shape in (MINILM, 'distilbert-base', 'bert-base', 'roberta-base', 'bert-large'):
        eight, five = (berth.area(shape=shape, tasks=8, base_bits=bits, embedding_bits=bits)['area_mm2'] for bits in (8, 5))
        share = eight['groups']['embedding_memory'] / eight['baseline_copies']
        text += row(shape, f'{eight["baseline_copies"]:.0f}', f'{100 * share:.1f} %', f'{eight["ratio"]:.3f}', f'{five["ratio"]:.3f}')
    return text


def main(berth_path, page, *flags):
    with tempfile.TemporaryDirectory() as folder:
        berth = Berth(berth_path, folder)
        text = '\n'.join([TEXT, *(part(berth) for part in (codes, counts, parts, places, models))])
    if '--check' not in flags:
        Path(page).write_text(text)
    elif Path(page).read_text() != text:
        sys.exit(f'{page} out of date: run scripts/area_page.py BERTH {page}')


if __name__ == '__main__':
    main(*sys.argv[1:])
