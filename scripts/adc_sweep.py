#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where tasks start to fail as converters shrink: adc_sweep.py BERTH IMAGE DATA_DIR OUT.md [ROWS]

Runs every task of a weight image on reram-multitask with converters of fewer bits and coarser steps, and writes a page of
tables. DATA_DIR holds <task>/val.tsv; ROWS sentences of each are run (default 100).
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

BERTH, IMAGE, DATA, OUT = sys.argv[1:5]
ROWS = int(sys.argv[5]) if len(sys.argv) > 5 else 100
CONVERTERS = [(8, 1), (6, 1), (5, 1), (4, 1), (4, 2)]


def simulate(task, bits, step):
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / 'report.json'
        subprocess.run([BERTH, 'simulate', '--platform', 'reram-multitask', '--set', f'adc.bits={bits}', '--set', f'adc.step={step}', '--image', IMAGE,
                        '--task', task, '--input', f'{DATA}/{task}/val.tsv', '--limit', str(ROWS), '--json', str(report), '--quiet'],
                       check=True, stdout=subprocess.DEVNULL)
        return json.loads(report.read_text())


def table(title, cell, reports, tasks):
    heads = ' | '.join(f'{bits} b, step {step}' for bits, step in CONVERTERS)
    lines = [f'\n{title}\n', f'| task | {heads} |', '|---' * (len(CONVERTERS) + 1) + '|']
    for task in tasks:
        lines.append(f'| {task} | ' + ' | '.join(cell(reports[task, converter]) for converter in CONVERTERS) + ' |')
    return lines


def main():
    image = json.loads(subprocess.run([BERTH, 'inspect', IMAGE, '--json'], check=True, capture_output=True, text=True).stdout)
    tasks = [task['name'] for task in image['summary']]
    reports = {}
    for task in tasks:
        for converter in CONVERTERS:
            reports[task, converter] = simulate(task, *converter)
            print(task, converter, reports[task, converter]['metric']['value'], flush=True)
    first = reports[tasks[0], CONVERTERS[0]]
    lines = ['# Accuracy, energy and area against the converter', '',
             f"Image of `{first['image']['method']}` with {len(tasks)} tasks, the first {ROWS} validation sentences of each, seed 1. `step` is the column current of one code,",
             'in currents of one cell: with 128 rows of 1-bit cells, 8 b at step 1 lose nothing, a smaller converter at step 1 clips what lies above',
             'its range, and a coarser step rounds. Made by',
             '', '```sh', 'python3 scripts/adc_sweep.py build/release/berth IMAGE ../shared/data docs/results/adc.md', '```']
    lines += table('Metric, in percent:', lambda r: f"{100 * r['metric']['value']:.1f}", reports, tasks)
    lines += table('Labels that agree with fp32, in percent:', lambda r: f"{100 * r['agreement']['label']:.1f}" if r['agreement']['label'] is not None else '-', reports, tasks)
    lines += table('Conversions clipped, in percent:', lambda r: f"{100 * r['clipped'] / r['adc_conversions']:.3f}", reports, tasks)
    lines += table('Energy of a sentence, in mJ:', lambda r: f"{1e3 * r['energy_j']['per_inference']:.2f}", reports, tasks)
    areas = ', '.join(f"{bits} b: {reports[tasks[0], (bits, step)]['area_mm2']['total']:.0f}" for bits, step in CONVERTERS if step == 1)
    lines += ['', f'Area of the whole image, in mm2: {areas}.']
    Path(OUT).write_text('\n'.join(lines) + '\n')


main()
