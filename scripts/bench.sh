#!/usr/bin/env bash
# Times the crossbar's ways of computing, one matrix on one thread and BERT-base's on two, and prints each as a ratio to the fp32
# product of the same run and as a part of the processor's peak, so that machines and moments compare. build/bench.json keeps the
# figures. Arguments go to the benchmark: scripts/bench.sh --benchmark_filter=coarse
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh build test
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake --preset release -DBERTH_BENCHMARKS=ON >/dev/null
cmake --build --preset release --target crossbar_bench -j "$(nproc)" >/dev/null
build/release/tests/bench/crossbar_bench --benchmark_repetitions=5 --benchmark_min_time=0.1 --benchmark_format=json "$@" >build/bench.json
python3 scripts/bench_table.py build/bench.json tests/bench/ratios.json
