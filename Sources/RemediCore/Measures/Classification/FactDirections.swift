import Compute
import LanguageModels

/// The directions of all samples for the attribute as given and with the targets exchanged, [N, D] each, and
/// how they are spread.
struct FactDirections {
    let mediated: [Float]
    let unmediated: [Float]
    let mediatedSpread: DimensionStatistics
    let unmediatedSpread: DimensionStatistics

    /// The states that the directions of some probes are made of.
    static func states(_ probes: [Probe]) -> [FactState] {
        let blocks = Set(probes.map(\.block)).sorted()
        let withEntity = Set(probes.filter(\.usesEntity).map(\.block)).sorted()
        return blocks.flatMap { [.attribute(block: $0), .exchangedAttribute(block: $0)] }
            + withEntity.map { .entityAlone(block: $0) }
    }

    /// - Parameter entities: what an editor that uses the entity gets, [N, D]; nil: the entity read alone.
    /// - Throws: `RemediError`, `LanguageModelError`, `ComputeError`.
    init(_ probe: Probe, measured: FactMeasurements, entities: [Float]?) throws {
        let editor = try probe.editor()
        let ids = measured.texts.map(\.id)
        let entities =
            try probe.usesEntity ? entities ?? measured.states(.entityAlone(block: probe.block)) : nil
        func directions(_ state: FactState, _ ids: [String]) throws -> [Float] {
            try editor.directions(
                attributes: measured.states(state), entities: entities, sampleIds: ids)
        }
        mediated = try directions(.attribute(block: probe.block), ids)
        // A random editor draws anew.
        unmediated = try directions(
            .exchangedAttribute(block: probe.block), ids.map { "\($0) exchanged" })
        let size = editor.hiddenSize
        mediatedSpread = DimensionStatistics(of: [mediated], dimensions: size)
        unmediatedSpread = DimensionStatistics(of: [unmediated], dimensions: size)
    }
}

extension Editor {
    /// Directions [N, D] of representations that are in memory, [N, D] each, made a thousand at a time.
    ///
    /// - Parameter entities: nil where the editor does not use them.
    func directions(attributes: [Float], entities: [Float]?, sampleIds: [String]) throws -> [Float] {
        let size = hiddenSize
        precondition(attributes.count == sampleIds.count * size)
        var result: [Float] = []
        result.reserveCapacity(attributes.count)
        for start in stride(from: 0, to: sampleIds.count, by: 1024) {
            let rows = start..<min(start + 1024, sampleIds.count)
            func matrix(_ values: [Float]) throws -> Matrix {
                let matrix = try backend.makeMatrix(rows: rows.count, columns: size)
                backend.write(
                    Array(values[rows.lowerBound * size..<rows.upperBound * size]), into: matrix)
                return matrix
            }
            let attribute = try matrix(attributes)
            let representations = SampleRepresentations(
                entity: try entities.map(matrix) ?? attribute, attribute: attribute)
            result += try backend.read(
                try directions(for: representations, sampleIds: Array(sampleIds[rows])))
        }
        return result
    }
}
