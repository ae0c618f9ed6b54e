#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/dataflow.svg: what goes where between the folders of the project. No arguments."""
from pathlib import Path
from xml.sax.saxutils import escape

OUT = Path(__file__).resolve().parents[1] / 'docs/dataflow.svg'
WIDTH, HEIGHT = 960, 470

STYLE = '''
  :root { --paper: #ffffff; --ink: #1f2933; --soft: #52606d; --line: #7b8794; --file: #fff7e0; --file-edge: #b7791f;
          --code: #e6f0fb; --code-edge: #2b6cb0; --chip: #e7f6ec; --chip-edge: #2f855a; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #11161c; --ink: #e8edf2; --soft: #b3bec9; --line: #8795a3; --file: #33290f; --file-edge: #d9a441;
            --code: #14273d; --code-edge: #63a4e8; --chip: #123022; --chip-edge: #58c08a; }
  }
  .paper { fill: var(--paper); }
  text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; font-size: 13px; fill: var(--soft); }
  .title { font-size: 15px; font-weight: 600; fill: var(--ink); }
  .box { stroke-width: 1.5; }
  .file { fill: var(--file); stroke: var(--file-edge); }
  .code { fill: var(--code); stroke: var(--code-edge); }
  .chip { fill: var(--chip); stroke: var(--chip-edge); }
  .arrow { fill: none; stroke: var(--line); stroke-width: 2; marker-end: url(#head); }
  .uses { stroke-dasharray: 5 4; }
  #head path { fill: var(--line); }
'''

# kind, x, y, width, height, title, lines below it
BOXES = [
    ('file', 20, 30, 200, 92, 'Checkpoints', ['Hugging Face directories:', 'a base and N tasks', 'fine-tuned from it']),
    ('file', 20, 170, 200, 74, 'Sentences', ['TSV: label, sentence1,', 'sentence2']),
    ('file', 20, 292, 200, 74, 'Preset and tables', ['geometry, converters, and', 'published constants (JSON)']),
    ('code', 270, 30, 190, 92, 'workloads', ['read and tokenise,', 'fp32 reference,', 'metrics']),
    ('code', 510, 30, 190, 92, 'compressor', ['int8 base,', 'one small delta a task,', 'channels shared']),
    ('file', 750, 30, 190, 92, 'Weight image', ['one file: integers, scales,', 'vocabulary, provenance,', 'a CRC for each section']),
    ('chip', 510, 170, 430, 196, 'platform (SystemC)', []),
    ('file', 270, 170, 190, 74, 'Predictions', ['label and logits', 'of every sentence']),
    ('file', 270, 292, 190, 74, 'Report', ['accuracy, latency, energy,', 'area, and their sources']),
    ('code', 20, 398, 920, 52, 'models', []),
]

# What stands inside the platform: x, y, width, height, text
PARTS = [
    (528, 204, 122, 40, 'host and DMA'), (664, 204, 122, 40, 'mesh'), (800, 204, 122, 40, 'digital unit'),
    (528, 254, 394, 100, 'tiles: buffer, IMAs with arrays, DACs and ADCs,'),
]

ARROWS = [  # solid: data; dashed: calls
    ('', 'M220 76 H268'), ('', 'M460 76 H508'), ('', 'M700 76 H748'),
    ('', 'M120 170 V146 H300 V124'),
    ('', 'M845 122 V168'),
    ('', 'M360 122 V146 H560 V168'),
    ('', 'M120 366 V382 H725 V368'),
    ('', 'M510 207 H462'), ('', 'M510 329 H462'),
    ('uses', 'M880 398 V368'),
]


def text(x, y, words, style=''):
    return f'<text x="{x}" y="{y}" text-anchor="middle"{style}>{escape(words)}</text>'


def box(kind, x, y, width, height, title, lines):
    parts = [f'<rect class="box {kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>']
    parts.append(text(x + width / 2, y + 24, title, ' class="title"'))
    parts += [text(x + width / 2, y + 44 + 17 * i, line) for i, line in enumerate(lines)]
    return '\n'.join(parts)


def draw():
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label='
             '"Checkpoints pass through workloads and compressor into one weight image; the SystemC platform runs it on sentences and reports.">',
             f'<style>{STYLE}</style>',
             '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>',
             f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="10"/>']
    parts += [box(*spec) for spec in BOXES]
    for x, y, width, height, words in PARTS:
        parts.append(f'<rect class="box paper" style="stroke: var(--chip-edge)" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')
        parts.append(text(x + width / 2, y + (25 if height < 60 else 45), words))
    parts.append(text(725, 319, 'base and every task’s delta resident together'))
    parts.append(text(480, 440, 'called by compressor and platform alike: plain C++ that computes values, and thin SystemC shells that move time'))
    parts += [f'<path class="arrow {kind}" d="{path}"/>' for kind, path in ARROWS]
    return '\n'.join(parts + ['</svg>', ''])


if __name__ == '__main__':
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(draw(), encoding='utf-8')
