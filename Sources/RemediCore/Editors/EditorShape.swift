/// The sizes that decide the number and shapes of an editor's parameters.
package struct EditorShape: Sendable, Equatable {
    /// D.
    package var hiddenSize: Int
    /// The inner size of a linear editor of low rank.
    package var rank: Int?
    /// The input is [h_entity; h_attr] instead of h_attr (linear and mlp).
    package var useEntity: Bool

    package init(hiddenSize: Int, rank: Int? = nil, useEntity: Bool = false) {
        self.hiddenSize = hiddenSize
        self.rank = rank
        self.useEntity = useEntity
    }

    /// The shape that `type` has under these wishes: only linear editors have a rank, only linear and mlp
    /// editors may use the entity.
    package func restricted(to type: EditorType) -> EditorShape {
        EditorShape(
            hiddenSize: hiddenSize, rank: type == .linear ? rank : nil,
            useEntity: (type == .linear || type == .mlp) && useEntity)
    }
}

extension EditorShape: CustomStringConvertible {
    package var description: String {
        "hidden size \(hiddenSize), " + (rank.map { "rank \($0)" } ?? "full rank")
            + (useEntity ? ", with entity" : "")
    }
}

/// One parameter of an editor: a matrix [rows, columns], or a vector held as one row.
struct EditorParameterShape: Sendable, Equatable {
    /// The name in the reference's state dict, which our files use too.
    let name: String
    let rows: Int
    let columns: Int
    let isVector: Bool
    /// The inputs of the layer; parameters start uniform in ±1/√fanIn.
    let fanIn: Int

    var count: Int { rows * columns }
    /// As stored.
    var dimensions: [Int] { isVector ? [columns] : [rows, columns] }

    static func weight(_ layer: String, _ outputs: Int, _ inputs: Int) -> EditorParameterShape {
        EditorParameterShape(
            name: layer + ".weight", rows: outputs, columns: inputs, isVector: false, fanIn: inputs)
    }

    static func bias(_ layer: String, _ outputs: Int, fanIn: Int) -> EditorParameterShape {
        EditorParameterShape(
            name: layer + ".bias", rows: 1, columns: outputs, isVector: true, fanIn: fanIn)
    }

    static func layer(_ name: String, _ outputs: Int, _ inputs: Int) -> [EditorParameterShape] {
        [weight(name, outputs, inputs), bias(name, outputs, fanIn: inputs)]
    }
}

extension EditorType {
    /// The parameters in the order in which the reference makes them.
    func parameters(_ shape: EditorShape) -> [EditorParameterShape] {
        let size = shape.hiddenSize
        let inputs = shape.useEntity ? 2 * size : size
        switch self {
        case .linear:
            guard let rank = shape.rank else { return EditorParameterShape.layer("w", size, inputs) }
            return EditorParameterShape.layer("w.0", rank, inputs)
                + EditorParameterShape.layer("w.1", size, rank)
        case .biaffine:
            return EditorParameterShape.layer("w_entity", size, size)
                + EditorParameterShape.layer("w_attribute", size, size)
        case .mlp:
            return EditorParameterShape.layer("mlp.0", size, inputs)
                + EditorParameterShape.layer("mlp.2", size, size)
        case .scalar:
            return EditorParameterShape.layer("scalar", 1, size)
        case .random:
            return ["mean", "variance"].map {
                EditorParameterShape(name: $0, rows: 1, columns: size, isVector: true, fanIn: size)
            }
        case .identity, .null: return []
        }
    }

    /// No hidden state or rank is larger.
    private static let largestSize = 1 << 24

    /// The shape that stored tensors have, nil if they are not those of this type.
    func shape(of tensors: [String: [Int]]) -> EditorShape? {
        func isTwice(_ a: Int, _ b: Int) -> Bool { a % 2 == 0 && a / 2 == b }
        let shape: EditorShape
        switch self {
        case .linear:
            if let first = tensors["w.0.weight"], let second = tensors["w.1.weight"],
                first.count == 2, second.count == 2
            {
                shape = EditorShape(
                    hiddenSize: second[0], rank: first[0], useEntity: isTwice(first[1], second[0]))
            } else {
                guard let weight = tensors["w.weight"], weight.count == 2 else { return nil }
                shape = EditorShape(hiddenSize: weight[0], useEntity: isTwice(weight[1], weight[0]))
            }
        case .biaffine:
            guard let bias = tensors["w_attribute.bias"], bias.count == 1 else { return nil }
            shape = EditorShape(hiddenSize: bias[0])
        case .mlp:
            guard let weight = tensors["mlp.0.weight"], weight.count == 2 else { return nil }
            shape = EditorShape(hiddenSize: weight[0], useEntity: isTwice(weight[1], weight[0]))
        case .scalar:
            guard let weight = tensors["scalar.weight"], weight.count == 2 else { return nil }
            shape = EditorShape(hiddenSize: weight[1])
        case .random:
            guard let mean = tensors["mean"], mean.count == 1 else { return nil }
            shape = EditorShape(hiddenSize: mean[0])
        case .identity, .null: return nil
        }
        let sizes = 1...Self.largestSize
        return sizes.contains(shape.hiddenSize) && sizes.contains(shape.rank ?? 1) ? shape : nil
    }
}
