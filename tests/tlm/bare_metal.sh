#!/usr/bin/env bash
# bare_metal.sh COMPILER SOURCE_DIR WORK_DIR: the driver as RV32 firmware would have it. Fails on any warning, and on any symbol that
# is neither in libgcc nor one of the four functions that GCC asks of every freestanding program.
set -euo pipefail
compiler=$1 source=$2 work=$3
"$compiler" -march=rv32imac -mabi=ilp32 -std=c11 -ffreestanding -Os -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror \
  -I "$source/include" -c "$source/platform/driver/driver.c" -o "$work/driver_rv32.o"
foreign=$("${compiler%gcc}nm" -u "$work/driver_rv32.o" | awk '{print $2}' | grep -vE '^(__.*di3|mem(cpy|set|move|cmp))$' || true)
if [[ -n $foreign ]]; then
  echo "the driver needs: $foreign" >&2
  exit 1
fi
"${compiler%gcc}size" "$work/driver_rv32.o"
