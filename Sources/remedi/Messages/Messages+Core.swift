import Compute
import Foundation
import LanguageModels
import RemediCore

extension Messages {
    static func words(_ error: ExperimentError) -> String {
        switch error {
        case .syntax(let path, let line, let reason): "\(path), line \(line): \(reason)"
        case .unknownSetting(let key, let experiment, let nearest):
            "\(experiment) has no setting '\(key)'" + suggestion(nearest)
        case .invalidOverride(let key, let problem): "--set \(key): \(words(problem))"
        case .notForGroups(let option, let group):
            "--\(option) cannot be given for \(group), which is several experiments"
        case .namesItself(let group): "\(group): experiments names itself"
        case .unknownExperiment(let name, let nearest, let folders):
            "there is no experiment '\(name)'"
                + (nearest.isEmpty
                    ? " in \(folders.joined(separator: " or "))" : "; did you mean \(either(nearest))?")
        case .noExperiments(let folders): "there are no experiments in \(folders.joined(separator: " or "))"
        case .dependenciesMissing(let experiment, let needed, let commands):
            "\(experiment) needs \(needed.map(words).joined(separator: ", and "))"
                + (commands.isEmpty
                    ? ""
                    : "; run " + commands.map { "'\($0)'" }.joined(separator: ", then ")
                        + " or add --with-dependencies")
        case .editorsNotTrained(let path, let command):
            "there is no editor at \(path); '\(command)' trains it first"
        }
    }

    private static func words(_ dependency: ExperimentDependency) -> String {
        switch dependency {
        case .controlModel(let model): "the control model of \(model.text)"
        case .editors(let type, .only(let layers)?, let model):
            "\(type.rawValue) editors of \(model.text) at layer"
                + (layers.count == 1 ? " " : "s ") + layers.map(String.init).joined(separator: ", ")
        case .editors(let type, _, let model): "\(type.rawValue) editors of \(model.text)"
        }
    }

    static func words(_ error: RemediError) -> String {
        switch error {
        case .entityNotInPrompt(let entity, let prompt, let sample):
            "the entity '\(entity)' is not in the prompt '\(prompt)'"
                + (sample.isEmpty ? "" : " (sample \(sample))")
        case .attributeNotInContext(let attribute, let context, let sample):
            "the attribute '\(attribute)' is not in the context '\(context)'"
                + (sample.isEmpty ? "" : " (sample \(sample))")
        case .nonFiniteLoss(let epoch, let samples):
            "the loss is not a finite number in epoch \(epoch), samples \(some(samples));"
                + " the editor saved last stays"
        case .notFinite(let samples):
            "the model's numbers are not finite" + (samples.isEmpty ? "" : " for samples \(some(samples))")
                + "; look at its weights, the editor's, and their precision"
        case .editorMissing(let path): "there is no editor at \(path)"
        case .editorMismatch(let path, let what, let expected, let found):
            "the editor at \(path) does not fit: \(what) is \(found), not \(expected)"
        case .editorNotTrainable(let type): "an editor of type \(type) has nothing to train"
        case .normalizerMissing(let path):
            "there is no \(path); 'remedi eval cls counterfact --normalize train' with the same model, editor"
                + " and layer makes it of the training split"
        case .normalizerDamaged(let path):
            "\(path) is damaged: it does not match its checksum; 'remedi eval cls counterfact --normalize train'"
                + " with the same model, editor and layer makes it anew"
        case .normalizerMismatch(let path, let what, let expected, let found):
            "\(path) does not fit: \(what) is \(found), not \(expected);"
                + " 'remedi eval cls --normalize train --overwrite' makes it anew"
        case .resultsDiffer(let path, let differences):
            "\(path) holds results of a run with other options (\(differences.joined(separator: "; ")));"
                + " name another folder, or replace them with --overwrite"
        case .folderLocked(let path, let owner): "\(path) is in use by \(owner)"
        case .noSamples(let dataset, let split, let count):
            count == 0
                ? "there are no samples in \(dataset)"
                : "no samples to use: \(dataset) has \(count), and the \(split) split takes none of them"
                    + wayOut(ofSplit: split)
        case .nothingToTrainOn(let samples, let heldOut, let leftOut):
            "nothing is left to train on: of \(samples) samples, \(heldOut) validate (--hold-out) and"
                + " \(samples - heldOut) are left out"
                + (leftOut.isEmpty ? "" : ": " + leftOut.map(\.words).joined(separator: "; "))
        case .noResults(let path): "there are no results in \(path)"
        case .nothingToCompare(let first, let second):
            "\(first) and \(second) have no metric of the same samples to compare"
        case .otherSamples(let editor):
            "\(editor) was trained on other samples than the data set's training split, so its validation samples"
                + " are not known"
        case .malformedData(let path, let reason): "\(path): \(reason)"
        case .referenceTextsMissing(let folder, let files):
            "generation, essence and the condition replace need \(together(files)), which \(folder) lacks;"
                + " 'remedi data download"
                + DataFile.all.filter { files.contains($0.fileName) }.map { " " + $0.name }.joined()
                + "' fetches \(files.count == 1 ? "it" : "them")"
        case .malformedConfiguration(let path, let reason): "\(path): \(reason)"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .interrupted(let signal):
            "stopped by \(name(ofSignal: signal)); the work is saved"
        case .abandoned(let signal, let part):
            "stopped by \(name(ofSignal: signal)); nothing \(part.map { "of \($0) " } ?? "")is kept"
        }
    }

    private static func name(ofSignal signal: Int32) -> String { signal == SIGINT ? "SIGINT" : "SIGTERM" }

    /// The option that takes more samples.
    private static func wayOut(ofSplit split: String) -> String {
        if split.hasPrefix("evaluation") { return " (--split all takes all)" }
        return split.hasPrefix("dump") ? " (--all takes all)" : ""
    }

    /// The first few of many names.
    private static func some(_ names: [String]) -> String {
        let shown = names.prefix(8).joined(separator: ", ")
        return names.count > 8 ? shown + " and \(names.count - 8) more" : shown
    }

    /// `a, b and c`
    static func together(_ names: [String]) -> String {
        names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    static func words(_ error: LanguageModelError) -> String {
        switch error {
        case .fileMissing(let path):
            "there is no file \(path)"
                + (CachedRepository.completion(ofMissing: path).map {
                    "; the download is not complete: '\($0)' completes it"
                } ?? "")
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .malformed(let path, let reason): "\(path): \(reason)"
        case .tokenizerMissing(let folder, let found, let form):
            "\(folder) has no tokenizer.json; \(found) alone " + words(form, folder: folder)
        case .tensorMissing(let name, let path): "\(path) has no tensor \(name)"
        case .tensorShape(let name, let expected, let found):
            "tensor \(name) has the shape \(found), not \(expected)"
        case .elementType(let name, let found):
            "tensor \(name) has elements of type \(found); F32, F16, BF16 and F64 can be read"
        case .unknownFamily(let name, let known):
            "models of type '\(name)' are not known; known are \(known.joined(separator: ", "))"
        case .unsupportedSetting(let key, let value, let path):
            "\(path): \(key) = \(value) is not supported"
        case .configuration(let key, let path, let reason): "\(path): \(key): \(reason)"
        case .outOfRange(let key, let value, let path): "\(path): \(key) = \(value) is out of range"
        case .tooManyParameters(let limit, let path):
            "\(path): its sizes make more than \(limit) parameters"
        case .doesNotFit(let name, let value, let type):
            "tensor \(name) has the value \(value), which does not fit \(type); --fp16 no keeps it"
        case .beyondSingle(let name, let value):
            "tensor \(name) is stored as F64 and has the value \(value), which does not fit F32"
        case .noSuchBlock(let block, let blocks):
            "there is no layer \(block): the model's layers are 0 to \(blocks - 1)"
        case .tooLong(let tokens, let limit):
            "a text of \(tokens) tokens is longer than the \(limit) that the model can read"
        case .substringMissing(let substring, let text, let occurrence):
            occurrence == 0
                ? "'\(substring)' does not occur in '\(text)'"
                : "'\(substring)' does not occur \(occurrence + 1) times in '\(text)'"
        case .outOfMemory(let shortage): words(shortage)
        case .emptyEdit: "the edit touches no token"
        case .unwritable(let path, let reason): "cannot write \(path): \(reason)"
        case .noRoom(let path, let byteCount, let free):
            "\(path) takes \(ByteCount.text(byteCount)), but the disk has only \(ByteCount.text(free)) left"
        case .locked(let path, let owner): "\(path) is in use by \(owner)"
        }
    }

    package static func words(_ note: SingleEditResult.Note) -> String {
        switch note {
        case .entityInsideWord(let entity): "'\(entity)' is in the prompt only as part of another word"
        case .sharedFirstToken(let word, let other):
            "'\(word)' and '\(other)' begin with the same token, so their first tokens cannot differ"
        case .lastLayer(let layer):
            "layer \(layer) is the last: an edit there, before the prompt's end, changes nothing of what follows"
        case .withoutEffect:
            "the edit changes nothing: every log-probability that is shown by less than \(EditEffect.least)"
        }
    }

    /// Why a tokenizer's file is not enough, and how to come by another.
    private static func words(_ form: TokenizerForm, folder: String) -> String {
        let script =
            "python3 -c \"from transformers import AutoTokenizer as T;"
            + " T.from_pretrained('\(folder)').save_pretrained('\(folder)')\""
        return switch form {
        case .sentencePiece:
            "is a SentencePiece model, which is not read: with the Python packages transformers and"
                + " sentencepiece, `\(script)` makes tokenizer.json of it"
        case .tiktoken:
            "is a tiktoken vocabulary, which is not read: with the Python packages transformers and tiktoken,"
                + " `\(script)` makes tokenizer.json of it"
        case .wordPiece:
            "is the vocabulary of a WordPiece tokenizer, which is not supported: the files of a byte-pair"
                + " tokenizer are needed, tokenizer.json, or vocab.json and merges.txt"
        case .merges:
            "is not enough: vocab.json is missing, which was stored beside it; or take the tokenizer.json of the"
                + " same model"
        }
    }

    /// A GPU is there, but the processor computes.
    static func unusedGPU(_ file: String, reason: String) -> String {
        let reason = reason.hasSuffix(".") ? String(reason.dropLast()) : reason
        return
            "warning: there is a GPU (\(file)), but it cannot be used: \(reason); computing on the processor"
    }

    static func words(_ error: ComputeError) -> String {
        switch error {
        case .outOfMemory(let device, let bytes):
            "\(device) has no room for another \(ByteCount.text(bytes))"
        case .deviceUnavailable(let device, let reason): "cannot use \(device): \(reason)"
        case .operationFailed(let device, let reason): "\(device) failed: \(reason)"
        }
    }
}
