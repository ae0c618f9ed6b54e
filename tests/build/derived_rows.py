#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Works derived rows of the tables out again: derived_rows.py SOURCE_DIR

A row marked D begins its source with its formula: "ima.array_group.power / 8 / 16384: ...". What stands before the first colon,
semicolon or comma is made of rows, numbers, units, operators (x for times) and sqrt, and must give the row's value; "to two decimals" behind it
allows for that. A formula that can only be told in words is listed below with its reason. The script first tries itself on wrong rows.
"""
import json
import re
import sys
from pathlib import Path

UNITS = {}       # those of the tables, read from models/core/constant_table.cpp
QUANTITIES = {}  # what may stand behind a number in a formula: the same but for pure numbers, and these
MORE = {'GB/s': 1e9, 'J/K': 1.0, 'K': 1.0, 'B': 1.0}
CLOSE = 2e-5
IN_WORDS = {'banks.switch.area': 'a layout by rules of the node'}


def read_units(root):
    code = (root / 'models/core/constant_table.cpp').read_text()
    for name, dimension, factor in re.findall(r'\{"([^"]+)", "(\w+)", ([\d.eE+-]+)\}', code):
        UNITS[name] = float(factor)
        if dimension not in ('ratio', 'count'):
            QUANTITIES[name] = float(factor)
    QUANTITIES.update(MORE)


def tables(root):
    for file in sorted((root / 'platform/tables').glob('*.json')):
        yield json.loads(file.read_text())


def si(row):
    return row['value'] * UNITS.get(row['unit'], 1.0)  # coefficients have no unit; the reader refuses any that it does not know


def tokens(text, table, values):
    """Python source of a formula, or None where it has words in it."""
    names = sorted(values, key=len, reverse=True)
    out, place = [], 0
    while place < len(text):
        rest = text[place:]
        name = next((name for name in names for form in (name, name.removeprefix(table + '.'))
                     if rest.startswith(form) and not re.match(r'[\w.]', rest[len(form):] or ' ')), None)
        if rest[0] == ' ':
            place += 1
        elif name:
            form = name if rest.startswith(name) else name.removeprefix(table + '.')
            out.append(repr(values[name]))
            place += len(form)
        elif match := re.match(r'(\d+\.?\d*(?:[eE][-+]?\d+)?)(?: ?(' + '|'.join(sorted(map(re.escape, QUANTITIES), key=len, reverse=True)) + r')(?![\w/]))?', rest):
            out.append(repr(float(match.group(1)) * QUANTITIES.get(match.group(2), 1.0)))
            place += match.end()
        elif match := re.match(r'sqrt(?=\()|[()+\-/]|x(?=\s)|\^', rest):
            out.append({'x': '*', '^': '**', 'sqrt': 'sqrt'}.get(match.group(), match.group()))
            place += match.end()
        else:
            return None
    return ' '.join(out)


def evaluate(row, table, values):
    formula = tokens(re.split(r'[:;,]', row['source'])[0], table, values)
    if formula is None or not re.search(r'[*/+]', formula):
        return None
    try:
        return eval(formula, {'__builtins__': {}, 'sqrt': lambda number: number ** 0.5})
    except (SyntaxError, TypeError, ZeroDivisionError):
        return None


def allowed(row):
    rounded = re.search(r'to two decimals', row['source'])
    return 0.005 * UNITS.get(row['unit'], 1.0) if rounded else CLOSE * si(row)


def faults_in(everything):
    """One line a row that is wrong, and how many were worked out."""
    values = {f'{table["table"]}.{row["id"]}': si(row) for table in everything for row in table['rows']}
    faults, worked_out = [], 0
    for table in everything:
        for row in table['rows']:
            name = f'{table["table"]}.{row["id"]}'
            if row['mark'] != 'D':
                continue
            value = evaluate(row, table['table'], values)
            if value is None and name not in IN_WORDS:
                faults.append(f'{name}: has no formula that can be worked out: {row["source"]}; expected rows, numbers and operators before the first colon')
            elif value is not None:
                worked_out += 1
                if abs(value - si(row)) > allowed(row):
                    faults.append(f'{name}: is {si(row):g}; expected {value:g}, which its source gives: {row["source"]}')
    return faults, worked_out


def check_itself():
    def rows(value, source):
        made = [{'id': 'a', 'value': 4, 'unit': 'mW', 'mark': 'C', 'source': 'x'}, {'id': '8b.t', 'value': 2, 'unit': 'ns', 'mark': 'C', 'source': 'x'},
                {'id': 'b', 'value': value, 'unit': 'pJ', 'mark': 'D', 'source': source}]
        return faults_in([{'table': 't', 'rows': made}])[0]
    for value, source in ((8, 'a x 8b.t'), (8, 't.a x t.8b.t: both'), (4, '(a + 4 mW) / 2 x 8b.t / 2'), (4, 'a / 4 GHz x sqrt(16)'), (0.02, '(4 mW - 3.99 mW) x 2 ns')):
        assert not rows(value, source), (value, source, rows(value, source))
    for value, source in ((9, 'a x 8b.t'), (8, 'a times 8b.t'), (8, 'a x c'), (8, 'a x'), (8, 'Table I'), (8e3, 'a x 8b.t')):
        assert rows(value, source), (value, source)


def main(root):
    read_units(root)
    check_itself()
    faults, worked_out = faults_in(list(tables(root)))
    print('\n'.join(faults) if faults else f'{worked_out} derived rows are what their sources give')
    sys.exit(1 if faults or worked_out == 0 else 0)


if __name__ == '__main__':
    main(Path(sys.argv[1]))
