/// Comments and documents that cite a section which does not exist, as in "see Semantics.md, section 7".
///
/// A citation is the name of a document of the package, a space and a section: `Semantics.md §7.2`.  Sections
/// are headings that begin with their number.
enum CitationLint {
    static func findings(in files: [SourceText]) -> [String] {
        var sections: [Substring: Set<Substring>] = [:]
        for file in files where file.path.hasSuffix(".md") {
            let name = file.path.split(separator: "/").last ?? ""
            let numbers = file.text.matches(of: #/(?m)^#+ (\d+(?:\.\d+)*)\b/#).map { $0.1 }
            sections[name, default: []].formUnion(numbers)
        }
        return files.flatMap { file in
            guard file.text.mentions(".md §") else { return [String]() }
            return file.lines.enumerated().flatMap { index, line in
                line.matches(of: #/(\w+\.md) (§\d[\d.]*(?:(?:,| and) §\d[\d.]*)*)/#).flatMap { match in
                    match.2.matches(of: #/§(\d+(?:\.\d+)*)/#).compactMap { section -> String? in
                        guard sections[match.1]?.contains(section.1) != true else { return nil }
                        return "\(file.path):\(index + 1): \(match.1) has no section \(section.1)"
                    }
                }
            }
        }
    }
}
