#!/usr/bin/env python3
"""`berth mvm` held against sums of products written out here: mvm_test.py BERTH

Arrays are read and written byte by byte, so no NumPy is needed.
"""
import ast
import json
import math
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BERTH = Path(sys.argv[1]).resolve()
FORMATS = {'|i1': 'b', '<i4': 'i', '<f4': 'f'}
OUT, IN, TOKENS = 9, 150, 3  # two row blocks of 128 wordlines, the second ragged
ROWS, READS, SLICES = 128, 8, 7


def save(path, descr, shape, values, order=False):
    header = repr({'descr': descr, 'fortran_order': order, 'shape': tuple(shape)})
    header += ' ' * (-(10 + len(header) + 1) % 64) + '\n'
    path.write_bytes(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + struct.pack(f'<{len(values)}{FORMATS[descr]}', *values))


def load(path):
    raw = path.read_bytes()
    length = struct.unpack('<H', raw[8:10])[0]
    header = ast.literal_eval(raw[10:10 + length].decode())
    assert raw[:8] == b'\x93NUMPY\x01\x00' and not header['fortran_order'] and (10 + length) % 64 == 0
    count = math.prod(header['shape'])
    return header['shape'], struct.unpack(f'<{count}{FORMATS[header["descr"]]}', raw[10 + length:]), header['descr']


def product(weights, inputs):
    return tuple(sum(weights[o * IN + i] * inputs[t * IN + i] for i in range(IN)) for t in range(TOKENS) for o in range(OUT))


def codes_of(weights, inputs, top, step=1):
    """Every code of 1-bit cells in positive and negative arrays read a bit at a time, and how many were clipped."""
    codes, clipped = [], 0
    for t in range(TOKENS):
        for read in range(READS):
            bits = [inputs[t * IN + i] >> read & 1 for i in range(IN)]
            for first in range(0, IN, ROWS):
                rows = range(first, min(first + ROWS, IN))
                for sign in (1, -1):
                    for bit in range(SLICES):
                        for o in range(OUT):
                            current = sum(bits[i] * (max(0, sign * weights[o * IN + i]) >> bit & 1) for i in rows)
                            code = round(current / step)  # ties to even, as the converter rounds
                            clipped += code > top
                            codes.append(min(code, top))
    return tuple(codes), clipped


def recombined(shape, codes):
    tokens, reads, blocks, polarities, slices, out = shape
    y = [0] * (tokens * out)
    for place, code in enumerate(codes):
        rest, o = divmod(place, out)
        rest, bit = divmod(rest, slices)
        rest, sign = divmod(rest, polarities)
        rest, _ = divmod(rest, blocks)
        t, read = divmod(rest, reads)
        weight = -(1 << read) if read == reads - 1 else 1 << read
        y[t * out + o] += (1 - 2 * sign) * (weight << bit) * code
    return tuple(y)


class Mvm(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = Path(folder.name)
        self.weights, self.inputs, self.out, self.codes, self.json = (self.work / name for name in ('W.npy', 'X.npy', 'Y.npy', 'C.npy', 'R.json'))
        draw = random.Random(1)
        self.w = [draw.randint(-127, 127) for _ in range(OUT * IN)]
        self.x = [draw.randint(-128, 127) for _ in range(TOKENS * IN)]
        save(self.weights, '|i1', (OUT, IN), self.w)
        save(self.inputs, '|i1', (TOKENS, IN), self.x)

    def call(self, *settings, platform='reram-multitask', codes=True, more=()):
        arguments = ['mvm', '--platform', platform, '--weights', self.weights, '--inputs', self.inputs, '--out', self.out, '--json', self.json, '--quiet', *more]
        arguments += ['--codes', self.codes] if codes else []
        for setting in settings:
            arguments += ['--set', setting]
        return subprocess.run([str(BERTH), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)

    def run_well(self, *settings, **options):
        done = self.call(*settings, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return load(self.out), json.loads(self.json.read_text())

    def refused(self, says, *settings, **options):
        before = sorted(os.listdir(self.work))
        done = self.call(*settings, **options)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, '^berth: error: .*' + says + '.*; expected ')
        self.assertEqual(sorted(os.listdir(self.work)), before, 'something was left behind')

    def test_a_lossless_converter_gives_the_integer_product(self):
        (shape, y, descr), report = self.run_well()
        self.assertEqual((shape, descr), ((TOKENS, OUT), '<i4'))
        self.assertEqual(y, product(self.w, self.x))
        self.assertEqual((report['schema'], report['path'], report['clipped']), ('berth.mvm.1', 'int8_gemm', 0))

    def test_every_code_is_the_sum_of_its_column(self):
        self.run_well()
        shape, codes, descr = load(self.codes)
        self.assertEqual((shape, descr), ((TOKENS, READS, 2, 2, SLICES, OUT), '<i4'))
        self.assertEqual(codes, codes_of(self.w, self.x, 255)[0])
        self.assertEqual(recombined(shape, codes), product(self.w, self.x))

    def test_a_narrow_converter_clips_and_counts(self):
        (_, y, _), report = self.run_well('adc.bits=4')
        shape, codes, _ = load(self.codes)
        expected, clipped = codes_of(self.w, self.x, 15)
        self.assertEqual(codes, expected)
        self.assertEqual(y, recombined(shape, codes))
        self.assertNotEqual(y, product(self.w, self.x))
        self.assertGreater(clipped, 0)
        self.assertEqual(report['clipped'], clipped)
        self.assertEqual(report['path'], 'bit_plane')

    def test_a_coarse_step_scales_the_codes(self):
        (_, y, _), report = self.run_well('adc.bits=5', 'adc.step=2')
        shape, codes, _ = load(self.codes)
        self.assertEqual((codes, report['clipped']), codes_of(self.w, self.x, 31, 2))
        self.assertEqual(y, tuple(2 * sum_ for sum_ in recombined(shape, codes)))

    def test_an_adaptive_converter_searches_and_pays_for_the_bits_that_are_kept(self):
        kept_from, kept_to, bits = 5, 12, 8
        (_, y, _), report = self.run_well('adc.kind=adaptive_sar', f'adc.dropped_bits={kept_from}', f'adc.sum_bits={kept_to}')
        shape, codes, _ = load(self.codes)
        expected, clipped, decisions = list(codes_of(self.w, self.x, ROWS)[0]), 0, 0
        for place, current in enumerate(expected):
            slice_, read = place // OUT % SLICES, place // (OUT * SLICES * 2 * 2) % READS
            reach = max(0, min(bits, kept_to - slice_ - read))
            skipped = max(0, min(reach, kept_from - slice_ - read))
            rounded, top = round(current / 2 ** skipped) << skipped, (1 << reach) - (1 << skipped)
            clipped += rounded > top
            decisions += reach - skipped + (reach < bits)
            expected[place] = min(rounded, top)
        self.assertEqual(codes, tuple(expected))
        self.assertEqual((y, report['clipped'], report['path']), (recombined(shape, codes), clipped, 'bit_plane'))
        self.assertGreater(clipped, 0)
        converter = report['components']['tile.ima.adc']
        self.assertEqual(converter['actions'], {'decide': decisions})
        _, whole = self.run_well()
        a_conversion = whole['components']['tile.ima.adc']['energy_j'] / whole['adc_conversions']
        self.assertAlmostEqual(converter['energy_j'] / (decisions * a_conversion / bits), 1, places=9)

    def test_every_path_and_number_of_threads_gives_the_same_bytes(self):
        for bits in ('adc.bits=8', 'adc.bits=5'):
            self.run_well(bits)
            fast = self.out.read_bytes(), self.codes.read_bytes()
            _, report = self.run_well(bits, 'crossbar.path=reference', more=('--threads', '1'))
            self.assertEqual(report['path'], 'reference')
            self.assertEqual((self.out.read_bytes(), self.codes.read_bytes()), fast)
            self.run_well(bits, more=('--threads', '3', '--repeat', '2'))
            self.assertEqual((self.out.read_bytes(), self.codes.read_bytes()), fast)

    def test_other_encodings_give_the_integer_product(self):
        (_, y, _), report = self.run_well(platform='isaac-ce', codes=False)
        self.assertEqual(y, product(self.w, self.x))
        self.assertFalse(self.codes.exists())
        self.assertEqual(report['platform']['name'], 'isaac-ce')

    def test_reads_conversions_and_energy_by_hand(self):
        _, report = self.run_well()
        arrays = 2 * 2  # row blocks and polarities; 9 channels of 7 slices fit 128 bitlines
        reads, conversions = TOKENS * READS * arrays, TOKENS * READS * 2 * 2 * SLICES * OUT
        self.assertEqual((report['array_reads'], report['adc_conversions']), (reads, conversions))
        counted = {part: component['actions'] for part, component in report['components'].items()}
        self.assertEqual(counted, {'tile.ima.array': {'cell_read': TOKENS * READS * IN * 2 * SLICES * OUT}, 'tile.ima.dac': {'drive': TOKENS * READS * IN * 2},
                                   'tile.ima.sample_hold': {'sample': conversions}, 'tile.ima.adc': {'convert': conversions},
                                   'tile.ima.shift_add': {'add': conversions}})
        self.assertAlmostEqual(report['energy_j'], sum(part['energy_j'] for part in report['components'].values()), delta=1e-12 * report['energy_j'])
        self.assertGreater(report['seconds_per_product'], 0)
        values = report['array_energy']
        self.assertAlmostEqual(values['by_average_j'], report['components']['tile.ima.array']['energy_j'], delta=1e-18)
        bits = sum(bin(value & 255).count('1') for value in self.x)
        self.assertAlmostEqual(values['driven_share'], bits / (len(self.x) * 8), places=12)
        on = sum(bin(abs(w)).count('1') * sum(bin(self.x[token * IN + place % IN] & 255).count('1') for token in range(TOKENS))
                 for place, w in enumerate(self.w))
        self.assertAlmostEqual(values['mean_level'], on / (bits * 2 * SLICES * OUT), places=12)
        for cell in values['cells'].values():
            self.assertAlmostEqual((1 + cell['error_of_average']) * cell['by_values_j'] / values['by_average_j'], 1, places=9)
        converters = report['converter_energy']
        self.assertAlmostEqual(converters['by_average_j'], report['components']['tile.ima.adc']['energy_j'], delta=1e-18)
        self.assertAlmostEqual(converters['driven_per_conversion'] * conversions, bits * 2 * SLICES * OUT, delta=1e-6)
        for name, cell in converters['cells'].items():
            self.assertAlmostEqual((1 + cell['error_of_average']) * cell['by_values_j'] / converters['by_average_j'], 1, places=9)
            self.assertLess(abs(cell['error_of_average']), abs(values['cells'][name]['error_of_average']), 'part of a conversion does not depend on it')
        row = next(row for row in report['sources'] if row['row'] == 'isaac_adc.8b.convert.energy')
        scale = {'pJ': 1e-12, 'fJ': 1e-15, 'nJ': 1e-9, 'J': 1}[row['unit']]
        self.assertAlmostEqual(report['components']['tile.ima.adc']['energy_j'] / (conversions * row['value'] * scale), 1, places=9)

    def test_real_numbers_are_quantised_by_channel_and_token(self):
        draw = random.Random(2)
        save(self.weights, '<f4', (OUT, IN), [draw.gauss(0, 0.05 * (1 + place // IN)) for place in range(OUT * IN)])
        save(self.inputs, '<f4', (TOKENS, IN), [draw.gauss(0, 1) for _ in range(TOKENS * IN)])
        w, x = load(self.weights)[1], load(self.inputs)[1]
        (shape, y, descr), _ = self.run_well()
        self.assertEqual((shape, descr), ((TOKENS, OUT), '<f4'))
        scales = lambda values: [max(map(abs, values[row:row + IN])) / 127 for row in range(0, len(values), IN)]
        integers = lambda values, steps: [round(value / steps[place // IN]) for place, value in enumerate(values)]
        w_scales, x_scales = scales(w), scales(x)
        exact = product(integers(w, w_scales), integers(x, x_scales))
        for place, value in enumerate(y):
            unit = w_scales[place % OUT] * x_scales[place // OUT]
            # A quotient within rounding of a half may fall to either side.
            self.assertLess(abs(value / unit - exact[place]), 128)
        close = sum(abs(value / (w_scales[place % OUT] * x_scales[place // OUT]) - exact[place]) < 0.5 for place, value in enumerate(y))
        self.assertGreaterEqual(close, len(y) - OUT)

    def test_a_weight_of_minus_128_is_refused(self):
        self.w[2 * IN + 5] = -128
        save(self.weights, '|i1', (OUT, IN), self.w)
        self.refused(r'W\.npy\[2, 5\]: is -128')

    def test_numbers_that_are_not_finite_are_refused(self):
        for bad, says in ((math.nan, 'not a number'), (math.inf, 'infinite')):
            save(self.weights, '<f4', (OUT, IN), [1.0] * (OUT * IN))
            save(self.inputs, '<f4', (TOKENS, IN), [1.0] * IN + [bad] + [1.0] * (TOKENS * IN - IN - 1))
            self.refused(r'X\.npy\[1, 0\]: is ' + says)

    def test_products_beyond_a_float_are_refused(self):
        save(self.weights, '<f4', (OUT, IN), [1e30] * (OUT * IN))
        save(self.inputs, '<f4', (TOKENS, IN), [1e30] * (TOKENS * IN))
        self.refused(r'Y\.npy.*not finite')

    def test_shapes_and_types_that_disagree_are_refused(self):
        save(self.inputs, '|i1', (TOKENS, IN - 1), self.x[:TOKENS * (IN - 1)])
        self.refused(r'X\.npy: has 149 inputs')
        save(self.inputs, '|i1', (TOKENS * IN,), self.x)
        self.refused(r'X\.npy: has the shape \(450\)')
        save(self.inputs, '|i1', (0, IN), [])
        self.refused(r'X\.npy: has the shape \(0, 150\)')
        save(self.inputs, '<f4', (TOKENS, IN), self.x)
        self.refused(r'X\.npy: has elements of float32')
        save(self.weights, '<i4', (OUT, IN), self.w)
        self.refused(r'W\.npy: has elements of int32')

    def test_files_that_are_no_arrays_are_refused(self):
        save(self.inputs, '|i1', (TOKENS, IN), self.x, order=True)
        self.refused(r'X\.npy: header: .*Fortran')
        self.inputs.write_bytes(b'TOKENS')
        self.refused(r'X\.npy: is not an \.npy file')
        self.inputs.unlink()
        self.refused(r'X\.npy: does not exist')

    def test_codes_without_measure_are_refused(self):
        self.weights.write_bytes(b'')
        tokens = 1 << 20
        save(self.weights, '|i1', (64, 1), [1] * 64)
        save(self.inputs, '|i1', (tokens, 1), [1] * tokens)
        self.refused(r'--codes: would hold 7168 codes of each of 1048576 tokens')

    def test_a_matrix_that_the_chip_cannot_hold_is_refused(self):
        self.refused('arrays', 'hierarchy.tiles=1', 'hierarchy.imas_per_tile=1', 'hierarchy.arrays_per_ima=1')

    def test_dead_parts_are_replaced_or_the_matrix_is_refused(self):
        (_, y, _), _ = self.run_well()
        (_, repaired, _), _ = self.run_well('hierarchy.spare_imas=1', 'hierarchy.spare_columns=2', 'dead_parts.imas=[[0,0]]', 'dead_parts.columns=[[0,1,0,5],[0,1,0,6]]')
        self.assertEqual(repaired, y)
        for name in (self.out, self.json, self.codes):
            name.unlink()
        self.refused('dead_parts: leave 1 IMAs and 0 columns', 'dead_parts.ima_probability=1')
        self.refused('dead_parts: leave 0 IMAs and [0-9]+ columns', 'dead_parts.column_probability=1', 'dead_parts.policy=run')

    def test_results_that_share_a_file_are_refused(self):
        self.codes = self.out
        self.refused(r'Y\.npy: is asked for twice')

    def test_nothing_appears_where_one_result_cannot_be_written(self):
        self.codes = self.work / 'no' / 'C.npy'
        self.refused(r'C\.npy')


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
