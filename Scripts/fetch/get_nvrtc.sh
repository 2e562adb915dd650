#!/usr/bin/env bash
# Fetches the versions of NVIDIA's run-time compiler with which `remedi presubmit` checks the kernels, beside the one
# of the system: 11.8, 12.9 and 13.2, as PyPI has them; 290 MB on disk.  Needs Python 3 with pip, and no GPU.
#
#     Scripts/fetch/get_nvrtc.sh [SCRATCH]
#
# SCRATCH is the folder of builds, .build of this package unless given; what is there already is not fetched again.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=${1:-.build}/nvrtc

fetch() {
    local version=$1 package=$2 target=$folder/$1
    [ -d "$target" ] && return
    local made; made=$(mktemp -d)
    python3 -m pip install --quiet --root-user-action=ignore --no-deps --disable-pip-version-check --target "$made" "$package"
    mkdir -p "$folder"
    # Renamed when whole, so that what is there is whole.
    rm -rf "$folder/.$version"
    mkdir "$folder/.$version"
    mv "$made"/nvidia/*/lib/libnvrtc{,-builtins}.so* "$folder/.$version"
    mv "$folder/.$version" "$target"
    rm -rf "$made"
}

fetch 11.8 nvidia-cuda-nvrtc-cu11==11.8.89
fetch 12.9 nvidia-cuda-nvrtc-cu12==12.9.86
fetch 13.2 nvidia-cuda-nvrtc==13.2.86
