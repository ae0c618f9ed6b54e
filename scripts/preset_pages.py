#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A page for each preset, from its tables: preset_pages.py BERTH OUT_DIR [--check]

Each page has what the preset is, what its area counts, its parts with area and power, and every row it rests on with its source.
With --check the pages are compared instead, and the exit status is 1 where one is out of date.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

MARKS = {'C': 'primary', 'S': 'secondary', 'D': 'derived'}


def berth(path, *arguments):
    done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f'{" ".join(map(str, arguments))}: {done.stderr}')
    return done.stdout


def area_report(path, preset):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / 'area.json'
        berth(path, 'area', '--platform', preset, '--json', file)
        return json.loads(file.read_text())


def number(value):
    return f'{value:.4g}'


def parts_table(report):
    power, total = report['power_w']['components'], report['area_mm2']['total']
    text = '| part | mm2 | of the chip | W, fully active | W at rest |\n|---|---|---|---|---|\n'
    for path, area in report['area_mm2']['components'].items():
        text += f'| `{path}` | {number(area)} | {100 * area / total:.1f} % | {number(power[path]["peak"])} | {number(power[path]["static"])} |\n'
    return text + f'| **chip** | {number(total)} | | {number(report["power_w"]["peak"])} | {number(report["power_w"]["static"])} |\n'


def rows_table(rows):
    text = '| row | value | per | node | range elsewhere | source |\n|---|---|---|---|---|---|\n'
    for row in rows:
        spread = row['range']
        spread = f'{spread["low"]:g} to {spread["high"]:g}: {spread["source"]}' if spread else ''
        node = f'{row["node"]:g} nm' if row['node'] else ''
        unit = '' if row['unit'] in ('ratio', 'count') else ' ' + row['unit']
        text += f'| `{row["row"]}` | {row["value"]:g}{unit} | {row["per"]} | {node} | {spread} | {MARKS[row["mark"]]}: {row["source"]} |\n'
    return text


def page(path, preset, description):
    report, rows = area_report(path, preset), json.loads(berth(path, 'sources', '--platform', preset, '--json'))
    arrays = report['arrays']
    return (f'# {preset}\n\n{description}.\n\nWritten by `scripts/preset_pages.py` from `platform/presets/{preset}.json` and its tables.\n\n'
            f'{arrays["tiles"]} tiles, {arrays["imas"]} IMAs, {arrays["available"]} arrays. Counted: {report["platform"]["accounting"]}.\n\n'
            f'## Parts\n\n{parts_table(report)}\n## Constants\n\n{rows_table(rows)}')


def main(path, out, check):
    presets = {entry['name']: entry['meaning'] for entry in json.loads(berth(path, 'list', 'presets', '--json'))}
    pages = {Path(out) / f'{preset}.md': page(path, preset, description) for preset, description in presets.items()}
    stale = [file for file, text in pages.items() if not file.exists() or file.read_text() != text]
    if check and stale:
        sys.exit(f'{", ".join(map(str, stale))} out of date: run scripts/preset_pages.py BERTH {out}')
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(pages[file])


if __name__ == '__main__':
    main(str(Path(sys.argv[1]).resolve()), sys.argv[2], '--check' in sys.argv[3:])
