#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the medians of a Google Benchmark report as a table: time, ratio to the fp32 product, time of one conversion."""
import json
import sys

report = json.load(open(sys.argv[1]))
medians = {}
for run in report['benchmarks']:
    if run.get('aggregate_name') == 'median':
        medians[run['run_name']] = run
unit = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1.0}
seconds = {name: run['cpu_time'] * unit[run['time_unit']] for name, run in medians.items()}
fp32 = seconds.get('fp32_gemm/W128')
print('| case | path | ms | ratio to fp32 | ns a conversion |\n|---|---|---|---|---|')
for name, run in medians.items():
    ratio = f'{seconds[name] / fp32:.2f}' if fp32 and name.endswith('W128') else ''
    rate = run.get('conversions')
    each = f'{1e9 / rate:.3f}' if rate else ''
    print(f"| {name} | {run.get('label', '')} | {seconds[name] * 1e3:.3f} | {ratio} | {each} |")
