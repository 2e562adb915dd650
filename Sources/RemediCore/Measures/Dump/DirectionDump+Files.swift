import Foundation
import LanguageModels

/// Where a dump is written, in what forms.
package struct DumpFiles: Sendable, Equatable {
    /// `direction` and `h_attr` [N, D], `h_entity_pre` and `h_entity_post` [N, L, D], with ids, texts and
    /// token ranges as JSON texts in the metadata.
    package var safetensors: URL?
    /// The reference's form, for `torch.load`: a list of dicts of tensors and texts.
    package var torch: URL?

    package init(safetensors: URL? = nil, torch: URL? = nil) {
        self.safetensors = safetensors
        self.torch = torch
    }

    package var all: [URL] { [safetensors, torch].compactMap { $0 } }
}

/// Takes a dump batch by batch, in whatever forms it is written.
struct DumpWriter {
    let tensors: SafeTensorsAppender?
    let storages: TorchStorageAppender?

    /// In a torch file each sample's tensors share a storage: direction, h_attr, states before and after.
    func append(_ states: DumpedStates) throws {
        let values = [states.direction, states.attribute, states.before, states.after]
        for (tensor, values) in values.enumerated() { try tensors?.append(values, to: tensor) }
        guard let storages else { return }
        for sample in 0..<states.count {
            try storages.append(values.flatMap { states.row(sample, of: $0) })
        }
    }
}

extension DirectionDump {
    /// Writes what `body` appends to all files.
    func write(
        _ samples: [DumpedSample], to files: DumpFiles, _ body: (DumpWriter) throws -> Void
    ) throws {
        let floats = samples.count * (2 + 2 * model.blocks) * model.hiddenSize
        for file in files.all { try DiskRoom.check(floats * files.all.count * 4, for: file) }
        guard let file = files.safetensors else { return try write(samples, files.torch, beside: nil, body) }
        let vectors = [samples.count, model.hiddenSize]
        let states = [samples.count, model.blocks, model.hiddenSize]
        try SafeTensors.write(
            [
                ("direction", vectors), ("h_attr", vectors), ("h_entity_pre", states),
                ("h_entity_post", states),
            ], metadata: metadata(of: samples), to: file
        ) { try write(samples, files.torch, beside: $0, body) }
    }

    private func write(
        _ samples: [DumpedSample], _ torch: URL?, beside tensors: SafeTensorsAppender?,
        _ body: (DumpWriter) throws -> Void
    ) throws {
        guard let torch else { return try body(DumpWriter(tensors: tensors, storages: nil)) }
        try TorchFile.write(pickle(of: samples.map(\.sample)), to: torch) {
            try body(DumpWriter(tensors: tensors, storages: $0))
        }
    }

    private func pickle(of samples: [Sample]) -> TorchPickle {
        let size = model.hiddenSize
        let blocks = model.blocks
        var pickle = TorchPickle()
        pickle.list { pickle in
            for (storage, sample) in samples.enumerated() {
                func vector(_ place: Int, _ pickle: inout TorchPickle) {
                    pickle.tensor(
                        [size], storage: storage, count: (2 + 2 * blocks) * size, offset: place * size)
                }
                func states(_ name: String, from place: Int, _ pickle: inout TorchPickle) {
                    pickle.text(name)
                    pickle.dictionary { pickle in
                        for block in 0..<blocks {
                            pickle.integer(block)
                            vector(place + block, &pickle)
                        }
                    }
                }
                pickle.dictionary { pickle in
                    pickle.text("direction")
                    vector(0, &pickle)
                    states("h_entity_pre", from: 2, &pickle)
                    states("h_entity_post", from: 2 + blocks, &pickle)
                    pickle.text("h_attr")
                    vector(1, &pickle)
                    for (key, text) in [
                        ("id", sample.id), ("entity", sample.entity), ("prompt", sample.prompt),
                        ("context", sample.context), ("attribute", sample.attribute),
                    ] {
                        pickle.text(key)
                        pickle.text(text)
                    }
                }
            }
        }
        return pickle
    }

    private func metadata(of samples: [DumpedSample]) -> [String: String] {
        func texts(_ text: (Sample) -> String) -> String {
            JSONValue.array(samples.map { .string(text($0.sample)) }).text()
        }
        func ranges(_ range: (DumpedSample) -> Range<Int>) -> String {
            JSONValue.array(
                samples.map { [.integer(range($0).lowerBound), .integer(range($0).upperBound)] }
            ).text()
        }
        return [
            "format": "remedi directions", "version": RemediVersion.current, "model": model.name,
            "model_fingerprint": model.fingerprint, "editor_type": editor.type.rawValue,
            "layer": "\(editor.block)", "alpha": "\(alpha)", "beta": "\(beta)",
            "ids": texts(\.id), "entities": texts(\.entity), "attributes": texts(\.attribute),
            "contexts": texts(\.context), "prompts": texts(\.prompt),
            "entity_ranges": ranges(\.prompt.entityInPrompt), "edited_ranges": ranges(\.prompt.editedTokens),
            "attribute_ranges": ranges(\.source.attribute),
        ]
    }
}
