#!/usr/bin/env bash
# Installs the Debian 12 packages that Berth needs and that are not there yet. The one list of packages.
#   scripts/setup.sh [build|test|tools]...     nothing given: all three groups
set -euo pipefail

build=(build-essential cmake ninja-build pkg-config libsystemc-dev libboost1.81-dev libboost-json1.81-dev libboost-iostreams1.81-dev
       libcli11-dev libfmt-dev libutf8proc-dev libdnnl-dev libeigen3-dev libhwy-dev libtbb-dev libssl-dev libzstd-dev libsqlite3-dev python3)
test=(gcc-riscv64-unknown-elf ngspice libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev)
tools=(ccache clang-format clang-tidy gcovr)

missing=()
for group in "${@:-all}"; do
  case $group in
    build) wanted=("${build[@]}") ;;
    test) wanted=("${test[@]}") ;;
    tools) wanted=("${tools[@]}") ;;
    all) wanted=("${build[@]}" "${test[@]}" "${tools[@]}") ;;
    *) echo "setup.sh: no group '$group'; expected build, test or tools" >&2; exit 2 ;;
  esac
  for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
done
if (( ${#missing[@]} == 0 )); then exit 0; fi

if (( EUID == 0 )); then
  as_root=()
elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
  as_root=(sudo)
else
  echo "setup.sh: these packages are missing and only root can install them: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "setup.sh: installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}"
