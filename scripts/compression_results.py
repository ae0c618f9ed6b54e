#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compression methods keep and cost on eight tasks: compression_results.py BERTH FUNCTIONAL MODELS DATA WORK OUT.md [METHOD ...]

FUNCTIONAL is the test program functional_predictions: the executor, whose predictions are the platform's. MODELS holds base and one
checkpoint a task, DATA has <task>/train.tsv and val.tsv and tasks.json. Images and figures gather in WORK, and a run goes on from those
that are there (time and memory are then those of the run that made them, or not said). A journal beside them keeps what methods have in
common, so that a task is calibrated once. METHODs name the rows to make, else all.
Methods choose on training rows and even rows of validation; the odd rows, which they do not see, are reported on. OUT.md is written
from all that WORK holds, with its plots beside it, and names what has not been made yet. Standard library only.
"""
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

from compression_plots import area_against_tasks, points_against_area

BERTH, FUNCTIONAL, MODELS, DATA, WORK, OUT = (Path(argument).resolve() for argument in sys.argv[1:7])
TASKS = ['cola', 'sst2', 'mrpc', 'stsb', 'sicke', 'trec', 'subj', 'mpqa']
INFO = json.loads((DATA / 'tasks.json').read_text())
BANKED = ['--set', 'hierarchy.mapper=banked']
EIGHT = 'allocation{base_bits_least=8,base_bits_most=8,factor_bits=3},shared_base{source=fitted},embeddings,low_rank,bias_correction'
THREE = ('allocation{base_bits_least=3,base_bits_most=3,word_bits_least=6,word_bits_most=6},shared_base{source=fitted},embeddings,low_rank,'
         'bias_correction')
# Name, options of the method, settings of the platform that it is made for and counted on.
METHODS = {
    'copies-8': ('copies, 8 b', ['--method', 'copies'], []),
    'copies-4': ('copies, 4 b', ['--stages', 'low_bit_copies{bits=4,rounding=feedback},bias_correction'], []),
    'copies-3': ('copies, 3 b', ['--stages', 'low_bit_copies{bits=3,rounding=feedback},bias_correction'], []),
    'copies-4-banked': ('copies, 4 b, words 5 b', ['--stages', 'low_bit_copies{bits=4,rounding=feedback},embeddings,bias_correction'], BANKED),
    'copies-4-nearest': ('copies, 4 b, nearest', ['--stages', 'low_bit_copies{bits=4}'], []),
    'sign': ('8-b base, signs by row', ['--stages', 'shared_base,row_scaled_sign'], []),
    'ternary': ('8-b base, ternary by row, half kept', ['--stages', 'shared_base,row_scaled_ternary{keep=0.5}'], []),
    'ntq': ('8-b base, clipped to ternary', ['--stages', 'shared_base,ntq{max_precision=1}'], []),
    'kang-acc': ('kang acc', ['--method', 'kang', '--mode', 'acc'], []),
    'kang-opt': ('kang opt', ['--method', 'kang', '--mode', 'opt'], []),
    'kang-agg': ('kang agg', ['--method', 'kang', '--mode', 'agg'], []),
    'berth-014': ('berth, 0.14', ['--method', 'berth', '--max-area', '0.14'], BANKED),
    'berth-010': ('berth, 0.10', ['--method', 'berth', '--max-area', '0.10'], BANKED),
    'berth-010-3b': ('berth, 3-b base, 0.10', ['--stages', THREE, '--max-area', '0.10'], BANKED),
    'berth-8b': ('berth, 8-b base, 0.16', ['--stages', EIGHT, '--max-area', '0.16'], BANKED),
    'berth-0086': ('berth, 0.0857', ['--method', 'berth', '--max-area', '0.0857'], BANKED),
    'berth-loss': ('berth, 0.3 points', ['--method', 'berth', '--max-loss', '0.3'], BANKED),
    'berth-020': ('berth, code alone, 0.20', ['--method', 'berth', '--max-area', '0.20'], ['--set', 'hierarchy.low_rank=cheaper']),
}
FAMILIES = ['berth-010', 'kang-acc', 'copies-4-banked']  # methods whose growth with the number of tasks is shown
FAMILY_ORDER = ['sst2', *(task for task in TASKS if task != 'sst2')]  # in which the eight come
FAMILY_SENTENCES = 16
COUNTS = (1, 2, 4, 8, 16, 32, 64)
# What is wanted, of which method, and whether its figures (area, mean and worst difference in points) have it.
TARGETS = [
    ('area 0.14 or less at -0.3 points or better', 'berth-014', lambda area, mean, worst: area <= 0.14 and mean >= -0.3),
    ('area 0.10 or less at -0.5 points or better', 'berth-010', lambda area, mean, worst: area <= 0.10 and mean >= -0.5),
    ('8-bit base: area 0.16 or less at -0.3 points or better', 'berth-8b', lambda area, mean, worst: area <= 0.16 and mean >= -0.3),
    ('code alone: area 0.20 or less at -0.3 points or better', 'berth-020', lambda area, mean, worst: area <= 0.20 and mean >= -0.3),
    ('worst task at -1.0 point or better, at 0.14', 'berth-014', lambda area, mean, worst: worst >= -1.0),
    ('worst task at -1.0 point or better, at 0.10', 'berth-010', lambda area, mean, worst: worst >= -1.0),
    ('worst task at -1.0 point or better, 8-bit base', 'berth-8b', lambda area, mean, worst: worst >= -1.0),
    ('worst task at -1.0 point or better, code alone', 'berth-020', lambda area, mean, worst: worst >= -1.0),
]


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


def labels_of(task):
    lines = (DATA / task / 'val.tsv').read_text().splitlines()
    place = lines[0].split('\t').index('label')
    return [float(line.split('\t')[place]) for line in lines[1:]]


def ranks(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    places, begin = [0.0] * len(values), 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for place in order[begin:end]:
            places[place] = (begin + end - 1) / 2
        begin = end
    return places


def correlation(a, b):
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    product = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return product / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))


def score(metric, predicted, labels):
    """In hundredths, as `berth simulate` counts it."""
    if metric == 'accuracy':
        return 100 * sum(p == y for p, y in zip(predicted, labels)) / len(labels)
    if metric == 'spearman':
        return 100 * correlation(ranks(predicted), ranks(labels))
    both = sum(p == 1 and y == 1 for p, y in zip(predicted, labels))
    said, true = sum(p == 1 for p in predicted), sum(y == 1 for y in labels)
    if metric == 'f1':
        return 100 * 2 * both / (said + true)
    spread = math.sqrt(said * (len(labels) - said) * true * (len(labels) - true))
    return 100 * (len(labels) * both - said * true) / spread if spread else 0.0


def kept_variance(expected, got):
    """R2: the share of the logits' variance about each label's mean that is kept."""
    variance = error = 0.0
    for label in range(len(expected[0])):
        mean = sum(row[label] for row in expected) / len(expected)
        variance += sum((row[label] - mean) ** 2 for row in expected)
        error += sum((row[label] - other[label]) ** 2 for row, other in zip(expected, got))
    return 1 - error / variance


def shares(logits):
    most = max(logits)
    powers = [math.exp(logit - most) for logit in logits]
    return [power / sum(powers) for power in powers]


def divergence(expected, got):
    """Kullback-Leibler, in nats, of the classes' probabilities."""
    return sum(p * math.log(p / q) for p, q in zip(shares(expected), shares(got)) if p > 0)


def predict(image, task, file):
    run(FUNCTIONAL, image, task, DATA / task / 'val.tsv', file)
    rows = [line.split('\t') for line in file.read_text().splitlines()[1:]]
    return [float(row[1]) for row in rows], [[float(x) for x in row[2:]] for row in rows]


def compressed(key):
    """The method's image, and what making it took; made where WORK does not hold it."""
    image, figures = WORK / f'{key}.berth', WORK / f'{key}.json'
    if image.exists() and not figures.exists():
        return image, {'seconds': None, 'cpu_seconds': None, 'peak_bytes': None}
    if not image.exists():
        _, options, settings = METHODS[key]
        tasks = [part for task in TASKS for part in ('--task', f'{task}={MODELS / task},data={DATA / task}/train.tsv,measure={DATA / task}/val.tsv,rows=even')]
        journal = WORK / 'journal.sqlite'
        calibrated = journal.exists()
        begin = time.monotonic()
        process = subprocess.Popen([str(part) for part in (BERTH, 'compress', '--base', MODELS / 'base', *tasks, *options, *settings, '--journal', journal, '--out', image, '--quiet')],
                                   stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise RuntimeError(f'{key}: berth compress failed')
        figures.write_text(json.dumps({'seconds': time.monotonic() - begin, 'cpu_seconds': usage.ru_utime + usage.ru_stime, 'peak_bytes': 1024 * usage.ru_maxrss,
                                       'calibrated': calibrated}))
    return image, json.loads(figures.read_text())


def inspected(image):
    return json.loads(subprocess.run([str(BERTH), 'inspect', str(image), '--json'], check=True, capture_output=True, text=True).stdout)


def area_ratios(options, image, report):
    run(BERTH, 'area', '--platform', 'reram-multitask', *options, '--image', image, '--json', report)
    return json.loads(report.read_text())['ratios']


def measured(key):
    """Everything that the page says of one method."""
    file = WORK / f'{key}.measured.json'
    if file.exists():
        return json.loads(file.read_text())
    image, figures = compressed(key)
    ratios, content = area_ratios(METHODS[key][2], image, WORK / f'{key}.area.json'), inspected(image)
    result = {**figures, 'area': ratios['area'], 'cells': ratios['cells'], 'bytes': image.stat().st_size, 'summary': content['summary'],
              'statistics': [task['statistics'] for task in content['header']['tasks']], 'tasks': {}}
    for task in TASKS:
        predicted, logits = predict(image, task, WORK / f'{key}-{task}.tsv')
        labels, metric = labels_of(task), INFO[task]['metric']
        result['tasks'][task] = {'whole': score(metric, predicted, labels), 'metric': score(metric, predicted[1::2], labels[1::2]),
                                 'predicted': predicted, 'logits': logits}
    file.write_text(json.dumps(result))
    return result


def compared(result, copies):
    """Differences from the int8 copies on the odd rows, task by task; `whole`: on all of them."""
    rows = {}
    for task in TASKS:
        own, base = result['tasks'][task], copies['tasks'][task]
        is_score = INFO[task]['metric'] == 'spearman'
        said, expected, logits, kept = own['predicted'][1::2], base['predicted'][1::2], own['logits'][1::2], base['logits'][1::2]
        rows[task] = {'difference': own['metric'] - base['metric'], 'whole': own['whole'] - base['whole'], 'r2': kept_variance(kept, logits),
                      'flips': None if is_score else sum(a != b for a, b in zip(said, expected)) / len(said),
                      'divergence': None if is_score else mean(divergence(a, b) for a, b in zip(kept, logits))}
    return rows


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def table(heads, rows):
    return ['| ' + ' | '.join(heads) + ' |', '|---' * len(heads) + '|', *('| ' + ' | '.join(row) + ' |' for row in rows), '']


def figures_of(row):
    """Mean and worst difference, and the worst task."""
    worst = min(row, key=lambda task: row[task]['difference'])
    return mean(one['difference'] for one in row.values()), row[worst]['difference'], worst


def targets(results, against):
    rows = []
    for wanted, key, has in TARGETS:
        if key not in results:
            rows.append([wanted, METHODS[key][0], '', '', '', 'not measured'])
            continue
        average, least, worst = figures_of(against[key])
        rows.append([wanted, METHODS[key][0], f"{results[key]['area']:.4f}", f'{average:+.2f}', f'{least:+.2f} ({worst})',
                     'yes' if has(results[key]['area'], average, least) else 'no'])
    return ['## What is wanted', '', *table(['wanted', 'method', 'area', 'mean', 'worst', 'reached'], rows)]


def losses(results, against):
    rows = []
    for key, result in results.items():
        row = against[key]
        average, least, worst = figures_of(row)
        rows.append([METHODS[key][0], 'banked' if METHODS[key][2] == BANKED else 'packed', f"{result['area']:.4f}", f"{result['cells']:.3f}", f'{average:+.2f}',
                     f'{least:+.2f} ({worst})', f"{mean(one['whole'] for one in row.values()):+.2f}", f"{mean(one['r2'] for one in row.values()):.4f}",
                     f"{min(one['r2'] for one in row.values()):.4f}",
                     f"{mean(one['divergence'] for one in row.values() if one['divergence'] is not None):.5f}"])
    return ['## What is lost, and what it costs', '',
            *table(['method', 'mapper', 'area', 'cells', 'mean', 'worst', 'mean, all rows', 'mean R2', 'least R2', 'mean KL'], rows)]


def metrics(results, against):
    rows = []
    for task in TASKS:
        cells = [f'{task}, {INFO[task]["metric"]}']
        for key, result in results.items():
            flips = against[key][task]['flips']
            cells.append(f"{result['tasks'][task]['metric']:.2f}" + (f' ({100 * flips:.1f} %)' if flips else ''))
        rows.append(cells)
    return ['## Metrics', '', 'In hundredths, on the odd rows; the share of predictions that differ from the copies\' in brackets.', '',
            *table(['task', *(METHODS[key][0] for key in results)], rows)]


def fidelity(results, against):
    rows = [[task, *(f"{against[key][task]['r2']:.4f}" for key in results)] for task in TASKS]
    return ['## R2, task by task', '', *table(['task', *(METHODS[key][0] for key in results)], rows)]


def stored(results):
    checkpoints = sum(file.stat().st_size for task in TASKS for file in (MODELS / task).glob('*.safetensors'))
    rows = []
    for key, result in results.items():
        summary = result['summary']
        weights = sum(row['weights'] for row in summary)
        cosines = [one['cosine'] for one in result['statistics'] if one.get('cosine') is not None]
        rows.append([METHODS[key][0], f"{mean(one['cells_per_weight'] for one in summary):.3f}", f"{100 * mean(one['nonzero_share'] for one in summary):.1f} %",
                     f'{min(cosines):.4f} to {max(cosines):.4f}' if cosines else '', f"{result['bytes'] / 1e6:.1f}", f"{result['bytes'] / checkpoints:.3f}",
                     f"{8 * result['bytes'] / weights:.2f}"])
    return ['## What is stored', '',
            f'Cells a weight in one polarity, and elements of deltas, factors or own weights that are not zero, over the weights, on average over the tasks; the eight checkpoints are {checkpoints / 1e6:.0f} MB.',
            'Bits a weight are those of the image\'s file, embeddings and vocabulary included.', '',
            *table(['method', 'cells a weight', 'not zero', 'cosine to the base', 'image, MB', 'of the checkpoints', 'bits a weight'], rows)]


def published(results):
    """The published method's modes, task by task."""
    modes = [key for key in ('kang-acc', 'kang-opt', 'kang-agg') if key in results]
    if not modes:
        return []
    rows = []
    for place, task in enumerate(TASKS):
        cells = [task]
        for key in modes:
            one = results[key]['summary'][place]
            cells += [f"{results[key]['tasks'][task]['metric']:.2f}", f"{one['cells_per_weight']:.3f}", f"{100 * one['nonzero_share']:.1f} %", f"{results[key]['statistics'][place]['cosine']:.4f}"]
        rows.append(cells)
    heads = [head for key in modes for head in (f'{METHODS[key][0]}: metric', 'cells a weight', 'not zero', 'cosine')]
    return ['## The published method, task by task', '', *table(['task', *heads], rows)]


def of_size(key, tasks):
    """The method's image with so many tasks: some of the eight, or synthetic ones behind them."""
    image = WORK / f'{key}.berth'
    if tasks == len(TASKS):
        return image
    sized = WORK / f'{key}-of-{tasks}.berth'
    change = ['--synthetic', tasks - len(TASKS)] if tasks > len(TASKS) else [part for task in FAMILY_ORDER[tasks:] for part in ('--remove', task)]
    if not sized.exists():
        run(BERTH, 'compress', '--append', image, *change, '--out', sized)
    return sized


def scaled(key, tasks):
    """What so many tasks take: area, energy, file, what of it is no codes, loading."""
    file = WORK / f'{key}-of-{tasks}.json'
    if file.exists():
        return json.loads(file.read_text())
    image, simulated = of_size(key, tasks), WORK / 'family.json'
    options = [*METHODS[key][2], '--set', f'hierarchy.chips={1 if tasks < 64 else 2}']
    run(BERTH, 'simulate', '--platform', 'reram-multitask', *options, '--image', image, '--task', FAMILY_ORDER[0], '--input', DATA / FAMILY_ORDER[0] / 'val.tsv', '--limit', FAMILY_SENTENCES, '--no-reference', '--json', simulated)
    codes = sum(section['length'] for section in inspected(image)['header']['sections'] if section['type'].startswith('int') and section['type'] != 'int32' or section['type'] == 'ternary')
    report, size = json.loads(simulated.read_text()), image.stat().st_size
    result = {'area': area_ratios(options, image, WORK / 'family.area.json')['area'], 'energy': report['energy_j']['per_inference'], 'dynamic': (report['energy_j']['total'] - report['leakage']['always_on_j']) / FAMILY_SENTENCES, 'latency': report['latency_s']['mean'],
              'bytes': size, 'metadata': size - codes, 'load': report['programming']['image_load_s'], 'programming': report['programming']['time_s']}
    file.write_text(json.dumps(result))
    return result


def families(results):
    """What N tasks take, by the images of some methods."""
    lines = ['## From 1 task to 64', '',
             'Images of some of the eight tasks, and of all of them with synthetic ones behind (`berth compress --append IMAGE --synthetic N`, seed 1): mixed and perturbed from the real deltas, so that',
             'bits, zeros and entropy are theirs; what such a task computes means nothing, and no accuracy is said of it. Wanted from 16 tasks on: an area no more than 0.015 above 1/N; of one task, no more than 1.02.',
             f'Energy, with and without static power, and mean latency are of {FAMILY_SENTENCES} sentences of {FAMILY_ORDER[0].upper()} on the platform; metadata is what of the file is no codes: scales, kept channels, biases,',
             'norms, heads, vocabulary, header. Loading is the image over the DMA; programming comes behind it, every array\'s rows one after another. 64 tasks may take two chips.', '',
             '![Area against tasks](compression-tasks.svg)', '']
    for key in FAMILIES:
        if key not in results:
            continue
        rows = []
        for tasks in COUNTS:
            one = scaled(key, tasks)
            above, most = one['area'] - 1 / tasks, 0.02 if tasks == 1 else 0.015
            rows.append([str(tasks), f"{one['area']:.4f}", f'{1 / tasks:.4f}', f'{above:+.4f}', ('yes' if above <= most else 'no') if tasks == 1 or tasks >= 16 else '',
                         f"{1e6 * one['energy']:.0f}", f"{1e6 * one['dynamic']:.0f}", f"{1e6 * one['latency']:.0f}", f"{one['bytes'] / 1e6:.1f}", f"{one['metadata'] / 1e6:.2f}",
                         f"{1e3 * one['load']:.2f}", f"{1e3 * one['programming']:.2f}"])
        lines += [f'### {METHODS[key][0]}', '',
                  *table(['N', 'area', '1/N', 'difference', 'reached', 'energy, uJ', 'dynamic, uJ', 'latency, us', 'image, MB', 'metadata, MB', 'loading, ms', 'programming, ms'], rows)]
    return lines


def times(results):
    return ['## Time and memory', '', 'Of `berth compress` on the machine that made this page, two cores; processor time counts both. Other work on the machine shows in minutes, not in processor minutes.',
            'Where there was a journal already, tasks that need calibrating were found calibrated in it.', '',
            *table(['method', 'journal', 'minutes', 'processor minutes', 'peak memory, GB'],
                   [[METHODS[key][0], 'there' if result.get('calibrated') else 'none yet', f"{result['seconds'] / 60:.1f}", f"{result['cpu_seconds'] / 60:.1f}", f"{result['peak_bytes'] / 1e9:.2f}"]
                    for key, result in results.items() if result['seconds'] is not None])]


def page(results):
    copies = results['copies-8']
    against = {key: compared(result, copies) for key, result in results.items()}
    missing = [METHODS[key][0] for key in METHODS if key not in results]
    lines = ['# Compression of eight tasks', '',
             'MiniLM (six layers, hidden size 384), eight fine-tuned tasks, one image, by every method on the preset `reram-multitask`. **banked**: with the mapper `banked`, tasks share converters;',
             'code alone: `packed`, low-rank factors wherever they take less. Area is that of the whole accelerator over eight int8 copies, each with converters of its own. Methods choose on',
             'training rows, and measure on the even rows of validation; what is said here is of the odd rows, in hundredths of each task\'s metric, as differences from the int8 copies, by the functional',
             'executor, whose predictions are the platform\'s. Seed 1. Made by', '',
             '```sh', 'python3 scripts/compression_results.py build/release/berth build/release/tests/acceptance/functional_predictions MODELS DATA WORK docs/results/compression.md', '```', '',
             '**R2** is the share of the variance of the int8 copies\' logits that is kept, **KL** the divergence of the classes\' probabilities from theirs, in nats: the figures to compare methods by, for a',
             'metric moves by a point where one sentence of CoLA changes sides.', '',
             *([f"Not measured yet: {'; '.join(missing)}. The same command makes them and completes the page.", ''] if missing else []),
             '![Points against area](compression.svg)', '',
             *targets(results, against), *losses(results, against), *metrics(results, against), *fidelity(results, against), *stored(results),
             *published(results), *families(results), *times(results),
             '## Options', '',
             *table(['method', 'options of `berth compress`'], [[METHODS[key][0], '`' + ' '.join(METHODS[key][1] + METHODS[key][2]) + '`'] for key in results])]
    OUT.write_text('\n'.join(lines).rstrip() + '\n')
    OUT.with_suffix('.svg').write_text(points_against_area([(METHODS[key][0], result['area'], figures_of(against[key])[0]) for key, result in results.items()]))
    OUT.with_name(OUT.stem + '-tasks.svg').write_text(area_against_tasks({METHODS[key][0]: [(tasks, scaled(key, tasks)['area']) for tasks in COUNTS] for key in FAMILIES if key in results}))


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    for key in dict.fromkeys(['copies-8', *(sys.argv[7:] or METHODS)]):
        measured(key)
        print(key, 'measured', flush=True)
    page({key: measured(key) for key in METHODS if (WORK / f'{key}.measured.json').exists()})


main()
