#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the project promises, on the MiniLM checkpoints: figures.py PATH_TO_BERTH SHARED_DIR OUT_DIR

Prints "figure: ..." lines and keeps them in OUT_DIR/figures.txt. Exit 1 where an accuracy misses its bound; times are
shown beside theirs, since they depend on what else the machine does.
"""
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

TASKS = ['cola', 'sst2', 'mrpc', 'stsb', 'sicke', 'trec', 'subj', 'mpqa']
PLATFORM = 'reram-multitask'
MOST_POINTS_LOST = 0.5


class Berth:
    def __init__(self, command, shared, out):
        self.command, self.models, self.data, self.out = os.path.abspath(command), shared / 'models/minilm', shared / 'data', out

    def run(self, *arguments):
        """Runs one command; its wall time in seconds."""
        begin = time.monotonic()
        done = subprocess.run([self.command, *map(str, arguments), '--quiet'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f'berth {arguments[0]} ends with status {done.returncode}: {done.stderr.strip()}')
        return time.monotonic() - begin

    def report(self, name, *arguments):
        file = self.out / f'{name}.json'
        self.run(*arguments, '--json', file)
        return json.loads(file.read_text())

    def compress(self, method, tasks):
        image = self.out / f'{method}-{len(tasks)}.berth'
        options = [text for task in tasks for text in ('--task', f'{task}={self.models / task},data={self.data / task}/train.tsv')]
        seconds = self.run('compress', '--base', self.models / 'base', *options, '--method', method, '--mode', 'acc', '--out', image)
        return image, seconds

    def simulate(self, image, task, *limit):
        return self.report(f'{image.stem}-{task}', 'simulate', '--platform', PLATFORM, '--image', image, '--task', task, '--input',
                           self.data / task / 'val.tsv', *limit)

    def area(self, image):
        return self.report(f'{image.stem}-area', 'area', '--platform', PLATFORM, '--image', image)['area_mm2']['total']


class Figures:
    def __init__(self, file):
        self.file = file

    def show(self, text):
        print(f'figure: {text}', flush=True)
        print(f'figure: {text}', file=self.file, flush=True)


def reference_speed(berth, figures):
    seconds = berth.run('reference', '--model', berth.models / 'sst2', '--input', berth.data / 'sst2/val.tsv')
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    figures.show(f'fp32 reference, 872 sentences of sst2: {seconds:.2f} s (at most 6), peak memory {peak:.0f} MiB (at most 572)')


def accuracy(berth, figures, images):
    good = True
    for task in TASKS:
        reports = {method: berth.simulate(image, task) for method, image in images.items()}
        metric = reports['copies']['metric']
        lost = 100 * (metric['reference'] - metric['value'])
        good = good and abs(lost) <= MOST_POINTS_LOST
        shown = ', '.join(f"{method} {report['metric']['value']:.4f}" for method, report in reports.items())
        figures.show(f"{task} {metric['name']}: fp32 {metric['reference']:.4f}, {shown}; copies lose {lost:.2f} points (at most {MOST_POINTS_LOST})")
    return good


def main(command, shared, out):
    out.mkdir(parents=True, exist_ok=True)
    berth = Berth(command, shared, out)
    with open(out / 'figures.txt', 'w') as file:
        figures = Figures(file)
        reference_speed(berth, figures)
        images = {}
        for method in ('copies', 'kang'):
            images[method], seconds = berth.compress(method, TASKS)
            figures.show(f'compressing {len(TASKS)} tasks, {method}: {seconds:.1f} s, {images[method].stat().st_size / 2**20:.1f} MiB')
        wall = berth.simulate(images['kang'], 'sst2', '--limit', 100)['wall_s']
        figures.show(f'simulating 100 sentences of sst2: {wall:.2f} s (at most 10)')
        good = accuracy(berth, figures, images)
        for count in (1, 2, 4, 8):
            kang, copies = (berth.area(berth.compress(method, TASKS[:count])[0]) for method in ('kang', 'copies'))
            figures.show(f'area of kang, {count} task(s): {kang:.2f} mm2, {kang / copies:.3f} of one copy per task')
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
