#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the demo's table from the JSON reports of its commands: demo_table.py FOLDER TASK..."""
import json
import sys
from pathlib import Path


def engineering(value, unit):
    """1.234e-05, 's' -> '12.3 us'."""
    for factor, prefix in ((1, ''), (1e-3, 'm'), (1e-6, 'u'), (1e-9, 'n'), (1e-12, 'p')):
        if abs(value) >= factor:
            return f'{value / factor:.3g} {prefix}{unit}'
    return f'{value:.3g} {unit}'


def row(folder, task):
    report = json.loads((folder / f'simulate-{task}.json').read_text())
    metric = report['metric']
    reference = '-' if metric['reference'] is None else f"{metric['reference']:.3f}"
    return (task, metric['name'], reference, f"{metric['value']:.3f}", engineering(report['latency_s']['mean'], 's'),
            engineering(report['energy_j']['per_inference'], 'J'))


def print_table(rows):
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    for cells in rows:
        print('  '.join(cell.ljust(width) if i < 2 else cell.rjust(width) for i, (cell, width) in enumerate(zip(cells, widths))).rstrip())


def main(folder, tasks):
    print_table([('task', 'metric', 'fp32', 'on chip', 'latency', 'energy/sentence'), *(row(folder, task) for task in tasks)])
    image, copies = (json.loads((folder / f'area-{method}.json').read_text())['area_mm2']['total'] for method in ('kang', 'copies'))
    print(f'\nArea of this image: {image:.2f} mm2, {image / copies:.2f} of the {copies:.2f} mm2 that one copy per task takes')


if __name__ == '__main__':
    main(Path(sys.argv[1]), sys.argv[2:])
