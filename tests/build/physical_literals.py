#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Finds physical constants in code, where only the rows of platform/tables may hold them: physical_literals.py SOURCE_DIR

The rule, for models, workloads, compressor and platform, outside comments and texts:
1. no numeric literal with an exponent of -7 or below: that is the size of a joule, a second or a farad in a circuit;
2. nothing but 0 for a name that says what it measures: no floating literal for an energy, area, power, leakage, capacitance
   or resistance, no number at all for a name that ends in _j, _w, _s, _hz, _ohm, _mm2, _um2, _v or _nm;
3. no time in simulated units but the unit itself: sc_time(10, SC_NS).
What the rule catches and may stand is listed below with its reason. The script first tries the rule on lines that it must catch.
"""
import re
import sys
from pathlib import Path

FOLDERS = ('models', 'workloads', 'compressor', 'platform')
ALLOWED = {
    'models/core/constant_table.cpp': 'factors of units',
    'models/crossbar/code_distribution.cpp': 'a probability small enough to leave out',
    'models/crossbar/normal_table.cpp': 'where an iteration for a quantile stops',
    'workloads/bert_config.cpp': 'epsilon of a normalisation, a number of the model',
    'compressor/weight_scale.cpp': 'range of a scale of weights, which measures nothing physical',
}
NUMBER = r'[-+]?(?:\d[\d\']*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fFlL]?'
TINY = re.compile(r'(?<![\w.])(?:\d[\d\']*\.?\d*|\.\d+)[eE]-0*(?:[7-9]|[1-9]\d+)(?!\d)')
FLOATING = r'[-+]?(?:\d[\d\']*\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?[fFlL]?'
NAMED = re.compile(r'\b(?:\w*(?:[eE]nergy|[aA]rea|[pP]ower|[lL]eakage|[cC]apacitance|[rR]esistance)\w*\s*(?:=|\{|==)\s*(' + FLOATING + r')'
                   r'|\w+_(?:j|w|s|hz|ohm|mm2|um2|v|nm)\s*(?:=|\{|==)\s*(' + NUMBER + r'))\s*(?:[;,})]|$)')
TIME = re.compile(r'sc_time\w*\s*(?:\w+\s*)?[({]\s*(' + NUMBER + r')\s*,\s*(?:sc_core::)?SC_(?:FS|PS|NS|US|MS)\b')


def code_of(text):
    """The text with comments and string literals blanked, line by line as it was."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match.group(0))
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.S)


def faults_in(text):
    faults = []
    for number, line in enumerate(code_of(text).splitlines(), 1):
        if TINY.search(line):
            faults.append((number, 'a literal as small as a physical constant'))
        for match in NAMED.finditer(line):
            if float(re.sub(r"[fFlL']", '', match.group(1) or match.group(2))) != 0:
                faults.append((number, 'a number for what measures something physical'))
        for match in TIME.finditer(line):
            if float(re.sub(r"[fFlL']", '', match.group(1))) != 1:
                faults.append((number, 'a time in simulated units'))
    return faults


def check_the_rule():
    caught = ['double e = 2e-12;', 'x *= 1.5E-9;', 'const double read_energy = 0.5;', 'timing.array_read_s = 100;', 'double cell_area{0.0025};',
              'wait(sc_core::sc_time(10, sc_core::SC_NS));', 'constexpr double kAdcPower = 2.0;', 'row.r_on_ohm = 1333.0;', 'return count * 1e-15;']
    passed = ['double energy = 0.0;', '// 2e-12 J', 'text("1e-12")', 'sc_time(1, sc_core::SC_PS)', 'double tolerance = 1e-6;', 'area = sum(parts);',
              'energy = count * row.si;', 'int rows = 128;', 'constexpr int kPowerOn = 1;', 'x = 1e9;', 'double area_mm2 = 0.0;  ///< of one']
    for line in caught:
        assert faults_in(line), f'the rule misses: {line}'
    for line in passed:
        assert not faults_in(line), f'the rule catches: {line}'


def main(root):
    check_the_rule()
    files = sorted(path for folder in FOLDERS for path in (root / folder).rglob('*') if path.suffix in ('.cpp', '.hpp'))
    if not files:
        sys.exit(f'{root} holds no code')
    faults = [f'{path.relative_to(root)}:{line}: {what}; expected a row of platform/tables'
              for path in files if str(path.relative_to(root)) not in ALLOWED for line, what in faults_in(path.read_text())]
    stale = [name for name in ALLOWED if not faults_in((root / name).read_text())]
    faults += [f'{name}: needs no exception' for name in stale]
    print('\n'.join(faults) if faults else f'{len(files)} files hold no physical constant')
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main(Path(sys.argv[1]))
