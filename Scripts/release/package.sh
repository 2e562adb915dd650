#!/usr/bin/env bash
# Makes one archive of everything that an installation needs: the program with Swift's runtime inside, named
# experiments, completions, manual page, licences.
#
#   Scripts/release/package.sh [--no-demo] [FOLDER]     # FOLDER/remedi-VERSION-SYSTEM-PROCESSOR.tar.gz; default: .
#   tar -C ~/.local --strip-components=1 -xzf remedi-VERSION-SYSTEM-PROCESSOR.tar.gz
#
# Nothing in the archive depends on the time or the user: names are sorted, owners are 0, and every time is
# that of the last commit (or SOURCE_DATE_EPOCH).
#
# The archive is then tried: unpacked into a root with nothing but the C library and /proc, from which Swift
# reads a command line.  There the program must tell its version within 20 ms and, unless --no-demo, run the
# whole demonstration.  Entering that root takes a superuser or a system where users may make namespaces;
# otherwise that try is left out, and said so.
#
# Needs bash, git, a Swift toolchain, g++ (for the static C++ library that Swift's runtime uses), binutils,
# GNU tar, unshare, and for its figures Python 3.  Written with Swift 6.3, GCC 12 and GNU tar 1.34.
set -euo pipefail

tries_demo=yes
if [ "${1:-}" = --no-demo ]; then
    tries_demo=no
    shift
fi
here=$(cd "$(dirname "$0")/../.." && pwd)
target=$(mkdir -p "${1:-.}" && cd "${1:-.}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
export LC_ALL=C
time=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || echo 0)}

# The C++ library goes inside as well: a folder with nothing but its archive comes first.
# Nothing loads the program as a library, so it exports nothing.
scratch=$here/.build/package
mkdir -p "$scratch/libraries"
ln -sf "$(g++ -print-file-name=libstdc++.a)" "$scratch/libraries/libstdc++.a"
build=(swift build --package-path "$here" --configuration release --product remedi --static-swift-stdlib
    --scratch-path "$scratch" -Xlinker "-L$scratch/libraries" -Xlinker --no-export-dynamic
    -Xswiftc -Xclang-linker -Xswiftc -static-libgcc)
"${build[@]}"
program=$("${build[@]}" --show-bin-path)/remedi

name=remedi-$("$program" --version | cut -d' ' -f2)-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)
root=$work/$name
install -D -m 755 "$program" "$root/bin/remedi"
strip "$root/bin/remedi"
install -d "$root/share/bash-completion/completions" "$root/share/zsh/site-functions" \
    "$root/share/fish/vendor_completions.d" "$root/share/man/man1"
"$program" completions bash >"$root/share/bash-completion/completions/remedi"
"$program" completions zsh >"$root/share/zsh/site-functions/_remedi"
"$program" completions fish >"$root/share/fish/vendor_completions.d/remedi.fish"
"$program" manual | gzip -9n >"$root/share/man/man1/remedi.1.gz"
install -D -m 644 -t "$root/share/remedi/Configs" "$here"/Configs/*.json
install -D -m 644 -t "$root/share/doc/remedi" "$here/README.md" "$here/LICENSE" "$here/NOTICE"
archive=$target/$name.tar.gz
tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$time" -C "$work" -cf - "$name" |
    gzip -9n >"$archive.partial"
mv "$archive.partial" "$archive"
(cd "$target" && sha256sum "$name.tar.gz") >"$archive.sha256"

bytes() { stat -c %s "$1"; }
megabytes() { awk -v bytes="$(bytes "$1")" 'BEGIN { printf "%.1f MB", bytes / 1e6 }'; }
oldest=$(objdump -T "$root/bin/remedi" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1)
echo "archive     $archive, $(megabytes "$archive")"
echo "program     $(megabytes "$root/bin/remedi"), needs glibc ${oldest#GLIBC_} or newer and no other library"

# The empty root: the archive, and the libraries that the program names.
empty=$work/empty
mkdir -p "$empty"
tar -C "$empty" -xzf "$archive" --strip-components=1
libraries=$(ldd "$root/bin/remedi" | grep -o '/[^ ]*')
for library in $libraries; do
    case $(basename "$library") in
    libc.so.* | libm.so.* | ld-linux*) install -D "$library" "$empty$library" ;;
    *)
        echo "the program needs $library, which is no part of the C library" >&2
        exit 1
        ;;
    esac
done
mkdir -p "$empty/proc"
if unshare --mount true 2>/dev/null; then
    enter=(unshare --mount)
elif unshare --map-root-user --mount true 2>/dev/null; then
    enter=(unshare --map-root-user --mount)
else
    echo "not tried in an empty root: this user may not enter one" >&2
    exit 0
fi

# What follows has mounts of its own, which go with it.
"${enter[@]}" bash -s -- "$empty" "$tries_demo" <<'TRY'
set -euo pipefail
empty=$1 tries_demo=$2
mount --rbind /proc "$empty/proc"
chroot "$empty" /bin/remedi experiments list --names | grep -qx train.counterfact

# Seconds and peak memory of many starts, measured by the kernel; what enters the root is counted too.
python3 -c '
import os, statistics, subprocess, sys, time

seconds, peaks = [], []
for _ in range(50):
    start = time.perf_counter()
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds.append(time.perf_counter() - start)
    peaks.append(usage.ru_maxrss / 1024)
    assert status == 0
best, median = min(seconds) * 1000, statistics.median(seconds) * 1000
print(f"start       median {median:.1f} ms, best {best:.1f} ms of 50, entering the root included;"
      f" {statistics.median(peaks):.0f} MiB resident")
# The best, for a busy machine makes the others wait.
if best > 20:
    sys.exit("the program takes more than 20 ms to tell its version")
' chroot "$empty" /bin/remedi --version

if [ "$tries_demo" = yes ]; then
    started=$SECONDS
    enter=(env -i HOME=/root "$(command -v chroot)" "$empty" /bin/remedi)
    if ! "${enter[@]}" experiments run demo --quiet </dev/null >"$empty/demo.txt"; then
        cat "$empty/demo.txt" >&2
        exit 1
    fi
    [ -s "$empty/results/demo.html" ]
    echo "demo        $((SECONDS - started)) s in an empty root"
fi
TRY
