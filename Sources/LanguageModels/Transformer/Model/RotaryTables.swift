import Compute

/// The rotary tables of a model's blocks; blocks that rotate alike share one.
struct RotaryTables: Sendable {
    private var tables: [RotaryTable] = []
    /// The table of every block, [L]; nil: the block does not rotate.
    private var places: [Int?] = []

    init(_ configuration: TransformerConfiguration) {
        let rotaries: [TransformerConfiguration.Rotary?] =
            switch configuration.positions {
            case .learned: []
            case .rotary(let rotary): Array(repeating: rotary, count: configuration.blocks)
            case .rotaryPerBlock(let rotaries): rotaries
            }
        var known: [TransformerConfiguration.Rotary] = []
        for rotary in rotaries {
            guard let rotary else {
                places.append(nil)
                continue
            }
            if let place = known.firstIndex(of: rotary) {
                places.append(place)
                continue
            }
            places.append(known.count)
            known.append(rotary)
            tables.append(RotaryTable(rotary, contextLength: configuration.contextLength))
        }
    }

    /// Angles of at least `count` positions, on the device.
    func rotations(positions count: Int, on backend: any ComputeBackend) throws -> Rotations {
        Rotations(
            tables: try tables.map { table in
                Rotations.Rotation(
                    angles: try table.angles(positions: count, on: backend), rotated: table.rotated,
                    pairing: table.pairing)
            }, places: places)
    }
}

/// How each block rotates queries and keys, with the angles on the device.
struct Rotations: Sendable {
    struct Rotation: Sendable {
        let angles: RotaryTable.Angles
        let rotated: Int
        let pairing: RotaryShape.Pairing
    }

    fileprivate let tables: [Rotation]
    fileprivate let places: [Int?]

    /// That of one block; nil where it does not rotate.
    subscript(block: Int) -> Rotation? { places.isEmpty ? nil : places[block].map { tables[$0] } }
}
