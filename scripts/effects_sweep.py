#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where tasks start to fail on real arrays: effects_sweep.py BERTH IMAGE DATA_DIR WORK OUT.md [SECONDS]

Runs every task of a weight image on reram-multitask with one thing after the other worse than ideal, and writes a page of tables,
with a plot of each beside it. DATA_DIR holds <task>/val.tsv. Every run's report stays in WORK and is not run again: started
again, the script goes on where it was. With SECONDS it begins no run after that long; the page then has the sweeps that are complete,
and the status is 3.
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

BERTH, IMAGE, DATA, WORK, OUT = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5])
END = time.monotonic() + float(sys.argv[6]) if len(sys.argv) > 6 else float('inf')
MANY, SOME, FEW = 100, 40, 24  # sentences where reading is fast, where it is not, and where programming takes longer still
KEPT = 90.0  # percent of its answers that a task must keep


def settings(**paths):
    return [f'{path.replace("__", ".")}={value}' for path, value in paths.items()]


def converter(bits, step, **paths):
    return settings(adc__bits=bits, adc__step=step, **paths)


def normal(kind, sigma):
    return settings(**{f'{kind}__{"error" if kind == "programming" else "model"}': 'proportional', f'{kind}__sigma': sigma})


def faults(low, high):
    return settings(faults__stuck_low_resistance=low, faults__stuck_high_resistance=high)


def aged(seconds):
    wan = settings(cells__kind='neurram', programming__error='wan2022')
    return wan + (settings(retention__model='wan2022', retention__time=seconds) if seconds > 1 else [])


def wired(cell):
    return settings(cells__kind=cell, wires__solver='fast')


def stage_by_stage():
    """One effect on top of the other."""
    stages = [('ideal', []), ('7-b ADC', converter(7, 1)), ('programming 10 %', normal('programming', 0.1)), ('stuck 0.1 %', faults(5e-4, 5e-4)),
              ('read noise 3 %', normal('read_noise', 0.03)), ('wires', wired('mnsim'))]
    changes, steps = [], []
    for name, more in stages:
        changes = changes + more
        steps.append((name if not steps else f'+ {name}', changes))
    return steps


# Title, file, sentences, what a step of the sweep is, and the steps from good to bad: name and settings.
SWEEPS = [
    ('ADC bits, step 1', 'adc-clipping', MANY, 'The smaller converter clips what lies above its range.',
     [(f'{bits} b', converter(bits, 1)) for bits in (9, 8, 7, 6, 5, 4)]),
    ('ADC bits, whole range', 'adc-rounding', MANY, 'The smaller converter spans the same range, 8 b at step 1, in coarser steps.',
     [(f'{bits} b', converter(bits, 2 ** (8 - bits))) for bits in (8, 7, 6, 5, 4)]),
    ('Cell bits, 8-b ADC', 'cell-bits', MANY, 'Fewer, fuller columns behind the same converter, its step as coarse as a full column wants: 1, 2 and 8.',
     [(f'{bits} b', converter(8, step, crossbar__cell_bits=bits)) for bits, step in ((1, 1), (2, 2), (4, 8))]),
    ('Activation bits', 'activation-bits', MANY, 'What goes into crossbars, 8-b converters at step 1; each bit less is a read less.',
     [(f'{bits} b', settings(dac__activation_bits=bits)) for bits in (8, 7, 6, 5, 4, 3)]),
    ('Read noise', 'read-noise', SOME, 'Standard deviation of a cell\'s current in every read, as part of it.',
     [('0', [])] + [(f'{100 * sigma:g} %', normal('read_noise', sigma)) for sigma in (0.03, 0.05, 0.1)]),
    ('Programming error', 'programming', FEW, 'Standard deviation of a cell\'s conductance, as part of it.',
     [('0', [])] + [(f'{100 * sigma:g} %', normal('programming', sigma)) for sigma in (0.1, 0.2, 0.4)]),
    ('Stuck cells', 'stuck', FEW, 'Part of all cells stuck, half of them at either end; the last is the usual pair, 1.75 % at low and 9.04 % at high resistance.',
     [('0', [])] + [(f'{100 * rate:g} %', faults(rate / 2, rate / 2)) for rate in (1e-3, 1e-2)] + [('10.8 %', faults(0.0175, 0.0904))]),
    ('Age, cells of Wan 2022', 'retention', FEW, 'Cells of 250 kohm and 1 Mohm with the published error of programming, and what a day adds.',
     [('ideal', []), ('1 s', aged(1)), ('1 day', aged(86400))]),
    ('Wires of 32 nm, by cell', 'wires', FEW, 'A cell\'s low state has 10 kohm (mnsim) or 1.3 kohm (isaac); a cell\'s wires are 1.04 and 3.13 ohm.',
     [('ideal', [])] + [(cell, wired(cell)) for cell in ('mnsim', 'isaac')]),
    ('All together', 'together', FEW, 'Stage by stage, one effect on top of the other, as the sections before have them.', stage_by_stage()),
]


def simulate(task, rows, changes):
    """The report of a run, made once."""
    file = WORK / (f'{task}.{rows}.' + '.'.join(change.replace('=', '-') for change in changes) + '.json')
    if file.exists():
        return json.loads(file.read_text())
    if time.monotonic() > END:
        return None
    part = file.with_suffix('.part')
    subprocess.run([BERTH, 'simulate', '--platform', 'reram-multitask', *[word for change in changes for word in ('--set', change)], '--image', IMAGE,
                    '--task', task, '--input', f'{DATA}/{task}/val.tsv', '--limit', str(rows), '--threads', '1', '--json', str(part), '--quiet'],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.replace(part, file)
    report = json.loads(file.read_text())
    print(task, rows, changes, report['path'], report['metric']['value'], f"{report['wall_s']:.1f} s", flush=True)
    return report


def metric(report):
    return 100 * report['metric']['value']


def kept(reports, steps, task, name):
    """Percent of the labels that are fp32's; of a regression, of the ideal chip's correlation."""
    label = reports[task, name]['agreement']['label']
    return 100 * label if label is not None else 100 * metric(reports[task, name]) / metric(reports[task, steps[0][0]])


def failing(reports, steps, task):
    """The first step from which on too few answers are kept."""
    first = '-'
    for name, _ in reversed(steps):
        if kept(reports, steps, task, name) >= KEPT:
            return first
        first = name
    return first


def tables(title, file, rows, about, steps, reports, tasks):
    heads = ' | '.join(name for name, _ in steps)
    lines = [f'\n## {title}\n', f'{about} {rows} sentences.\n', f'![{title}]({file}.svg)\n', f'| task | {heads} | fails from |', '|---' * (len(steps) + 2) + '|']
    for task in tasks:
        cells = ' | '.join(f'{metric(reports[task, name]):.1f} ({kept(reports, steps, task, name):.0f})' for name, _ in steps)
        lines.append(f'| {task} | {cells} | {failing(reports, steps, task)} |')
    means = ' | '.join(f'{sum(kept(reports, steps, task, name) for task in tasks) / len(tasks):.1f}' for name, _ in steps)
    clipped = ' | '.join(f"{100 * sum(reports[task, name]['clipped'] / reports[task, name]['adc_conversions'] for task in tasks) / len(tasks):.3f}" for name, _ in steps)
    paths = ' | '.join('`' + '`, `'.join(sorted({reports[task, name]['path'] for task in tasks})) + '`' for name, _ in steps)
    return lines + [f'| *kept, mean* | {means} | |', f'| *conversions clipped, mean* | {clipped} | |', f'| *read by* | {paths} | |']


WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 300, 44, 16, 90, 34
COLOURS = ('#1b6ca8', '#c8553d', '#3a7d44', '#8e5ea2', '#b8860b', '#2a9d8f', '#d1495b', '#5c5c5c')


def plot(title, steps, reports, tasks):
    """What is kept, step by step."""
    across = lambda step: LEFT + (WIDTH - LEFT - RIGHT) * step / (len(steps) - 1)
    down = lambda share: TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(share, 0), 1.05) / 1.05)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{title}"',
             '     font-family="Helvetica, Arial, sans-serif" font-size="11">', f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    for share in (0, 0.5, 1):
        parts.append(f'<path d="M{LEFT} {down(share):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/><text x="{LEFT - 6}" y="{down(share) + 4:.1f}" text-anchor="end">{100 * share:.0f} %</text>')
    for step, (name, _) in enumerate(steps):
        parts.append(f'<text x="{across(step):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{name}</text>')
    for index, task in enumerate(tasks):
        points = ' '.join(f'{across(step):.1f},{down(kept(reports, steps, task, name) / 100):.1f}' for step, (name, _) in enumerate(steps))
        y = TOP + 12 + 16 * index
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[index % len(COLOURS)]}" stroke-width="1.5"/>')
        parts.append(f'<path d="M{WIDTH - RIGHT + 12} {y - 4}h16" stroke="{COLOURS[index % len(COLOURS)]}" stroke-width="3"/><text x="{WIDTH - RIGHT + 34}" y="{y}">{task}</text>')
    return '\n'.join(parts + ['</svg>', ''])


def summary(sweeps, measured, tasks):
    heads = ' | '.join(title for title, *_ in sweeps)
    lines = [f'| task | {heads} |', '|---' * (len(sweeps) + 1) + '|']
    for task in tasks:
        lines.append(f'| {task} | ' + ' | '.join(failing(measured[file], steps, task) for _, file, _, _, steps in sweeps) + ' |')
    return lines


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    image = json.loads(subprocess.run([BERTH, 'inspect', IMAGE, '--json'], check=True, capture_output=True, text=True).stdout)
    tasks = [task['name'] for task in image['summary']]
    measured = {file: {(task, name): simulate(task, rows, changes) for name, changes in steps for task in tasks} for _, file, rows, _, steps in SWEEPS}
    complete = [sweep for sweep in SWEEPS if None not in measured[sweep[1]].values()]
    if not complete:
        sys.exit(3)
    first = measured[complete[0][1]][tasks[0], complete[0][4][0][0]]
    lines = ['# What real arrays do to the tasks', '',
             f"Image of `{first['image']['method']}` with {len(tasks)} tasks on `reram-multitask`: 128x128 arrays, 1 b a cell, positive and negative arrays, 8-b converters at step 1 unless",
             f'said; one thing after the other made worse, all else ideal. The first {MANY} validation sentences of each task where reading is fast, {SOME} with read noise, {FEW} where cells are programmed; seed 1, one',
             f'chip of each kind. Metrics in hundredths, and in brackets how much is kept: percent of the labels that are those of fp32, or of the ideal chip\'s correlation for STS-B. A task fails',
             f'from the step on from which it keeps less than {KEPT:g}; one sentence of {FEW} is {100 / FEW:.1f}, so read the coarse tables for where things break, not for points. Made by', '', '```sh', 'python3 scripts/effects_sweep.py build/release/berth IMAGE ../shared/data WORK docs/results/effects.md', '```', '',
             '## Where each task starts to fail', '']
    lines += summary(complete, measured, tasks)
    for title, file, rows, about, steps in complete:
        lines += tables(title, file, rows, about, steps, measured[file], tasks)
        (OUT.parent / f'{file}.svg').write_text(plot(title, steps, measured[file], tasks))
    OUT.write_text('\n'.join(lines) + '\n')
    sys.exit(0 if len(complete) == len(SWEEPS) else 3)


main()
