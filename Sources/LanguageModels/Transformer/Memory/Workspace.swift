import Compute

/// Matrices that a pass overwrites block after block.
final class Workspace {
    enum Role: Hashable {
        case normed, feedForwardNormed, projected, attended, up, gate, activated, joined
        case branch, branchNormed, rawQueries, rawKeys, normedQueries, normedKeys
        case dNormed, dProjected, dAttended, dActivated, dUp, dGate
        case dBranch, dNormedQueries, dNormedKeys, dRawQueries, dRawKeys
    }

    private let backend: any ComputeBackend
    private var held: [Role: Matrix] = [:]

    init(_ backend: any ComputeBackend) { self.backend = backend }

    /// A matrix with undefined contents; asking for the same role again gives the same memory.
    func matrix(_ role: Role, rows: Int, columns: Int) throws -> Matrix {
        if let old = held[role], old.columns == columns, old.rows >= rows { return old.rows(0..<rows) }
        let new = try backend.makeMatrix(rows: rows, columns: columns)
        held[role] = new
        return new
    }
}
