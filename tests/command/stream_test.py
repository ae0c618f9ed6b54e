#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Streams of several tasks through `berth simulate`, on the bundled checkpoints: stream_test.py BERTH SOURCE_DIR"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BERTH, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
DEMO = SOURCE / 'workloads/demo'
TASKS = ('sst2', 'stsb')


def berth(*arguments):
    return subprocess.run([str(BERTH), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)


class Streams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = Path(cls.folder.name)
        cls.image = cls.work / 'two.berth'
        tasks = [part for task in TASKS for part in ('--task', f'{task}={DEMO}/{task},data={DEMO}/{task}.tsv')]
        done = berth('compress', '--base', DEMO / 'base', *tasks, '--method', 'kang', '--mode', 'acc', '--out', cls.image, '--quiet')
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_berth(self, *arguments):
        report, predictions = self.work / 'report.json', self.work / 'predictions.tsv'
        done = berth('simulate', '--platform', 'reram-multitask', '--image', self.image, '--quiet', '--json', report, '--predictions', predictions, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(report.read_text()), predictions.read_text().splitlines(), done.stdout

    def both(self, *more):
        return self.run_berth(*[part for task in TASKS for part in ('--task', f'{task}={DEMO}/{task}.tsv')], '--limit', 12, *more)

    def refused(self, says, *arguments):
        done = berth('simulate', '--platform', 'reram-multitask', '--image', self.image, '--json', self.work / 'none.json', *arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], r'^berth: error: .*' + says + r'.*; expected ')
        self.assertFalse((self.work / 'none.json').exists())

    def test_gives_each_task_what_it_gives_alone(self):
        alone = {task: self.run_berth('--task', task, '--input', DEMO / f'{task}.tsv', '--limit', 12) for task in TASKS}
        for scheduler in ('fifo', 'by_task', 'deadline'):
            report, predictions, shown = self.both('--set', f'queue.scheduler={scheduler}', '--deadline', '1e-4')
            self.assertEqual([block['task'] for block in report['by_task']], list(TASKS))
            self.assertEqual(report['scheduler'], scheduler)
            for block in report['by_task']:
                self.assertEqual(block['metric'], alone[block['task']][0]['metric'])
                self.assertEqual(block['samples'], 12)
                self.assertIn(block['task'], shown)
                latency = block['latency_s']
                self.assertLessEqual(latency['p50'], latency['p95'])
                self.assertLessEqual(latency['p95'], latency['p99'])
                self.assertLessEqual(latency['p99'], latency['max'])
            rows = [line.rstrip('\t').split('\t') for line in predictions[1:]]
            for task in TASKS:
                self.assertEqual(['\t'.join([row[0], *row[2:]]) for row in rows if row[1] == task], alone[task][1][1:])
            self.assertEqual(report['samples'], 24)
            self.assertEqual(report['array_reads'], sum(alone[task][0]['array_reads'] for task in TASKS))
            self.assertIsNone(report['metric']['value'])

    def test_says_nothing_of_streams_where_there_is_none(self):
        report, _, _ = self.run_berth('--task', 'sst2', '--input', DEMO / 'sst2.tsv', '--limit', 3)
        self.assertFalse({'by_task', 'arrival', 'scheduler'} & report.keys())

    def test_arrivals_depend_on_the_seed_alone(self):
        one, again = (self.both('--arrival', 'poisson:20000', '--threads', threads)[0]['by_task'] for threads in (1, 2))
        other = self.both('--arrival', 'poisson:20000', '--seed', 2)[0]['by_task']
        self.assertEqual(one, again)
        self.assertNotEqual(one, other)

    def test_counts_what_comes_later_than_its_deadline(self):
        times = self.work / 'times.tsv'
        times.write_text('arrival_s\ttask\tdeadline_s\n0\tsst2\t1e-9\n1e-3\tstsb\t1\n2e-3\tsst2\t0\n')
        report, predictions, _ = self.both('--arrival', times)
        self.assertEqual([block['deadlines_missed'] for block in report['by_task']], [1, 0])
        self.assertEqual(len(predictions), 1 + 3)
        self.assertGreater(report['simulated_s'], 2e-3)

    def test_asks_all_tasks_for_a_sentence_in_one_pass(self):
        sst2 = DEMO / 'sst2.tsv'
        alone = {task: self.run_berth('--task', task, '--input', sst2, '--limit', 5) for task in ('sst2',)}
        report, predictions, _ = self.run_berth('--task', 'all', '--input', sst2, '--limit', 5, '--together')
        rows = [line.rstrip('\t').split('\t') for line in predictions[1:]]
        self.assertEqual(['\t'.join([row[0], *row[2:]]) for row in rows if row[1] == 'sst2'], alone['sst2'][1][1:])
        self.assertEqual(len(rows), 2 * 5)
        self.assertTrue(report['together'])
        self.assertIsNone(report['array_energy'])
        self.refused('--together', '--task', f'sst2={sst2}', '--together')

    def test_refuses_what_cannot_be(self):
        sst2 = DEMO / 'sst2.tsv'
        self.refused('--input', '--task', 'sst2')
        self.refused('sst2: is given twice', '--task', 'sst2', '--task', 'sst2', '--input', sst2)
        self.refused('cola', '--task', f'cola={sst2}')
        self.refused('--reference', '--task', f'sst2={sst2}', '--task', f'stsb={DEMO}/stsb.tsv', '--reference', DEMO / 'sst2')
        self.refused('--metric', '--task', f'sst2={sst2}', '--task', f'stsb={DEMO}/stsb.tsv', '--metric', 'f1')
        self.refused('poisson:x', '--task', 'sst2', '--input', sst2, '--arrival', 'poisson:x')
        self.refused('poisson:-1', '--task', 'sst2', '--input', sst2, '--arrival', 'poisson:-1')
        self.refused('nowhere.tsv', '--task', 'sst2', '--input', sst2, '--arrival', 'nowhere.tsv')
        self.refused('nope', '--task', 'sst2', '--input', sst2, '--set', 'queue.scheduler=nope')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
