#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what README.md shows and compares what comes out: check.py PATH_TO_BERTH

In a ```console block a line that begins with "$ " is a command (a backslash continues it) and what follows is its output.
In the output a line that is only "..." stands for any lines, and "..." inside a line for anything on it. Commands run in
order in a copy of the repository's folders that they use, so they leave nothing behind. What a command prints is its
stdout; where it fails, as a shown error must, its stderr follows.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def console_blocks(text):
    """The (command, expected lines) of every console block, in order."""
    steps = []
    for block in re.findall(r'^```console\n(.*?)^```$', text, re.M | re.S):
        lines = iter(block.splitlines())
        for line in lines:
            if line.startswith('$ '):
                command = line[2:]
                while command.endswith('\\'):
                    command = command[:-1] + ' ' + next(lines, '').strip()
                steps.append((command, []))
            elif not steps:
                raise ValueError(f'output before any command: {line}')
            else:
                steps[-1][1].append(line)
    return steps


def matches(expected, actual):
    """Whether the lines printed are those shown, "..." standing for anything."""
    if not expected:
        return not actual
    if expected[0].strip() == '...':
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    pattern = '.*'.join(re.escape(part) for part in expected[0].rstrip().split('...'))
    return bool(actual) and re.fullmatch(pattern, actual[0].rstrip()) is not None and matches(expected[1:], actual[1:])


def run(command, folder, environment):
    done = subprocess.run(['bash', '-c', command], cwd=folder, env=environment, capture_output=True, text=True, errors='replace', stdin=subprocess.DEVNULL)
    text = done.stdout if done.returncode == 0 else done.stdout + done.stderr
    return done.returncode, text.rstrip('\n').splitlines()


def check(text, folder, environment):
    """Runs every step; returns one line a fault."""
    faults = []
    for command, expected in console_blocks(text):
        status, actual = run(command, folder, environment)
        shows_error = any(line.startswith('berth: error: ') for line in expected)
        if status != 0 and not shows_error:
            faults.append(f'$ {command}\nends with status {status}:\n' + '\n'.join(actual))
        elif not matches(expected, actual):
            faults.append(f'$ {command}\nREADME shows:\n' + '\n'.join(expected) + '\nbut it prints:\n' + '\n'.join(actual))
    return faults


def main(berth):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / 'scripts', folder / 'scripts')
        shutil.copytree(ROOT / 'workloads/demo', folder / 'workloads/demo', symlinks=True)
        environment = dict(os.environ, BERTH=berth, PATH=f'{Path(berth).parent}:{os.environ["PATH"]}')
        text = (ROOT / 'README.md').read_text()
        if not console_blocks(text):
            sys.exit('README.md shows no command')
        faults = check(text, folder, environment)
    print('\n\n'.join(faults) if faults else f'{len(console_blocks(text))} commands print what README.md shows')
    sys.exit(1 if faults else 0)


if __name__ == '__main__':
    main(os.path.abspath(sys.argv[1]))
