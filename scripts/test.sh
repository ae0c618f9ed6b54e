#!/usr/bin/env bash
# Builds Berth as it is released, warnings as errors, and runs every test. Arguments go to ctest: scripts/test.sh -R Json
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/setup.sh build test
if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
if [[ -d ../shared ]]; then export BERTH_SHARED=${BERTH_SHARED:-$(cd ../shared && pwd)}; fi

cmake --preset release -DBERTH_TESTS=ON -DBERTH_BENCHMARKS=ON -DBERTH_WERROR=ON
cmake --build --preset release -j "$(nproc)"
ctest --preset release -j "$(nproc)" "$@"
