import LanguageModels

/// Where the first values of new editors come from: uniform in ±1/√fan_in.
///
/// With separate streams an editor's values depend on the seed, its type, its block and the parameter
/// alone.  With the shared stream they are what `torch.manual_seed(seed)` followed by the `nn.Linear` layers
/// of all planned editors, one after the other, would draw.
struct EditorInitializer: Sendable {
    private let seed: UInt64
    private let plan: [PlannedEditor]
    /// The shared generator as each planned editor finds it; empty with separate streams.
    private let generators: [TorchGenerator]

    init(seed: UInt64, streams: TrainingOptions.RandomStreams, plan: [PlannedEditor]) {
        self.seed = seed
        self.plan = plan
        guard streams == .shared else {
            generators = []
            return
        }
        var generator = TorchGenerator(seed: seed)
        generators = plan.map { editor in
            let start = generator
            if editor.type.isTrainable {
                generator.skip(editor.type.parameters(editor.shape).reduce(0) { $0 + $1.count })
            }
            return start
        }
    }

    /// The parameters of the `index`-th planned editor, each row-major; none for types without training.
    func values(of index: Int) -> [[Float]] {
        let editor = plan[index]
        guard editor.type.isTrainable else { return [] }
        let parameters = editor.type.parameters(editor.shape)
        guard !generators.isEmpty else { return parameters.map { separate($0, of: editor) } }
        var generator = generators[index]
        return parameters.map { parameter in
            let bound = Self.torchBound(parameter)
            return (0..<parameter.count).map { _ in generator.uniform(-bound, bound) }
        }
    }

    private func separate(_ parameter: EditorParameterShape, of editor: PlannedEditor) -> [Float] {
        let bound = 1 / Double(parameter.fanIn).squareRoot()
        var stream = RandomStream(
            seed: seed, purpose: "editor",
            sample: "\(editor.type.rawValue)/\(editor.block)/\(parameter.name)")
        return (0..<parameter.count).map { _ in Float((2 * stream.uniform() - 1) * bound) }
    }

    /// 1/√fan_in with the roundings of `nn.Linear`, whose weights get theirs through Kaiming's formula for a
    /// leaky rectifier of slope √5.
    private static func torchBound(_ parameter: EditorParameterShape) -> Float {
        let root = Double(parameter.fanIn).squareRoot()
        if parameter.isVector { return Float(1 / root) }
        let slope = 5.0.squareRoot()
        let gain = (2 / (1 + slope * slope)).squareRoot()
        return Float(3.0.squareRoot() * (gain / root))
    }
}

/// One editor to be made: where the plan of a run puts it and how it looks.
struct PlannedEditor: Sendable, Equatable {
    let type: EditorType
    let block: Int
    let shape: EditorShape
}
