/// The table of data sets: the only place that lists them.
package enum Datasets {
    /// In the order in which lists show them.
    package static let all: [DatasetForm] = [.counterFact, .winoventi, .biasInBios, .mcRae]

    static func named(_ name: String) -> DatasetForm? { all.first { $0.name == name } }

    /// Those that an evaluation of this kind can be made on.
    package static func offering(_ task: DatasetForm.Task) -> [DatasetName] {
        all.filter { $0.tasks.contains(task) }.map { DatasetName($0.name) }
    }
}

/// A data set by its name, which is one of the table's.
package struct DatasetName: Sendable, Hashable, RawRepresentable, CaseIterable {
    package let rawValue: String

    init(_ name: String) { rawValue = name }

    package init?(rawValue: String) {
        guard Datasets.named(rawValue) != nil else { return nil }
        self.init(rawValue)
    }

    package static var allCases: [DatasetName] { Datasets.all.map { DatasetName($0.name) } }

    package var form: DatasetForm {
        guard let form = Datasets.named(rawValue) else { preconditionFailure("names are of the table") }
        return form
    }
}
