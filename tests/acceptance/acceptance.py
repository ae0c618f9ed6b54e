#!/usr/bin/env python3
"""Holds the built command against what it promises on the MiniLM checkpoints: acceptance.py BERTH FUNCTIONAL SHARED WORK

FUNCTIONAL is the program of functional_predictions.cpp: the executor without the SystemC platform; candidate_seconds is beside it. Prints a line a check,
the tables of docs/results, and 'N passed, N failed'; exit 1 if any failed. Standard library only.
"""
import filecmp
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

BERTH, FUNCTIONAL, SHARED, WORK = (Path(argument).resolve() for argument in sys.argv[1:5])
TASKS = ['cola', 'sst2', 'mrpc', 'stsb', 'sicke', 'trec', 'subj', 'mpqa']
MODELS, DATA = SHARED / 'models/minilm', SHARED / 'data'
PLATFORM = 'reram-multitask'
passed = failed = 0


def check(name, good, figure=''):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'ok    ' if good else 'FAIL  '}{name}{': ' if figure else ''}{figure}", flush=True)


def run(*command):
    begin = time.monotonic()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command[:2]))}: exit {done.returncode}: {done.stderr.strip()[-400:]}")
    return time.monotonic() - begin


def berth(*arguments):
    return run(BERTH, *arguments, '--quiet')


def load(path):
    return json.loads(Path(path).read_text())


def compress(method, tasks, image):
    options = [part for task in tasks for part in ('--task', f'{task}={MODELS / task},data={DATA / task}/train.tsv')]
    return berth('compress', '--base', MODELS / 'base', *options, '--method', method, '--mode', 'acc', '--out', image)


def simulate(image, task, name, *more):
    report, predictions = WORK / f'{name}.json', WORK / f'{name}.tsv'
    seconds = berth('simulate', '--platform', PLATFORM, '--image', image, '--task', task, '--input', DATA / task / 'val.tsv',
                    '--json', report, '--predictions', predictions, *more)
    return load(report), predictions, seconds


def reference_speed():
    """Before anything larger runs: the peak is that of the largest child so far."""
    report = WORK / 'reference.json'
    seconds = berth('reference', '--model', MODELS / 'sst2', '--input', DATA / 'sst2/val.tsv', '--json', report)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    print(f"figure: reference, 872 SST-2 sentences: {seconds:.2f} s wall (promised: 6 s on two cores), model load {load(report)['load_s']:.3f} s "
          f'(0.5 s), peak memory {peak:.0f} MB (600 MB)', flush=True)
    check('reference: peak memory is at most 600 MB', peak <= 600, f'{peak:.0f} MB')


def accuracy(images):
    """Every task on every image: the metric beside fp32's, and the platform's predictions beside the executor's."""
    rows = []
    for task in TASKS:
        row = [task]
        for method, image in images.items():
            report, predictions, _ = simulate(image, task, f'{method}-{task}')
            functional = WORK / f'functional-{method}-{task}.tsv'
            run(FUNCTIONAL, image, task, DATA / task / 'val.tsv', functional)
            check(f'{method} {task}: platform and functional executor predict the same bytes', filecmp.cmp(predictions, functional, shallow=False))
            metric = report['metric']
            loss = 100 * (metric['reference'] - metric['value'])
            if method == 'copies':
                check(f'copies {task}: within 0.5 points of fp32', abs(loss) <= 0.5, f"{metric['name']} {100 * metric['value']:.2f}, fp32 {100 * metric['reference']:.2f}")
                row += [metric['name'], f"{100 * metric['reference']:.2f}"]
            row += [f"{100 * metric['value']:.2f}", f"{report['agreement']['logit_rms']:.4f}"]
        rows.append(row)
    print('\n| task | metric | fp32 | copies | logit rms | kang acc | logit rms |\n|---|---|---|---|---|---|---|')
    for row in rows:
        print('| ' + ' | '.join(row) + ' |')
    columns = [[float(row[i]) for row in rows] for i in (2, 3, 5)]
    print('| mean | | ' + ' | | '.join(f'{sum(column) / len(column):.2f}' for column in columns).replace(' | | ', ' | ', 1) + ' | |\n', flush=True)


def areas(kang):
    """The area ratio against copies at N tasks, counted in cells, in arrays and in whole area."""
    print('| tasks | cells | closed form | arrays | whole area |\n|---|---|---|---|---|')
    figures = []
    for count in (1, 2, 4, 8):
        image = kang if count == len(TASKS) else WORK / f'kang-{count}.berth'
        if count != len(TASKS):
            compress('kang', TASKS[:count], image)
        report = WORK / f'area-{count}.json'
        berth_area(image, report)
        area = load(report)
        cells, ratios = area['cells'], area['ratios']
        print(f"| {count} | {ratios['cells']:.4f} | {cells['closed_form']:.4f} | {ratios['arrays']:.4f} | {ratios['area']:.4f} |")
        figures.append((count, ratios['cells'], cells['closed_form']))
    print()
    for count, measured, closed in figures:
        check(f'area by cells at {count} tasks agrees with the closed form', abs(measured / closed - 1) <= 0.005, f'{measured:.4f}, closed form {closed:.4f}')


def berth_area(image, report):
    run(BERTH, 'area', '--platform', PLATFORM, '--image', image, '--json', report)


def determinism(images):
    again = WORK / 'again.berth'
    for method, image in images.items():
        compress(method, TASKS, again)
        check(f'{method}: the same image again', filecmp.cmp(image, again, shallow=False))
    reports = []
    for threads in (1, 2, 2):
        report, predictions, _ = simulate(images['kang'], 'mrpc', f'threads-{len(reports)}', '--limit', 40, '--threads', threads)
        for key in ('wall_s', 'threads', 'command'):
            report.pop(key)
        reports.append((report, predictions.read_bytes()))
    check('simulate: the same report and predictions for 1 and 2 threads, and again', reports[0] == reports[1] == reports[2])


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    reference_speed()
    images = {method: WORK / f'{method}.berth' for method in ('copies', 'kang')}
    for method, image in images.items():
        seconds = compress(method, TASKS, image)
        print(f'figure: compress {method}, 8 tasks: {seconds:.1f} s, image {image.stat().st_size / 1e6:.1f} MB', flush=True)
    done = subprocess.run([FUNCTIONAL.parent / 'candidate_seconds', images['kang'], 'sst2', DATA / 'sst2/val.tsv'], check=True, capture_output=True, text=True)
    print(f'figure: evaluator, a candidate of kang on 872 SST-2 sentences: {float(done.stdout):.2f} s wall (promised: 3 s on two cores)', flush=True)
    accuracy(images)
    areas(images['kang'])
    determinism(images)
    report, _, seconds = simulate(images['copies'], 'sst2', 'hundred', '--limit', 100, '--no-reference')
    print(f"figure: simulate 100 SST-2 sentences, lossless: {seconds:.2f} s wall (promised: 10 s on two cores), {report['simulated_s'] * 1e3:.3f} ms simulated")


try:
    main()
except Exception as error:
    check('the acceptance run itself ran to its end', False, repr(error))
print(f'{passed} passed, {failed} failed')
sys.exit(1 if failed else 0)
