#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README check must notice what is wrong: its matching and its reading of blocks, on small texts."""
import os
import unittest
from pathlib import Path

from check import check, console_blocks, matches

HERE = Path(__file__).parent


class Matching(unittest.TestCase):
    def test_lines_must_be_equal(self):
        self.assertTrue(matches(['a', 'b'], ['a', 'b']))
        self.assertFalse(matches(['a', 'b'], ['a']))
        self.assertFalse(matches(['a'], ['a', 'b']))
        self.assertFalse(matches(['a.c'], ['abc']))

    def test_dots_inside_a_line_stand_for_anything_on_it(self):
        self.assertTrue(matches(['took ... s'], ['took 1.25 s']))
        self.assertFalse(matches(['took ... s'], ['took 1.25 ms, or so']))

    def test_dots_alone_stand_for_any_lines(self):
        self.assertTrue(matches(['a', '...', 'z'], ['a', 'b', 'c', 'z']))
        self.assertTrue(matches(['...', 'z'], ['z']))
        self.assertFalse(matches(['a', '...', 'z'], ['a', 'b']))


class Blocks(unittest.TestCase):
    def test_commands_continue_over_backslashes(self):
        self.assertEqual(console_blocks('x\n```console\n$ one \\\n    two\nout\n$ three\n```\n'), [('one  two', ['out']), ('three', [])])

    def test_other_blocks_are_left_alone(self):
        self.assertEqual(console_blocks('```json\n$ one\n```\n'), [])


class Running(unittest.TestCase):
    def faults(self, block):
        return check('```console\n' + block + '```\n', HERE, dict(os.environ))

    def test_right_output_passes_and_wrong_output_fails(self):
        self.assertEqual(self.faults('$ echo hello\nhello\n'), [])
        self.assertEqual(len(self.faults('$ echo hello\ngoodbye\n')), 1)

    def test_a_failing_command_is_a_fault_unless_its_error_is_shown(self):
        self.assertEqual(len(self.faults('$ false\n')), 1)
        self.assertEqual(self.faults('$ echo "berth: error: x" >&2; exit 2\nberth: error: x\n'), [])


if __name__ == '__main__':
    unittest.main()
