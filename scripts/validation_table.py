#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Published figures beside Berth's own: validation_table.py BERTH OUT.md [--check]

Runs the command on the presets, works out what their publications state, and writes a page of tables with every difference and
its reason. With --check the page is compared instead, and the exit status is 1 where it is out of date. What was published
stands here with its source; everything else comes from the command.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / 'workloads/demo'
DEMO_TASKS = ('sst2', 'subj', 'trec', 'stsb')
HEAD = '| what | published | ours | difference | why |\n|---|---|---|---|---|\n'


class Berth:
    """The command, with its JSON reports."""

    def __init__(self, path, folder):
        self.path, self.folder = str(Path(path).resolve()), Path(folder)

    def run(self, *arguments):
        done = subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            sys.exit(f'{" ".join(map(str, arguments))}: {done.stderr}')
        return done.stdout

    def report(self, *arguments):
        file = self.folder / 'report.json'
        self.run(*arguments, '--json', file)
        return json.loads(file.read_text())

    def area(self, platform, *settings):
        return self.report('area', '--platform', platform, *[part for setting in settings for part in ('--set', setting)])

    def rows(self, platform):
        return {row['row']: row['value'] for row in json.loads(self.run('sources', '--platform', platform, '--json'))}


def line(what, published, ours, digits, unit, why='', tolerance=None):
    """One row of a table; a tolerance that is exceeded stops the script."""
    difference = ours / published - 1
    if tolerance is not None and abs(difference) > tolerance:
        sys.exit(f'{what}: {ours} where {published} was published, more than {100 * tolerance} % apart')
    return f'| {what} | {published:g} {unit} | {ours:.{digits}f} {unit} | {100 * difference:+.1f} % | {why} |\n'


def total(report, prefix, kind):
    if kind == 'area':
        return sum(value for path, value in report['area_mm2']['components'].items() if path.startswith(prefix))
    return sum(value['peak'] for path, value in report['power_w']['components'].items() if path.startswith(prefix))


def isaac(berth):
    chip, tile = berth.area('isaac-ce'), berth.area('isaac-ce', 'hierarchy.tiles=1')
    tile_power, tile_area = total(tile, 'tile.', 'power'), total(tile, 'tile.', 'area')
    ima_power, ima_area = total(tile, 'tile.ima.', 'power'), total(tile, 'tile.ima.', 'area')
    chip_power, chip_area = chip['power_w']['peak'], chip['area_mm2']['total']
    reads, read_s = 16, 100e-9
    gops = 2 * 128 * 128 * 168 * 12 / (reads * read_s) / 1e9
    half = 0.005
    text = '## ISAAC-CE\n\nShafiee et al., ISCA 2016, Table I; 32 nm. `berth area --platform isaac-ce`, at most 0.5 % apart.\n\n' + HEAD
    text += line('tile, power', 330, tile_power * 1e3, 2, 'mW', 'sum of the rows; the paper rounds', half)
    text += line('tile, area', 0.372, tile_area, 4, 'mm2', 'sum of the rows; the paper rounds', half)
    text += line('12 IMAs, power', 289, ima_power * 1e3, 2, 'mW', '', half)
    text += line('12 IMAs, area', 0.157, ima_area, 4, 'mm2', 'the rows give 0.15744', half)
    text += line('chip, power', 65.8, chip_power, 2, 'W', '', half)
    text += line('chip, area', 85.4, chip_area, 2, 'mm2', '', half)
    text += line('ADCs, share of a tile\'s power', 58, 100 * total(tile, 'tile.ima.adc', 'power') / tile_power, 2, '%', '', 0.01)
    text += line('ADCs, share of a tile\'s area', 31, 100 * total(tile, 'tile.ima.adc', 'area') / tile_area, 2, '%', '', 0.01)
    text += line('peak per power', 627.5, gops / chip_power, 1, 'GOPS/W', 'an operation is half a product of 16 b; 16 reads of 100 ns', half)
    text += line('peak per area', 478.95, gops * 127 / 128 / chip_area, 2, 'GOPS/s/mm2',
                 'columns that hold weights: 127 of 128, one being the unit column of the flipped-column encoding. With all 128 it is 483; the '
                 'paper\'s two peaks differ by 1 % over its own power and area', half)
    return text


def puma(berth):
    chip, rows = berth.area('puma'), berth.rows('puma')
    mvm_ns = (16 + rows['puma.pipeline.drain']) * rows['puma.array.read.time']
    parts = [('8 arrays', 8 * rows['puma.array.power']), ('128 DACs', 128 * rows['puma.dac.power'] / 1e3), ('8 ADCs of 8 b', 8 * rows['puma.adc.8b.power']),
             ('8 x 128 sample-and-holds', 1024 * rows['puma.sample_hold.power'] / 1e6), ('shift-and-add', rows['puma.shift_add.power'] / 1e3),
             ('input memory', rows['puma.mvm_input.power']), ('output memory', rows['puma.mvm_output.power'])]
    power = sum(watts for _, watts in parts)
    three = 0.03
    text = '## PUMA\n\nAnkit et al., ASPLOS 2019; 32 nm, 1 GHz. Rows are the constants of its public simulator. `berth area --platform puma`, at most 3 % apart.\n\n' + HEAD
    text += line('MVM of 128x128, 16 b: time', 2304, mvm_ns, 0, 'ns', '16 reads and 2 stages to drain, 128 ns each', three)
    text += line('the same: energy', 43.97, power * mvm_ns * 1e-3, 2, 'nJ', 'an MVM unit\'s full power for its time, as PUMA counts; parts below', three)
    text += line('array write', 21.1, rows['puma.array.write.energy'], 1, 'nJ', 'a row', three)
    text += line('node, power', 62.5, chip['power_w']['peak'], 2, 'W',
                 '138 tiles of 8 cores of 2 MVM units, every row at full activity; an eDRAM or bus access of 2 cycles is spread over both, as the simulator has it', three)
    text += line('node, area', 90.6, chip['area_mm2']['total'], 2, 'mm2', 'sum of the rows; the paper gives no row finer than a core\'s parts', three)
    text += '\nAn MVM unit, part by part (PUMA prints its total alone, 43.97 nJ / 2304 ns = 19.08 mW):\n\n| part | mW | nJ an MVM |\n|---|---|---|\n'
    for name, milliwatts in parts:
        text += f'| {name} | {milliwatts:.3f} | {milliwatts * mvm_ns * 1e-3:.2f} |\n'
    text += f'| **sum** | {power:.3f} | {power * mvm_ns * 1e-3:.2f} |\n'
    text += ('\nThe sum is 0.29 mW above the printed total, less than what the unit\'s two memories take, which the simulator rates at full activity. PUMA\'s 577 GOPS/s/mm2 and 837 GOPS/W are not '
             f'reproduced: one MVM unit gives 2 x 128 x 128 operations in 2304 ns, so a node {2 * 16384 / mvm_ns * 138 * 16 / chip["area_mm2"]["total"]:.0f} GOPS/s/mm2, '
             'and the paper does not say how its peak is counted.\n')
    return text


def kang(berth):
    text = '## Many tasks on one chip\n\nKang, Shin and Kim, ICCAD 2021: area over that of one copy a task, `1/N + c_delta/c_full`; cells that an element of a delta keeps: 1.12 of 8 in mode acc.\n\n' + HEAD
    for tasks, published in ((2, 0.62), (4, 0.37), (8, 0.26)):
        text += line(f'{tasks} tasks, acc', published, 1 / tasks + 1.12 / 8, 3, '', 'the mean of all eight tasks\' deltas; '
                     f'the published figure means {8 * (published - 1 / tasks):.2f} cells for these')
    for bits, published in ((1, 0.26), (2, 0.38), (4, 0.63)):
        text += line(f'8 tasks, {bits} b a cell', published, 1 / 8 + bits / 8, 3, '', 'a ternary delta takes a whole cell, however much it could hold', 0.04)
    energies, totals = {}, {}
    for method in ('copies', 'kang'):
        image = berth.folder / f'{method}.berth'
        tasks = [part for task in DEMO_TASKS for part in ('--task', f'{task}={DEMO}/{task},data={DEMO}/{task}.tsv')]
        berth.run('compress', '--base', DEMO / 'base', *tasks, '--method', method, '--mode', 'opt', '--out', image, '--quiet')
        estimated = berth.report('estimate', '--platform', 'reram-multitask', '--image', image, '--tokens', '16')
        totals[method] = sum(task['energy_j']['total'] for task in estimated['tasks'])
        energies[method] = totals[method] - sum(task['energy_j']['static'] for task in estimated['tasks'])
    text += line('dynamic energy of a sentence over a copy\'s', 1.13, energies['kang'] / energies['copies'], 3, '',
                 f'the four bundled tasks, whose deltas are denser than Kang\'s; eight MiniLM tasks give about 1.24. Leakage included it is {totals["kang"] / totals["copies"]:.2f}, since fewer tiles leak')
    return text


def murmann(berth):
    text = '## Converters by law\n\nFit to Murmann\'s survey at 32 nm, 1.2 GS/s. `berth area --platform neurram-like --set adc.bits=...`: power over rate, at most 1 % apart.\n\n' + HEAD
    for bits, published in ((4, 0.92), (6, 1.06), (7, 1.31), (8, 1.85), (9, 5.3), (10, 15.7)):
        # The preset's leakage rows end at 10 bits; the law itself goes to 12.
        report = berth.area('neurram-like', f'adc.bits={bits}', 'hierarchy.tiles=1')
        ours = report['power_w']['components']['tile.ima.adc']['peak'] / (8 * 12) / 1.2e9 * 1e12
        text += line(f'{bits} b', published, ours, 3, 'pJ', '', 0.01)
    return text


def layer(berth):
    report = berth.report('estimate', '--platform', 'reram-multitask', '--set', 'crossbar.cell_bits=2', '--set', 'crossbar.encoding=offset_flipped', '--layer',
                          '768x768', '--tokens', '128')
    task = report['tasks'][0]
    parts = {path: part['energy_j'] for path, part in task['energy_j']['components'].items()}
    energy, adc = task['energy_j']['total'], parts['tile.ima.adc']
    area, components = report['area_mm2']['total'], report['area_mm2']['components']
    text = ('## One 768x768 layer, 128 tokens\n\nRRAM, 128x128 arrays, 2 b a cell, 8 b. `berth estimate --platform reram-multitask --set crossbar.cell_bits=2 '
            '--set crossbar.encoding=offset_flipped --layer 768x768 --tokens 128` beside NeuroSim 1.4 for its own assumptions. The two are no reproduction of each other.\n\n')
    text += '| what | NeuroSim, 22 nm | ours, 32 nm | what differs |\n|---|---|---|---|\n'
    text += (f'| time | 917.7 us, 85 % of it buffers | {task["latency_s"] * 1e6:.1f} us | arrays read at 100 ns a slice and converted by one 1.2 GS/s ADC an array, tokens streamed: '
             f'{task["bottleneck"]} set the pace, and what moves through buffers and bus does so meanwhile; NeuroSim adds its buffers\' time to the arrays\' |\n')
    text += (f'| energy | 7.24 uJ, 81 % of it ADCs | {energy * 1e6:.1f} uJ, {100 * adc / energy:.0f} % of it ADCs | {task["adc_conversions"]:,} conversions at 1.67 pJ (ISAAC, 8 b at 1.2 GS/s); '
             f'NeuroSim\'s 5.9 uJ are {5.86e6 / task["adc_conversions"]:.2f} pJ each, were they as many. {100 * parts["tile.ima.dac"] / energy:.0f} % are wordline drivers '
             f'and {100 * task["energy_j"]["static"] / energy:.0f} % leakage of the whole tiles |\n')
    text += (f'| area | 12.52 mm2 | {area:.2f} mm2, {100 * components["tile.ima.adc"] / area:.0f} % of it ADCs | {report["arrays"]["needed"]} arrays in {report["arrays"]["tiles"]} whole tiles with '
             'eDRAM buffers and cells of 0.0015 um2; NeuroSim counts 1T1R cells of 4F x 12F, a global buffer and the wires to it |\n')
    text += '\nFeature size alone would take ours by the constant-voltage rule to 0.69 of the energy and 0.47 of the area at 22 nm.\n'
    return text


def averages(berth):
    tasks = [part for task in DEMO_TASKS for part in ('--task', f'{task}={DEMO}/{task},data={DEMO}/{task}.tsv')]
    berth.run('compress', '--base', DEMO / 'base', *tasks, '--method', 'kang', '--mode', 'opt', '--out', berth.folder / 'kang.berth', '--quiet')
    runs = {task: berth.report('simulate', '--platform', 'reram-multitask', '--image', berth.folder / 'kang.berth', '--task', task, '--input', DEMO / f'{task}.tsv',
                               '--no-reference', '--quiet')['array_energy'] for task in DEMO_TASKS}
    text = ('## Average and real values\n\nA published energy of an array\'s read is taken as that of average values. How far that is off for the bits and weights of the bundled tasks on reram-multitask, for '
            'cells of published resistances (`array_energy` of `berth simulate`); differential arrays hold mostly zeros, so the average overstates.\n\n')
    text += '| cell | ' + ' | '.join(DEMO_TASKS) + ' |\n|---|' + '---|' * len(DEMO_TASKS) + '\n'
    for name, share in (('slices that drive', 'driven_share'), ('mean level of driven cells', 'mean_level')):
        text += f'| {name} | ' + ' | '.join(f'{runs[task][share]:.3f}' for task in DEMO_TASKS) + ' |\n'
    for cell in runs['sst2']['cells']:
        text += f'| {cell}, average against values | ' + ' | '.join(f'{100 * runs[task]["cells"][cell]["error_of_average"]:+.0f} %' for task in DEMO_TASKS) + ' |\n'
    return text


def page(path):
    with tempfile.TemporaryDirectory() as folder:
        berth = Berth(path, folder)
        sections = [make(berth) for make in (isaac, puma, kang, murmann, layer, averages)]
    return ('# Published figures beside ours\n\nWritten by `scripts/validation_table.py`; tests in `tests/validation` hold the same figures. Constants and their sources: `berth sources`.\n\n'
            + '\n'.join(sections))


def main(path, out, check):
    text, file = page(path), Path(out)
    if not check:
        file.write_text(text)
    elif not file.exists() or file.read_text() != text:
        sys.exit(f'{out} is out of date: run scripts/validation_table.py BERTH {out}')


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], '--check' in sys.argv[3:])
