#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The closed form of `berth estimate` against `berth simulate` on the bundled checkpoints: estimate_test.py BERTH SOURCE_DIR"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BERTH, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
DEMO = SOURCE / 'workloads/demo'
LATENCY, ENERGY = 0.002, 0.02
HOST_J = 1.5e-7  # leakage while the host posts and polls, which the form leaves out: of a sentence of 4 tokens it is a few hundredths


def berth(*arguments):
    done = subprocess.run([str(BERTH), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


class Estimate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = Path(cls.folder.name)
        cls.image = cls.work / 'two.berth'
        tasks = [part for task in ('sst2', 'stsb') for part in ('--task', f'{task}={DEMO}/{task},data={DEMO}/{task}.tsv')]
        berth('compress', '--base', DEMO / 'base', *tasks, '--method', 'kang', '--mode', 'acc', '--out', cls.image, '--quiet')
        cls.header, *cls.rows = (DEMO / 'sst2.tsv').read_text().splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def simulate(self, platform, rows, *more):
        data, report = self.work / 'rows.tsv', self.work / 'simulated.json'
        data.write_text('\n'.join([self.header, *rows]) + '\n')
        berth('simulate', '--platform', platform, '--image', self.image, '--task', 'sst2', '--input', data, '--no-reference', '--quiet', '--json', report,
              *more)
        return json.loads(report.read_text())

    def estimate(self, platform, tokens, *more):
        report = self.work / 'estimated.json'
        berth('estimate', '--platform', platform, '--image', self.image, '--tokens', tokens, '--json', report, *more)
        whole = json.loads(report.read_text())
        return whole, next(task for task in whole['tasks'] if task['name'] == 'sst2')

    def test_agrees_with_the_simulation_of_a_sentence_alone(self):
        two_words = self.rows[0].split('\t')[0] + '\tgood film' + '\t' * (self.header.count('\t') - 1)
        banked = ('--set', 'hierarchy.mapper=banked')
        for platform, *settings in (('reram-multitask',), ('reram-multitask', *banked), ('puma',), ('neurram-like',), ('sram-cim',)):
            for row in (two_words, self.rows[0], self.rows[3]):
                simulated = self.simulate(platform, [row], '--in-flight', '1', *settings)
                whole, estimated = self.estimate(platform, simulated['tokens'], *settings)
                with self.subTest(platform=platform, settings=settings, tokens=simulated['tokens']):
                    latency, energy = simulated['latency_s']['mean'], simulated['energy_j']['total']
                    self.assertAlmostEqual(estimated['latency_s'], latency, delta=LATENCY * latency)
                    self.assertAlmostEqual(estimated['energy_j']['total'], energy, delta=max(HOST_J, ENERGY * energy))
                    self.assertEqual(whole['area_mm2'], simulated['area_mm2'])
                    gated = [report['leakage']['gated_j'] for report in (simulated, estimated)]
                    self.assertLess(gated[0], simulated['leakage']['always_on_j'])
                    self.assertGreater(gated[1], 0.97 * gated[0])  # a stage's whole span, not its vectors' alone
                    self.assertLessEqual(gated[1], estimated['leakage']['always_on_j'])
                    for path, part in simulated['energy_j']['components'].items():
                        self.assertEqual(estimated['energy_j']['components'][path]['actions'], part['actions'], path)
                    self.assertEqual(estimated['array_reads'], simulated['array_reads'])
                    self.assertEqual(whole['sources'], simulated['sources'])

    def test_counts_the_bits_that_adaptive_converters_decide_as_the_simulation_does(self):
        adaptive = ('--set', 'adc.kind=adaptive_sar', '--set', 'adc.dropped_bits=6')
        for platform in ('reram-multitask', 'neurram-like', 'isaac-ce-like.json'):
            if platform.endswith('.json'):  # unit columns, flipped columns and 2-b cells
                platform = self.work / platform
                platform.write_text(json.dumps({'extends': 'reram-multitask', 'crossbar': {'cell_bits': 2, 'encoding': 'offset_flipped'}}))
            simulated = self.simulate(platform, [self.rows[0]], '--in-flight', '1', *adaptive)
            _, estimated = self.estimate(platform, simulated['tokens'], *adaptive)
            actions = simulated['energy_j']['components']['tile.ima.adc']['actions']
            self.assertEqual(estimated['energy_j']['components']['tile.ima.adc']['actions'], actions)
            self.assertEqual(list(actions), ['decide'])
            self.assertEqual(estimated['adc_conversions'], simulated['adc_conversions'])
            self.assertLess(actions['decide'], 8 * simulated['adc_conversions'])

    def test_bounds_the_simulation_under_contention(self):
        row = self.rows[3]
        crowded = self.simulate('reram-multitask', [row] * 40, '--in-flight', '16')
        _, estimated = self.estimate('reram-multitask', crowded['tokens'] // 40)
        self.assertLessEqual(crowded['throughput_per_s'], estimated['throughput_per_s'])
        self.assertGreaterEqual(crowded['throughput_per_s'], 0.5 * estimated['throughput_per_s'])
        self.assertGreaterEqual(crowded['latency_s']['mean'], estimated['latency_s'])
        self.assertLessEqual(crowded['latency_s']['max'], 16 * estimated['latency_s'])

    def test_takes_a_shape_that_nobody_has_weights_of(self):
        report = self.work / 'shape.json'
        shape = ('--platform', 'reram-multitask', '--shape', 'minilm-l6-h384', '--tasks', 2, '--rank', 0, '--json', report)
        def conversions(*more):
            berth('estimate', *shape, *more)
            whole = json.loads(report.read_text())
            self.assertEqual((whole['family']['tasks'], whole['image'], whole['programming']), (2, None, None))
            return whole['tasks'][1]['adc_conversions'], whole['area_mm2']['total']
        (copies, copies_mm2), (delta, delta_mm2), (half, _) = conversions('--base-bits', 0, '--delta-bits', 8), conversions('--delta-bits', 2), conversions('--delta-bits', 2, '--kept', 0.5)
        self.assertAlmostEqual(delta / copies, 8 / 7, places=3)  # a column more beside seven
        self.assertAlmostEqual(half / copies, 7.5 / 7, places=3)
        self.assertLess(delta_mm2, copies_mm2)
        with self.assertRaisesRegex(RuntimeError, 'has more than one of image, layer and shape; expected --image, --layer or --shape'):
            berth('estimate', *shape, '--layer', '64x64')
        with self.assertRaisesRegex(RuntimeError, '--base-bits: is 0, and --delta-bits too'):
            berth('estimate', *shape, '--base-bits', 0)

    def test_gives_the_same_bytes_again_and_refuses_a_sentence_that_is_too_long(self):
        self.assertEqual(self.estimate('reram-multitask', 12)[0], self.estimate('reram-multitask', 12)[0])
        with self.assertRaisesRegex(RuntimeError, r'--tokens: is 100000; expected 1 to the \d+ positions'):
            self.estimate('reram-multitask', 100000)
        with self.assertRaisesRegex(RuntimeError, 'isaac-ce.*chip.embedding_memory'):
            self.estimate('isaac-ce', 12)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
