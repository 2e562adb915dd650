#!/usr/bin/env python3
"""Writes Sources/LanguageModels/Tokens/Text/CanonicalDecompositions.swift.

The canonical decompositions as the NFC normalizer of `tokenizers` 0.23.3 knows them (Unicode 9),
asked of the library itself, scalar by scalar; Hangul syllables are left to arithmetic.

    python Scripts/tables/canonical_decompositions.py
"""
import pathlib

from tokenizers import normalizers

NFC, NFD = normalizers.NFC(), normalizers.NFD()
TARGET = (
    pathlib.Path(__file__).resolve().parents[2]
    / "Sources/LanguageModels/Tokens/Text/CanonicalDecompositions.swift"
)
HEADER = '''/// The canonical decompositions of Unicode 9, Hangul syllables left out.
///
/// Written by `Scripts/tables/canonical_decompositions.py`.
enum CanonicalDecompositions {
    /// Entries in order of scalars, in hexadecimal: `scalar=decomposition`, without `scalar=` if it follows
    /// the entry before.  `first+second` also compose again; `first-second-…` or a single scalar do not.
    static let text = """
'''


def main():
    entries = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000 or 0xAC00 <= code < 0xD7A4:
            continue
        scalar = chr(code)
        parts = NFD.normalize_str(scalar)
        if parts == scalar:
            continue
        if NFC.normalize_str(scalar) == scalar:
            first = NFC.normalize_str(parts[:-1])
            assert len(first) == 1 and NFC.normalize_str(first + parts[-1]) == scalar, hex(code)
            entries.append((code, f"{ord(first):X}+{ord(parts[-1]):X}"))
        else:
            entries.append((code, "-".join(f"{ord(part):X}" for part in parts)))
    lines, line, previous = [], "", -1
    for code, text in entries:
        item = text if code == previous + 1 else f"{code:X}={text}"
        previous = code
        if len(line) + 1 + len(item) > 98:
            lines.append(line + " \\")
            line = ""
        line += (" " if line else "") + item
    lines.append(line)
    body = "".join(f"        {line}\n" for line in lines)
    TARGET.write_text(HEADER + body + '        """\n}\n')
    print(f"{len(entries)} decompositions, {len(lines)} lines")


if __name__ == "__main__":
    main()
