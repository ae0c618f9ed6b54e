#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a Google Benchmark report of tests/bench as a table: time, ratio to the fp32 product of the same run, time of one conversion,
the part of the processor's peak that the work at the least needed, and what others take for the like. Given the ratios of an earlier
run as a second file, fails where a case takes SLACK times as long: machines differ by less, a case that lost its path by more."""
import json
import sys

SLACK = 3.0

UNIT = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1.0}
BOUNDS = ('byte_products', 'word_products', 'counted_bytes')

# Published simulators on one thread of a 2-vCPU server processor with AVX-512, +-30 %. BERT-base's are extrapolated from one matrix.
PEERS = {
    ('ideal', 'W128'): 'CrossSim 3.2: 290 ms',
    ('ideal', 'W1'): 'analog-cim-sim: 16.1 ms',
    ('ideal', 'BERT-base'): 'CrossSim 3.2: 43 s; analog-cim-sim: 298 s',
    ('noise', 'W128'): 'CrossSim 3.2: 117 s',
    ('noise', 'W1'): 'XB-Sim: 59.9 ms',
    ('noise', 'BERT-base'): 'CrossSim 3.2: 4.7 h',
}


def shown(seconds):
    return f'{seconds:.3f} s' if seconds >= 1.0 else f'{seconds * 1e3:.3f} ms'


report = json.load(open(sys.argv[1]))
earlier = json.load(open(sys.argv[2])) if len(sys.argv) > 2 else {}
runs = {}
for run in report['benchmarks']:
    if run.get('aggregate_name') == 'median' or run.get('repetitions', 1) == 1:
        runs[run['run_name'].split('/iterations')[0]] = run
seconds = {name: run['real_time'] * UNIT[run['time_unit']] for name, run in runs.items()}
peaks = {bound: runs[f'roofline/{bound}'][bound] for bound in BOUNDS if f'roofline/{bound}' in runs}
fp32 = seconds.get('fp32_gemm/W128')

for bound, peak in peaks.items():
    print(f'peak of one thread: {peak / 1e9:.0f} G {bound.replace("_", " ")} a second')
if 'roofline/read_bytes' in runs:
    print(f"memory: {runs['roofline/read_bytes']['read_bytes'] / 1e9:.1f} GB a second")
print('\n| case | path | time | ratio to fp32 W128 | ns a conversion | part of peak | peers |\n|---|---|---|---|---|---|---|')
for name, run in runs.items():
    if name.startswith('roofline/'):
        continue
    size = name.rsplit('/', 1)[-1]
    threads = 2 if size == 'BERT-base' else 1
    ratio = f'{seconds[name] / fp32:.2f}' if fp32 else ''
    each = f"{1e9 / run['conversions']:.3f}" if 'conversions' in run else ''
    part = ''
    for bound in BOUNDS:
        if bound in run and bound in peaks:
            part = f'{run[bound] / peaks[bound] / threads:.2f} of {bound.replace("_", " ")}'
    kind = 'noise' if 'noise' in name else 'ideal' if 'conversions' in run and not name.startswith('reference') else ''
    print(f"| {name} | {run.get('label', '')} | {shown(seconds[name])} | {ratio} | {each} | {part} | {PEERS.get((kind, size), '')} |")

slow = [name for name, ratio in earlier.items() if fp32 and name in seconds and seconds[name] / fp32 > SLACK * ratio]
for name in slow:
    print(f'{name}: {seconds[name] / fp32:.2f} times the fp32 product, {earlier[name]} before', file=sys.stderr)
sys.exit(1 if slow else 0)
