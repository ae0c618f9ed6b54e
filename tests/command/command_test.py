#!/usr/bin/env python3
"""Bad input to the built command, on the bundled checkpoints: command_test.py BERTH SOURCE_DIR

Every case must end with exit code 2, one line 'berth: error: ...' that names the fault, and nothing left behind.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BERTH, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
DEMO = SOURCE / 'workloads/demo'


def berth(*arguments):
    return subprocess.run([str(BERTH), *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, errors='replace')


def read_safetensors(path):
    raw = path.read_bytes()
    length = struct.unpack('<Q', raw[:8])[0]
    return json.loads(raw[8:8 + length]), raw[8 + length:]


def write_safetensors(path, header, blob, length=None):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack('<Q', len(text) if length is None else length) + text + blob)


def crc32c(data):
    """Castagnoli's polynomial, as RFC 3720 has it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.work = Path(cls.folder.name)
        cls.image = cls.work / 'good.berth'
        cls.data = DEMO / 'sst2.tsv'
        done = berth('compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={cls.data}', '--method', 'copies', '--out', cls.image)
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def refused(self, says, *arguments, out=None):
        before = sorted(os.listdir(self.work))
        done = berth(*arguments)
        errors = [line for line in done.stderr.splitlines() if line.startswith('berth: error: ')]
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(errors), 1, done.stderr)
        self.assertRegex(errors[0], says)
        self.assertIn('; expected ', errors[0])
        self.assertEqual(sorted(os.listdir(self.work)), before, 'something was left behind')

    def checkpoint(self, name):
        """A copy of the sst2 checkpoint that a test may spoil."""
        copy = self.work / name
        shutil.copytree(DEMO / 'sst2', copy)
        self.addCleanup(shutil.rmtree, copy)
        return copy

    def compress(self, checkpoint, says, data=None, method='copies'):
        option = f'sst2={checkpoint}' + (f',data={data}' if data else '')
        self.refused(says, 'compress', '--base', DEMO / 'base', '--task', option, '--method', method, '--out', self.work / 'bad.berth')

    def spoil(self, name, change, says, length=None):
        copy = self.checkpoint(name)
        shard = copy / 'model-00002-of-00002.safetensors'
        header, blob = read_safetensors(shard)
        blob = change(header, bytearray(blob))
        write_safetensors(shard, header, bytes(blob), length)
        self.compress(copy, says)

    def test_truncated_safetensors(self):
        copy = self.checkpoint('truncated')
        shard = copy / 'model-00002-of-00002.safetensors'
        shard.write_bytes(shard.read_bytes()[:100000])
        self.compress(copy, 'model-00002-of-00002.safetensors')

    def test_header_of_two_to_the_sixty_bytes(self):
        self.spoil('header', lambda header, blob: blob, 'model-00002-of-00002.safetensors', length=1 << 60)

    def test_missing_tensor(self):
        def change(header, blob):
            del header['bert.encoder.layer.1.output.dense.weight']
            return blob
        self.spoil('missing', change, r'encoder\.layer\.1\.output\.dense\.weight')

    def test_wrong_shape(self):
        def change(header, blob):
            header['bert.encoder.layer.0.intermediate.dense.weight']['shape'].reverse()
            return blob
        self.spoil('shape', change, r'encoder\.layer\.0\.intermediate\.dense\.weight')

    def test_nan_weight(self):
        def change(header, blob):
            begin = header['bert.pooler.dense.weight']['data_offsets'][0]
            blob[begin:begin + 2] = b'\x00\x7e'
            return blob
        self.spoil('nan', change, r'pooler\.dense\.weight')

    def test_infinite_bias(self):
        def change(header, blob):
            begin = header['classifier.bias']['data_offsets'][0]
            blob[begin:begin + 2] = b'\x00\x7c'
            return blob
        self.spoil('infinite', change, r'classifier\.bias')

    def test_vocabulary_too_small(self):
        copy = self.checkpoint('vocabulary')
        (copy / 'vocab.txt').write_text('[PAD]\n[UNK]\n')
        base = self.work / 'vocabulary-base'
        shutil.copytree(DEMO / 'base', base)
        self.addCleanup(shutil.rmtree, base)
        (base / 'vocab.txt').write_text('[PAD]\n[UNK]\n')
        self.refused(r'vocab\.txt', 'compress', '--base', base, '--task', f'sst2={copy}', '--method', 'copies', '--out', self.work / 'bad.berth')

    def test_kang_without_data(self):
        self.compress(DEMO / 'sst2', 'sst2.*data', method='kang')

    def test_base_that_is_no_parent(self):
        copy = self.checkpoint('stranger')
        shard = copy / 'model-00002-of-00002.safetensors'
        header, blob = read_safetensors(shard)
        spoilt = bytearray(blob)
        for name, tensor in header.items():
            if name.endswith('dense.weight') or name.endswith('query.weight') or name.endswith('key.weight') or name.endswith('value.weight'):
                begin, end = tensor['data_offsets']
                spoilt[begin:end] = bytes(byte ^ (0x80 if i % 4 == 1 else 0) for i, byte in enumerate(blob[begin:end]))
        write_safetensors(shard, header, bytes(spoilt))
        for method in ('kang', 'berth'):
            self.compress(copy, r'cosine is -?0\.[0-4]\d+; expected a cosine of 0\.5 or more, or --force', data=self.data, method=method)

    def test_task_of_another_shape(self):
        copy = self.checkpoint('narrow')
        config = json.loads((copy / 'config.json').read_text())
        config['num_attention_heads'] *= 2
        (copy / 'config.json').write_text(json.dumps(config))
        for method in ('copies', 'kang', 'berth'):
            self.compress(copy, r"narrow/config\.json:num_attention_heads: is \d+; expected the base's \d+", data=self.data, method=method)

    def test_data_without_labels(self):
        unlabelled = self.work / 'unlabelled.tsv'
        unlabelled.write_text('sentence1\na fine film\n')
        for method in ('kang', 'berth'):
            self.compress(DEMO / 'sst2', r'unlabelled\.tsv: has no labels', data=unlabelled, method=method)

    def test_bounds_that_cannot_be_kept(self):
        options = ('compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={self.data}', '--out', self.work / 'bad.berth')
        self.refused(r'--max-area: 0\.01 cannot be reached with these tasks; expected 0\.\d+ or more', *options, '--method', 'berth', '--max-area', '0.01')
        without_deltas = 'allocation{base_bits_least=2,base_bits_most=2},shared_base{source=fitted}'
        self.refused(r'--max-loss: 0 cannot be reached with these tasks; expected \d+\.\d+ points or more, the best reached', *options, '--stages', without_deltas,
                     '--max-loss', '0')
        self.refused('max-area: is no option of method copies', *options, '--method', 'copies', '--max-area', '0.5')
        self.refused('max-loss: is no option of stages', *options, '--stages', 'shared_base', '--max-loss', '0.5')

    def test_stages_that_cannot_be(self):
        options = ('compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={self.data}', '--out', self.work / 'bad.berth')
        for stages, says in (('magic', r'stages\[0\]\.stage'), ('shared_base{bits=12}', r'stages\[0\]\.bits: is 12'), ('shared_base{', 'stages'), ('[{"stage"', 'stages'),
                             ('[]', 'stages: is empty'), ('hard_sharing', 'stages: has hard_sharing before'),
                             ('low_bit_copies{matrices=pooler}', r'stages: leaves task sst2 without a matrix layer\.0\.query')):
            self.refused(says, *options, '--stages', stages)
        self.refused('stages: is given beside', *options, '--stages', 'shared_base', '--method', 'kang')
        method = self.work / 'method.json'
        for content, says in (('{"stages": []}', r'method\.json:name: is missing'), ('{"name": "mine", "stages": [{"stage": "ntq", "max_precision": 9}]}', r'method\.json:stages\[0\]\.max_precision'),
                              ('[', r'method\.json')):
            method.write_text(content)
            self.refused(says, *options, '--method-file', method)
        self.refused(r'nowhere\.json', *options, '--method-file', self.work / 'nowhere.json')

    def test_curves_that_cannot_be(self):
        options = ('profile', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={self.data}', '--out', self.work / 'bad.json', '--html', self.work / 'bad.html')
        for curve, says in (('shared_base,low_rank{rank=4}', 'curve: has no parameter with several values'),
                            ('shared_base{bits=4|8},low_rank{rank=4|8}', r'curve\[1\]\.rank: has several values beside --curve\[0\]\.bits'),
                            ('low_bit_copies{bits=4|3}', r'curve\[0\]\.bits: has 3 behind 4'), ('low_bit_copies{bits=4|9}', r'curve\[0\]\.bits: is 9; expected a number from 2 to 8'),
                            ('low_bit_copies{rounding=nearest|feedback}', r'curve\[0\]\.rounding: has "nearest"'),
                            ('[{"stage": "low_bit_copies", "bits": "4|3"}, {"stage": "shared_base"}]', r'curve\[0\]\.bits: has 3 behind 4'),
                            ('shared_base,resilience,ntq{max_precision=1|2}', r'curve\[1\]\.stage: is "resilience"'), ('', 'curve: ends early'),
                            ('ntq{max_precision=1|2}', 'curve: has ntq before any base'), ('low_bit_copies{bits=4|5,matrices=pooler}', 'curve: leaves task sst2 without a matrix')):
            self.refused(says, *options, '--curve', curve)
            self.refused(says, *options, '--curve', 'low_bit_copies{bits=7|8}', '--curve', curve)

    def test_empty_data(self):
        empty = self.work / 'empty.tsv'
        empty.write_text('')
        self.refused(r'empty\.tsv', 'simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--input', empty,
                     '--json', self.work / 'bad.json', '--predictions', self.work / 'bad.tsv')

    def test_label_out_of_range(self):
        wrong = self.work / 'range.tsv'
        wrong.write_text('label\tsentence1\n1\tfine\n2\tnot a class of two\n')
        self.refused(r'range\.tsv.*3', 'simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--input', wrong,
                     '--json', self.work / 'bad.json')

    def test_calibration_without_data_or_by_an_unknown_method(self):
        options = ('compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2', '--method', 'copies', '--out', self.work / 'bad.berth')
        self.refused('sst2: has no data; expected data=FILE', *options, '--calibrate-adc', 'error')
        self.refused('calibrate-adc', *options, '--calibrate-adc', 'guess')

    def test_label_out_of_range_for_compression(self):
        wrong = self.work / 'range2.tsv'
        wrong.write_text('label\tsentence1\n-1\tno\n')
        self.compress(DEMO / 'sst2', r'range2\.tsv', data=wrong, method='kang')

    def test_image_the_platform_cannot_hold(self):
        self.refused(r'array', 'simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--input', self.data,
                     '--set', 'hierarchy.tiles=1', '--set', 'hierarchy.imas_per_tile=1', '--json', self.work / 'bad.json')

    def test_image_that_needs_what_is_dead(self):
        simulate = ('simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--input', self.data, '--limit', '3', '--no-reference',
                    '--set', 'dead_parts.columns=[[0,0,0,0],[0,0,0,1]]', '--set', 'hierarchy.spare_columns=1', '--json', self.work / 'dead.json')
        self.refused(r'reram-multitask:dead_parts: leave 0 IMAs and 1 columns .* on tile 0', *simulate)
        done = berth(*simulate, '--set', 'dead_parts.policy=run')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('berth: warning: 3 of 3 results used dead parts for which there is no spare', done.stderr)
        report = json.loads((self.work / 'dead.json').read_text())
        (self.work / 'dead.json').unlink()
        self.assertEqual(report['repair']['columns'] | {'spares_left': None}, {'dead': 2, 'replaced': 1, 'lost': 1, 'spares_left': None})
        self.assertEqual(report['repair']['degraded_results'], 3)

    def test_image_flipped_everywhere(self):
        image = self.image.read_bytes()
        spoilt = self.work / 'spoilt.berth'
        for place in [0, 8, 12, 16, 24, 100, *range(200, len(image), len(image) // 40), len(image) - 1]:
            spoilt.write_bytes(image[:place] + bytes([image[place] ^ 1]) + image[place + 1:])
            self.refused(r'spoilt\.berth', 'inspect', spoilt)

    def test_tasks_that_come_and_go(self):
        task = f'stsb={DEMO}/stsb,data={DEMO}/stsb.tsv'
        both, anew, one = (self.work / name for name in ('both.berth', 'anew.berth', 'one.berth'))
        self.addCleanup(lambda: [file.unlink() for file in (both, anew, one) if file.exists()])
        for arguments in (['--append', self.image, '--task', task, '--out', both],
                          ['--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={self.data}', '--task', task, '--method', 'copies', '--out', anew],
                          ['--append', both, '--remove', 'stsb', '--out', one]):
            done = berth('compress', *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        def contents(image):
            data = image.read_bytes()
            header = json.loads(data[24:24 + struct.unpack('<Q', data[16:24])[0]])
            return [section['crc32c'] for section in header['sections']]
        self.assertEqual(contents(both), contents(anew))
        self.assertEqual(contents(one), contents(self.image))
        self.refused('stsb: is in the image already', 'compress', '--append', both, '--task', task, '--out', self.work / 'bad.berth')
        self.refused('trec: is not in the image; expected sst2 or stsb', 'compress', '--append', both, '--remove', 'trec', '--out', self.work / 'bad.berth')
        self.refused('is also read as input', 'compress', '--append', both, '--remove', 'stsb', '--out', both)

    def test_synthetic_tasks(self):
        family = self.work / 'family.berth'
        self.addCleanup(family.unlink, True)
        done = berth('compress', '--append', self.image, '--synthetic', '3', '--out', family)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('3 of them synthetic', berth('inspect', family).stdout)
        self.assertIn('; --synthetic 3 --seed 1', berth('inspect', family).stdout)
        done = berth('simulate', '--platform', 'reram-multitask', '--image', family, '--task', 'synthetic-3', '--input', self.data, '--limit', '2')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('no fp32 reference: task synthetic-3 is synthetic', done.stderr)
        for count in ('0', '-1', '1025', 'many'):
            self.refused('--synthetic', 'compress', '--append', self.image, '--synthetic', count, '--out', self.work / 'bad.berth')
        self.refused('--append: is required; expected the image whose tasks --synthetic mixes', 'compress', '--synthetic', '2', '--out', self.work / 'bad.berth')

    def test_tasks_that_come_to_an_image_of_listed_stages(self):
        stages = 'shared_base,low_rank{rank=2},bias_correction'
        tasks = [f'{name}={DEMO}/{name},data={DEMO}/{name}.tsv' for name in ('sst2', 'stsb')]
        one, both, anew, other, spoilt = (self.work / name for name in ('one.berth', 'both.berth', 'anew.berth', 'other.berth', 'spoilt.berth'))
        self.addCleanup(lambda: [file.unlink() for file in (one, both, anew, other, spoilt) if file.exists()])
        for arguments in (['--base', DEMO / 'base', '--task', tasks[0], '--stages', stages, '--out', one],
                          ['--append', one, '--task', tasks[1], '--out', both],
                          ['--append', one, '--task', tasks[1], '--stages', 'shared_base,low_rank{rank=5}', '--out', other],
                          ['--base', DEMO / 'base', '--task', tasks[0], '--task', tasks[1], '--stages', stages, '--out', anew]):
            done = berth('compress', *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        def header(image):
            data = image.read_bytes()
            return json.loads(data[24:24 + struct.unpack('<Q', data[16:24])[0]])
        def contents(image):
            return [section['crc32c'] for section in header(image)['sections']]
        def ranks(image):
            return [task['linears'][0]['low_rank']['down']['out'] for task in header(image)['tasks']]
        self.assertEqual(contents(both), contents(anew))
        self.assertEqual(header(both)['stages'], header(anew)['stages'])
        self.assertEqual([ranks(both), ranks(other)], [[2, 2], [2, 5]])
        self.assertNotIn('stages', header(self.image))
        # An image of stages that are unknown here is read, and refused where they are to be run.
        data = one.read_bytes()
        named = json.loads(header(one)['stages'])
        named[0]['stage'] = 'unheard_of'
        self.write_with_header(spoilt, data, stages=json.dumps(named))
        self.assertEqual(berth('inspect', spoilt).returncode, 0)
        self.refused(r'spoilt\.berth:stages\[0\]\.stage: is "unheard_of"', 'compress', '--append', spoilt, '--task', tasks[1], '--out', self.work / 'bad.berth')
        self.write_with_header(spoilt, data, stages='{')
        self.refused(r'spoilt\.berth:stages', 'inspect', spoilt)

    @staticmethod
    def write_with_header(file, data, **changes):
        """The image with other values in its header, its CRC made right again."""
        length = struct.unpack('<Q', data[16:24])[0]
        first = -(-(24 + length) // 64) * 64
        text = json.dumps({**json.loads(data[24:24 + length]), **changes}).encode()
        padding = b'\0' * (-(24 + len(text)) % 64)
        file.write_bytes(data[:12] + struct.pack('<IQ', crc32c(text), len(text)) + text + padding + data[first:])

    def test_image_of_another_kind(self):
        for content in (b'', b'x', b'BERTHIMG', os.urandom(4096), self.image.read_bytes() + b'\0'):
            spoilt = self.work / 'spoilt.berth'
            spoilt.write_bytes(content)
            self.refused(r'spoilt\.berth', 'area', '--platform', 'reram-multitask', '--image', spoilt, '--json', self.work / 'bad.json')

    def test_settings_out_of_range(self):
        for setting, says in (('adc.bits=0', r'adc\.bits'), ('crossbar.rows=0', r'crossbar\.rows'), ('crossbar.encoding=binary', r'crossbar\.encoding'),
                              ('no.such=1', r'no\.such'), ('adc.step=-1', r'adc\.step'), ('adc.bits', r'adc\.bits')):
            self.refused(says, 'area', '--platform', 'reram-multitask', '--set', setting, '--json', self.work / 'bad.json')

    def test_sources_of_no_platform(self):
        self.refused('nope', 'sources', '--platform', 'nope')
        self.refused('adc', 'sources', '--platform', 'reram-multitask', '--set', 'adc.bits=3')

    def test_options_that_make_no_sense(self):
        self.refused('sst2', 'compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2', '--task', f'sst2={DEMO}/sst2', '--method', 'copies',
                     '--out', self.work / 'bad.berth')
        self.refused('--append', 'compress', '--remove', 'sst2', '--out', self.work / 'bad.berth')
        for option in ('--base', '--task', '--method'):
            arguments = {'--base': DEMO / 'base', '--task': f'sst2={DEMO}/sst2', '--method': 'copies'}
            del arguments[option]
            self.refused(option, 'compress', *(word for pair in arguments.items() for word in pair), '--out', self.work / 'bad.berth')
        self.refused('image and a shape', 'area', '--platform', 'reram-multitask', '--image', self.image, '--shape', 'bert-base')
        self.refused('bert-huge.*bert-base', 'area', '--platform', 'reram-multitask', '--shape', 'bert-huge')
        self.refused('base-bits', 'area', '--platform', 'reram-multitask', '--shape', 'bert-base', '--base-bits', '9')
        self.refused('nothing', 'list', 'nothing')
        self.refused('nothing', 'help', 'nothing')
        self.refused('metric|guess', 'reference', '--model', DEMO / 'sst2', '--input', self.data, '--metric', 'guess')
        self.refused('samples', 'area', '--platform', 'isaac-ce', '--samples', '100')
        self.refused('samples', 'area', '--platform', 'isaac-ce', '--uncertainty', '--samples', '1')
        self.refused('layer', 'estimate', '--platform', 'reram-multitask')
        self.refused('layer', 'estimate', '--platform', 'reram-multitask', '--image', self.image, '--layer', '8x8')
        for layer in ('8', '8x', 'x8', '0x8', '8x-8', '8x8x8', '8x99999999999'):
            self.refused('--layer', 'estimate', '--platform', 'reram-multitask', '--layer', layer, '--json', self.work / 'bad.json')
        self.refused('arrays', 'estimate', '--platform', 'reram-multitask', '--layer', '1000000x1000000')
        self.refused('tokens', 'estimate', '--platform', 'reram-multitask', '--image', self.image, '--tokens', '513')
        self.refused('threads', 'reference', '--model', DEMO / 'sst2', '--input', self.data, '--threads', '0')
        for option in ('--limit', '--seed'):
            for value in ('-1', '18446744073709551616'):
                self.refused(option, 'reference', '--model', DEMO / 'sst2', '--input', self.data, option, value)

    def test_rows_to_measure_on(self):
        held_out = self.work / 'held_out.tsv'
        lines = self.data.read_text().splitlines(keepends=True)
        held_out.write_text(''.join([lines[0], *lines[2::2]]))
        self.addCleanup(held_out.unlink)
        task = f'sst2={DEMO}/sst2'
        for options, says in ((f'measure={held_out}', 'measure without data'), ('rows=even', 'rows without data'),
                              (f'data={self.data},measure={self.data}', 'one file as data and measure'),
                              (f'data={self.data},rows=third', 'third; expected all, even or odd'),
                              (f'data={self.data},measure={self.work}/none.tsv', r'none\.tsv: is not a file'),
                              (f'data={self.data},rows=even,rows=odd', 'gives rows twice')):
            self.refused(says, 'compress', '--base', DEMO / 'base', '--task', f'{task},{options}', '--method', 'kang', '--out', self.work / 'bad.berth')
        self.refused('--rows', 'reference', '--model', DEMO / 'sst2', '--input', self.data, '--rows', 'third')
        self.refused('is also read as input', 'compress', '--base', DEMO / 'base', '--task', f'{task},data={self.data},measure={held_out}', '--method', 'copies',
                     '--out', held_out)

    def test_odd_rows_are_those_of_a_file_of_them(self):
        odd, halves = self.work / 'odd.tsv', [self.work / name for name in ('a.tsv', 'b.tsv', 'c.tsv')]
        self.addCleanup(lambda: [file.unlink() for file in (odd, *halves)])
        lines = self.data.read_text().splitlines(keepends=True)
        odd.write_text(''.join([lines[0], *lines[2::2]]))
        simulate = ('simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--limit', '3', '--no-reference', '--predictions')
        for arguments in (['reference', '--model', DEMO / 'sst2', '--input', odd, '--predictions', halves[0]],
                          ['reference', '--model', DEMO / 'sst2', '--input', self.data, '--rows', 'odd', '--predictions', halves[1]],
                          [*simulate, halves[2], '--input', self.data, '--rows', 'odd']):
            done = berth(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(halves[0].read_text(), halves[1].read_text())
        said = [line.split('\t')[1] for line in halves[2].read_text().splitlines()]
        self.assertEqual(said, [line.split('\t')[1] for line in halves[0].read_text().splitlines()[:4]])

    def test_output_over_an_input(self):
        data = self.work / 'kept.tsv'
        shutil.copy(self.data, data)
        simulate = ('simulate', '--platform', 'reram-multitask', '--image', self.image, '--task', 'sst2', '--input', data)
        for option, path in (('--json', data), ('--predictions', self.image)):
            before = path.read_bytes()
            self.refused('is also read as input', *simulate, option, path)
            self.assertEqual(path.read_bytes(), before)
        self.refused('two outputs', *simulate, '--json', self.work / 'same', '--predictions', self.work / 'same')
        self.refused('is also read as input', 'compress', '--base', DEMO / 'base', '--task', f'sst2={DEMO}/sst2,data={data}', '--method', 'copies', '--out', data)

    def test_standard_output_that_is_full(self):
        with open('/dev/full', 'w') as full:
            for arguments in (('list', 'presets'), ('reference', '--model', DEMO / 'sst2', '--input', self.data)):
                done = subprocess.run([str(BERTH), *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True)
                self.assertEqual(done.returncode, 2)
                self.assertIn('berth: error: standard output: ', done.stderr)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1], verbosity=2)
