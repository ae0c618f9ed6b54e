#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a Hugging Face checkpoint of random weights, for speed and size where values do not matter:
random_checkpoint.py OUT_DIR [--hidden 768 --layers 12 --heads 12 --intermediate 3072 --vocabulary 30522 --positions 512]

A folder OUT_DIR/base and a fine-tuned OUT_DIR/task, with OUT_DIR/sentences.tsv of sentences of --tokens tokens. The defaults are BERT-base.
"""
import argparse
import array
import json
import random
import struct
from pathlib import Path

BLOCK = (1 << 18) + 7  # weights drawn; the tensors take them round and round


def tensors(shape, labels):
    """Every tensor's name and shape, in the order of the file."""
    hidden, wide = shape.hidden, shape.intermediate
    prefix = 'bert.'
    yield prefix + 'embeddings.word_embeddings.weight', [shape.vocabulary, hidden]
    yield prefix + 'embeddings.position_embeddings.weight', [shape.positions, hidden]
    yield prefix + 'embeddings.token_type_embeddings.weight', [2, hidden]

    def norm(name):
        return [(f'{name}.weight', [hidden]), (f'{name}.bias', [hidden])]

    def linear(name, out, inputs):
        return [(f'{name}.weight', [out, inputs]), (f'{name}.bias', [out])]

    yield from norm(prefix + 'embeddings.LayerNorm')
    for layer in range(shape.layers):
        place = f'{prefix}encoder.layer.{layer}.'
        for name in ('query', 'key', 'value'):
            yield from linear(f'{place}attention.self.{name}', hidden, hidden)
        yield from linear(place + 'attention.output.dense', hidden, hidden)
        yield from norm(place + 'attention.output.LayerNorm')
        yield from linear(place + 'intermediate.dense', wide, hidden)
        yield from linear(place + 'output.dense', hidden, wide)
        yield from norm(place + 'output.LayerNorm')
    yield from linear(prefix + 'pooler.dense', hidden, hidden)
    if labels:
        yield from linear('classifier', labels, hidden)


def write_tensors(file, shape, labels, seed):
    draw = random.Random(seed)
    halves = array.array('H', struct.unpack(f'<{BLOCK}H', struct.pack(f'<{BLOCK}e', *(draw.gauss(0, 0.02) for _ in range(BLOCK))))).tobytes()
    ones = struct.pack('<e', 1.0)
    header, offset = {}, 0
    listed = list(tensors(shape, labels))
    for name, dimensions in listed:
        count = dimensions[0] * (dimensions[1] if len(dimensions) > 1 else 1)
        header[name] = {'dtype': 'F16', 'shape': dimensions, 'data_offsets': [offset, offset + 2 * count]}
        offset += 2 * count
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(file, 'wb') as out:
        out.write(struct.pack('<Q', len(text)) + text)
        at = 0
        for name, dimensions in listed:
            left = header[name]['data_offsets'][1] - header[name]['data_offsets'][0]
            if name.endswith('LayerNorm.weight'):
                out.write(ones * (left // 2))
                continue
            while left > 0:
                part = halves[at:at + left]
                out.write(part)
                left -= len(part)
                at = 0 if at + len(part) == len(halves) else at + len(part)


def write_checkpoint(folder, shape, labels, seed):
    folder.mkdir(parents=True, exist_ok=True)
    config = {'architectures': ['BertForSequenceClassification' if labels else 'BertModel'], 'model_type': 'bert', 'hidden_act': 'gelu',
              'hidden_size': shape.hidden, 'intermediate_size': shape.intermediate, 'num_hidden_layers': shape.layers,
              'num_attention_heads': shape.heads, 'max_position_embeddings': shape.positions, 'type_vocab_size': 2, 'layer_norm_eps': 1e-12,
              'vocab_size': shape.vocabulary}
    if labels:
        config['num_labels'] = labels
    (folder / 'config.json').write_text(json.dumps(config, indent=2) + '\n')
    words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] + [f'word{i}' for i in range(shape.vocabulary - 5)]
    (folder / 'vocab.txt').write_text('\n'.join(words) + '\n')
    write_tensors(folder / 'model.safetensors', shape, labels, seed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=Path)
    for name, value in (('hidden', 768), ('layers', 12), ('heads', 12), ('intermediate', 3072), ('vocabulary', 30522), ('positions', 512),
                        ('tokens', 128), ('sentences', 8)):
        parser.add_argument(f'--{name}', type=int, default=value)
    shape = parser.parse_args()
    write_checkpoint(shape.out / 'base', shape, 0, 1)
    write_checkpoint(shape.out / 'task', shape, 2, 1)
    draw = random.Random(2)
    lines = ['label\tsentence1']
    for i in range(shape.sentences):
        lines.append(f'{i % 2}\t' + ' '.join(f'word{draw.randrange(shape.vocabulary - 5)}' for _ in range(shape.tokens - 2)))
    (shape.out / 'sentences.tsv').write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
