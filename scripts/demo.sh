#!/usr/bin/env bash
# From nothing to the table: installs what is missing, builds the command, puts the bundled checkpoints into one image,
# runs each task on the simulated chip, and prints what came out. Results stay in build/demo.
# BERTH=path/to/berth takes a command that is built already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -z ${BERTH:-} ]]; then
  scripts/setup.sh build
  if command -v ccache >/dev/null; then export CMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
  [[ -f build/release/build.ninja ]] || cmake --preset release -DBERTH_TESTS=OFF
  cmake --build --preset release --target berth_command -j "$(nproc)"
  BERTH=build/release/berth
fi

demo=workloads/demo
out=build/demo
tasks=(sst2 subj trec stsb)
mkdir -p "$out"

options=()
for task in "${tasks[@]}"; do options+=(--task "$task=$demo/$task,data=$demo/$task.tsv"); done
for method in copies kang; do
  echo "Compressing ${#tasks[@]} tasks: $method"
  "$BERTH" compress --base "$demo/base" "${options[@]}" --method "$method" --mode acc --out "$out/$method.berth" >"$out/compress-$method.log"
  "$BERTH" area --platform reram-multitask --image "$out/$method.berth" --json "$out/area-$method.json" >"$out/area-$method.log"
done
for task in "${tasks[@]}"; do
  echo "Simulating $task"
  "$BERTH" simulate --platform reram-multitask --image "$out/kang.berth" --task "$task" --input "$demo/$task.tsv" \
    --json "$out/simulate-$task.json" >"$out/simulate-$task.log"
done
echo
python3 scripts/demo_table.py "$out" "${tasks[@]}"
