#!/usr/bin/env bash
# Makes one archive of everything that an installation needs: the program with Swift's runtime inside, named
# experiments, completions, manual page, licences.  Unpack it into a prefix such as /usr/local or ~/.local.
#
#   Scripts/package.sh [FOLDER]      # writes FOLDER/remedi-VERSION-SYSTEM-PROCESSOR.tar.gz; default: .
#
# The archive is then tried: unpacked into an empty root with nothing but the C library, where the program must
# tell its version within 20 ms and list its experiments.  Entering that root takes a superuser or a system
# where users may make namespaces; otherwise that try is left out, and said so.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
target=$(mkdir -p "${1:-.}" && cd "${1:-.}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build=(swift build --package-path "$here" --configuration release --product remedi --static-swift-stdlib
    --scratch-path "$here/.build/package")
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
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$work" -cf - "$name" | gzip -9n >"$target/$name.tar.gz"

# The empty root: the archive, and the libraries that the program names.
empty=$work/empty
mkdir -p "$empty"
tar -C "$empty" -xzf "$target/$name.tar.gz" --strip-components=1
ldd "$root/bin/remedi" | grep -o '/[^ ]*' | while read -r library; do
    install -D "$library" "$empty$library"
done
if chroot=$(command -v chroot) && "$chroot" "$empty" /bin/remedi --version >/dev/null 2>&1; then
    enter=("$chroot" "$empty")
elif unshare -r chroot "$empty" /bin/remedi --version >/dev/null 2>&1; then
    enter=(unshare -r chroot "$empty")
else
    echo "not tried in an empty root: this user may not enter one" >&2
    enter=()
fi
if [ ${#enter[@]} -gt 0 ]; then
    "${enter[@]}" /bin/remedi experiments list --names | grep -qx train.counterfact
    best=
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        start=$(date +%s%N)
        "${enter[@]}" /bin/remedi --version >/dev/null
        took=$((($(date +%s%N) - start) / 100000))
        if [ -z "$best" ] || [ "$took" -lt "$best" ]; then best=$took; fi
    done
    echo "in an empty root: starts in $((best / 10)).$((best % 10)) ms, entering the root included"
    [ "$best" -lt 200 ]
fi
echo "$target/$name.tar.gz: $(du -h --apparent-size "$target/$name.tar.gz" | cut -f1)," \
    "the program $(du -h --apparent-size "$root/bin/remedi" | cut -f1)"
