#!/usr/bin/env python3
"""A search that is killed goes on from its journal: journal_test.py BERTH SOURCE_DIR

Kills `berth profile` and `berth compress` whenever their journal has grown, lets them finish at last, and compares with what runs
without a journal write.
"""
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BERTH, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
DEMO = SOURCE / 'workloads/demo'
TASKS = [word for task in ('sst2', 'stsb') for word in ('--task', f'{task}={DEMO}/{task},data={DEMO}/{task}.tsv')]
KILLS = 3


def start(*arguments):
    return subprocess.Popen([str(BERTH), *map(str, arguments), '--quiet'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(*arguments):
    process = start(*arguments)
    _, errors = process.communicate()
    return process.returncode, errors.decode()


def answers(journal):
    if not journal.exists():
        return 0
    try:
        with sqlite3.connect(f'file:{journal}?mode=ro', uri=True, timeout=60) as database:
            return database.execute('SELECT count(*) FROM found').fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # not made yet


class Journals(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        self.journal = self.work / 'search.sqlite'

    def kill_when_it_has_found_more(self, *arguments):
        """Whether it was killed before it ended."""
        before = answers(self.journal)
        process = start(*arguments)
        while process.poll() is None and answers(self.journal) == before:
            time.sleep(0.002)
        killed = process.poll() is None
        process.kill()
        process.communicate()
        return killed

    def goes_on(self, *arguments):
        plain, resumed = self.work / 'plain', self.work / 'resumed'
        self.assertEqual(finished(*arguments, '--out', plain), (0, ''))
        with_journal = (*arguments, '--journal', self.journal, '--out', resumed)
        killed = 0
        for _ in range(KILLS):
            killed += self.kill_when_it_has_found_more(*with_journal)
        self.assertGreater(killed, 0)
        self.assertEqual(finished(*with_journal), (0, ''))
        self.assertEqual(resumed.read_bytes(), plain.read_bytes())
        known = answers(self.journal)
        resumed.unlink()
        self.assertEqual(finished(*with_journal), (0, ''))
        self.assertEqual(answers(self.journal), known)
        self.assertEqual(resumed.read_bytes(), plain.read_bytes())

    def test_profile(self):
        self.goes_on('profile', '--base', DEMO / 'base', *TASKS)

    def test_profile_with_a_curve(self):
        self.goes_on('profile', '--base', DEMO / 'base', *TASKS, '--curve', 'shared_base,ntq{max_precision=1|2}')

    def test_search_for_a_loss(self):
        self.goes_on('compress', '--base', DEMO / 'base', *TASKS, '--method', 'berth', '--max-loss', '0.5')

    def test_what_is_no_journal(self):
        out = self.work / 'out.json'
        for content, says in ((b'a text, and no database at all', 'is not a database'), (b'SQLite format 3\0' + bytes(84), 'search.sqlite')):
            self.journal.write_bytes(content)
            code, errors = finished('profile', '--base', DEMO / 'base', *TASKS, '--journal', self.journal, '--out', out)
            self.assertEqual(code, 2, errors)
            self.assertIn('berth: error: ', errors)
            self.assertIn(says, errors)
            self.assertFalse(out.exists())
            self.assertEqual(self.journal.read_bytes(), content)
        code, errors = finished('profile', '--base', DEMO / 'base', *TASKS, '--journal', out, '--out', out)
        self.assertEqual(code, 2)
        self.assertIn('two outputs', errors)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
