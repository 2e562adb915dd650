import LanguageModels

/// Which blocks of a model.
package enum LayerChoice: Sendable, Equatable {
    case all
    case only([Int])
}

extension ValueKind where Value == LayerChoice {
    /// `all`, or one or more block numbers.
    package static var layers: ValueKind {
        let number = ValueKind<Int>.integer(minimum: 0)
        return ValueKind(
            arity: .oneOrMore, placeholder: "N", expectation: .layers,
            read: { words throws(InvalidValue) in
                if words == ["all"] { return .all }
                var layers: [Int] = []
                for word in words {
                    guard let layer = try? number.read([word]) else {
                        throw InvalidValue(found: word, expectation: .layers)
                    }
                    layers.append(layer)
                }
                return .only(layers)
            },
            readJSON: { found throws(InvalidValue) in
                if found.string == "all" { return .all }
                let layers = found.array?.compactMap { try? number.readJSON($0) } ?? []
                guard !layers.isEmpty, layers.count == found.array?.count else {
                    throw InvalidValue(found: found.text(), expectation: .layers)
                }
                return .only(layers)
            },
            json: { layers in
                switch layers {
                case .all: .string("all")
                case .only(let numbers): .array(numbers.map { .integer($0) })
                }
            })
    }
}
