import Compute
import Foundation
import LanguageModels
import RemediCore
import XCTest
import remedi

/// Every sentence, word for word.
final class MessagesTests: XCTestCase {
    private func check(_ cases: [(any Error, String)], file: StaticString = #filePath, line: UInt = #line) {
        for (error, sentence) in cases {
            XCTAssertEqual(Messages.sentence(for: error), sentence, "\(error)", file: file, line: line)
        }
    }

    func testExperiments() {
        let value = InvalidValue(found: "\"x\"", expectation: .integer(minimum: 1, maximum: 65_536))
        let cases: [(any Error, String)] = [
            (
                ExperimentError.syntax(path: "a.json", line: 3, reason: "a comma is missing"),
                "a.json, line 3: a comma is missing"
            ),
            (
                PlaceError.unreadable(path: "a", reason: "Permission denied"),
                "cannot read a: Permission denied"
            ),
            (PlaceError.unwritable(path: "a", reason: "No space left"), "cannot write a: No space left"),
            (
                SettingError.unknownKey(path: "a.json", key: "lamkl", nearest: "lam_kl"),
                "a.json: there is no setting 'lamkl'; did you mean lam_kl?"
            ),
            (
                SettingError.unknownKey(path: "a.json", key: "zzz", nearest: nil),
                "a.json: there is no setting 'zzz'"
            ),
            (
                SettingError.missingKey(path: "a.json", key: "dataset"),
                "a.json: the setting 'dataset' is missing"
            ),
            (
                SettingError.invalidValue(path: "a.json", key: "batch_size", problem: value),
                "a.json: batch_size: '\"x\"' is not a whole number from 1 to 65536"
            ),
            (
                ExperimentError.editorsNotTrained(
                    path: "r/linear", command: "remedi experiments run x --with-dependencies"),
                "there is no editor at r/linear; 'remedi experiments run x --with-dependencies' trains it first"
            ),
            (
                ExperimentError.unknownSetting(key: "alfa", experiment: "eval.gen.x", nearest: "alpha"),
                "eval.gen.x has no setting 'alfa'; did you mean alpha?"
            ),
            (
                ExperimentError.invalidOverride(key: "batch_size", problem: value),
                "--set batch_size: '\"x\"' is not a whole number from 1 to 65536"
            ),
            (
                ExperimentError.notForGroups(option: "dataset-file", group: "all"),
                "--dataset-file cannot be given for all, which is several experiments"
            ),
            (
                ModelError.noSuchLayer(layer: 12, model: "gpt2", layers: 12),
                "layer 12 is not there: gpt2 has layers 0 to 11"
            ),
            (
                ModelError.rankTooLarge(rank: 900, model: "gpt2", hiddenSize: 768),
                "--rank: 900 is not a whole number from 1 to 768, the hidden size of gpt2"
            ),
            (
                SettingError.exclusiveSettings("normalize train", "editor_entity prompt"),
                "the settings 'normalize train' and 'editor_entity prompt' exclude each other"
            ),
            (
                ExperimentError.unknownExperiment(
                    name: "train.x", nearest: ["train.y"], folders: ["A", "B"]),
                "there is no experiment 'train.x'; did you mean train.y?"
            ),
            (PlaceError.unusableFolderName(name: "../x"), "'../x' cannot be the name of a results folder"),
            (
                PlaceError.unusableFileName(name: "../x"),
                "'../x' cannot be the name of the file for the options: take one such as mine.json"
            ),
            (
                PlaceError.notAResultsFolder(path: "/r", foreign: "thesis.tex"),
                "/r is not removed, because it is or holds something else than results: thesis.tex"
            ),
            (
                PlaceError.modelNotFound(name: "m", searched: ["/a", "/b"], nearest: nil),
                "there is no model 'm'; looked for /a, /b; 'remedi model download m' fetches it"
            ),
            (
                PlaceError.modelNotFound(name: "gtp2", searched: ["/a"], nearest: "gpt2"),
                "there is no model 'gtp2'; did you mean gpt2?"
            ),
            (PlaceError.pathNotFound(path: "/a", nearest: nil), "there is no /a"),
            (PlaceError.pathNotFound(path: "/a", nearest: "b"), "there is no /a; did you mean b?"),
            (
                ExperimentError.unknownExperiment(name: "x", nearest: ["a.x", "b.x"], folders: ["A"]),
                "there is no experiment 'x'; did you mean a.x or b.x?"
            ),
            (
                ExperimentError.unknownExperiment(name: "x", nearest: [], folders: ["A", "B"]),
                "there is no experiment 'x' in A or B"
            ),
            (
                PlaceError.modelNotFound(name: "/m", searched: ["/m"], nearest: nil),
                "there is no model '/m'; looked for /m"
            ),
            (
                PlaceError.dataFileNotFound(dataset: .counterfact, searched: ["/a"]),
                "there is no file for counterfact; looked for /a (name one with --dataset-file);"
                    + " 'remedi data download counterfact' fetches the data set"
            ),
        ]
        check(cases)
    }

    func testJobs() {
        XCTAssertEqual(
            Messages.sentence(for: SlurmError.controlCharacter(place: "--partition", text: "a\nb")),
            "--partition, 'a\nb', has a line break or another control character, which no batch script can have"
        )
        XCTAssertEqual(
            Messages.sentence(
                for: UsageError.decided(name: "sbatch-option array", command: "experiments submit")),
            "--sbatch-option array cannot be given: 'remedi experiments submit' decides it")
        XCTAssertEqual(
            Messages.sentence(for: ExperimentError.namesItself(group: "all")), "all: experiments names itself"
        )
    }

    func testRuns() {
        let cases: [(RemediError, String)] = [
            (
                .entityNotInPrompt(entity: "Ada", prompt: "Bob is", sample: "7"),
                "the entity 'Ada' is not in the prompt 'Bob is' (sample 7)"
            ),
            (
                .attributeNotInContext(attribute: "rich", context: "Ada is poor", sample: ""),
                "the attribute 'rich' is not in the context 'Ada is poor'"
            ),
            (
                .nonFiniteLoss(epoch: 2, samples: (1...9).map(String.init)),
                "the loss is not a finite number in epoch 2, samples 1, 2, 3, 4, 5, 6, 7, 8 and 1 more;"
                    + " the editor saved last stays"
            ),
            (.editorMissing(path: "/e"), "there is no editor at /e"),
            (
                .editorMismatch(path: "/e", what: "hidden size", expected: "576", found: "768"),
                "the editor at /e does not fit: hidden size is 768, not 576"
            ),
            (.editorNotTrainable(type: "null"), "an editor of type null has nothing to train"),
            (
                .normalizerMissing(path: "/e/normalizer.safetensors"),
                "there is no /e/normalizer.safetensors; 'remedi eval cls counterfact --normalize train' with the"
                    + " same model, editor and layer makes it of the training split"
            ),
            (
                .normalizerMismatch(path: "/e/n", what: "editor", expected: "ab", found: "cd"),
                "/e/n does not fit: editor is cd, not ab; 'remedi eval cls --normalize train --overwrite' makes"
                    + " it anew"
            ),
            (
                .resultsDiffer(path: "/r", differences: ["lr: 1 there, 2 now", "seed: 1 there, 2 now"]),
                "/r holds results of a run with other options (lr: 1 there, 2 now; seed: 1 there, 2 now);"
                    + " name another folder, or replace them with --overwrite"
            ),
            (.folderLocked(path: "/r", owner: "process 7"), "/r is in use by process 7"),
            (
                .noSamples(dataset: "/d.json", split: "evaluation", count: 100),
                "no samples to use: /d.json has 100, and the evaluation split takes none of them"
                    + " (--split all takes all)"
            ),
            (.noSamples(dataset: "/d.json", split: "training", count: 0), "there are no samples in /d.json"),
            (
                .noSamples(dataset: "/d.json", split: "dump of 9", count: 3),
                "no samples to use: /d.json has 3, and the dump of 9 split takes none of them"
                    + " (--all takes all)"
            ),
            (
                .nothingToTrainOn(
                    samples: 3, heldOut: 1,
                    leftOut: [
                        .init(reason: "empty attribute", ids: ["a"]), .init(reason: "other", ids: ["b"]),
                    ]),
                "nothing is left to train on: of 3 samples, 1 validate (--hold-out) and 2 are left out:"
                    + " 1 (empty attribute): a; 1 (other): b"
            ),
            (.noResults(path: "/r"), "there are no results in /r"),
            (
                .notFinite(samples: []),
                "the model's numbers are not finite; look at its weights, the editor's, and their precision"
            ),
            (
                .notFinite(samples: ["a", "b"]),
                "the model's numbers are not finite for samples a, b; look at its weights, the editor's, and"
                    + " their precision"
            ),
            (
                .normalizerDamaged(path: "/n"),
                "/n is damaged: it does not match its checksum; 'remedi eval cls counterfact --normalize train'"
                    + " with the same model, editor and layer makes it anew"
            ),
            (
                .nothingToCompare(first: "/a", second: "/b"),
                "/a and /b have no metric of the same samples to compare"
            ),
            (
                .malformedData(path: "/d", reason: "record 3 is not an object"),
                "/d: record 3 is not an object"
            ),
            (
                .referenceTextsMissing(folder: "/d", files: ["attribute_snippets.json", "idf.npy"]),
                "generation, essence and the condition replace need attribute_snippets.json and idf.npy, which /d"
                    + " lacks; 'remedi data download snippets idf' fetches them"
            ),
            (.malformedConfiguration(path: "training options", reason: "odd"), "training options: odd"),
            (
                .unwritable(path: "/d", reason: "Read-only file system"),
                "cannot write /d: Read-only file system"
            ),
            (.interrupted(signal: SIGINT), "stopped by SIGINT; the work is saved"),
            (.interrupted(signal: SIGTERM), "stopped by SIGTERM; the work is saved"),
            (.abandoned(signal: SIGTERM), "stopped by SIGTERM; nothing is kept"),
            (.abandoned(signal: SIGINT, part: "layer 3"), "stopped by SIGINT; nothing of layer 3 is kept"),
        ]
        check(cases)
    }

    func testNotesOnAnEdit() {
        let cases: [(SingleEditResult.Note, String)] = [
            (.entityInsideWord(entity: "Ada"), "'Ada' is in the prompt only as part of another word"),
            (
                .sharedFirstToken("English", "Englishman"),
                "'English' and 'Englishman' begin with the same token, so their first tokens cannot differ"
            ),
            (
                .lastLayer(29),
                "layer 29 is the last: an edit there, before the prompt's end, changes nothing of what follows"
            ),
        ]
        for (note, words) in cases { XCTAssertEqual(Messages.words(note), words) }
    }

    func testModels() {
        let cases: [(LanguageModelError, String)] = [
            (.fileMissing(path: "/m/config.json"), "there is no file /m/config.json"),
            (
                .noRoom(path: "/m", byteCount: 3 << 30, free: 1 << 20),
                "/m takes 3.0 GiB, but the disk has only 1.0 MiB left"
            ),
            (.unreadable(path: "/m", reason: "Is a directory"), "cannot read /m: Is a directory"),
            (.malformed(path: "/m", reason: "ends early"), "/m: ends early"),
            (
                .tokenizerMissing(folder: "/m", found: "tokenizer.model", form: .sentencePiece),
                "/m has no tokenizer.json; tokenizer.model alone is a SentencePiece model, which is not read: with"
                    + " the Python packages transformers and sentencepiece, `python3 -c \"from transformers import"
                    + " AutoTokenizer as T; T.from_pretrained('/m').save_pretrained('/m')\"` makes tokenizer.json"
                    + " of it"
            ),
            (
                .tokenizerMissing(folder: "/m", found: "vocab.txt", form: .wordPiece),
                "/m has no tokenizer.json; vocab.txt alone is the vocabulary of a WordPiece tokenizer, which is not"
                    + " supported: the files of a byte-pair tokenizer are needed, tokenizer.json, or vocab.json and"
                    + " merges.txt"
            ),
            (
                .tokenizerMissing(folder: "/m", found: "merges.txt", form: .merges),
                "/m has no tokenizer.json; merges.txt alone is not enough: vocab.json is missing, which was stored"
                    + " beside it; or take the tokenizer.json of the same model"
            ),
            (.tensorMissing(name: "wte.weight", path: "/m"), "/m has no tensor wte.weight"),
            (
                .tensorShape(name: "wte.weight", expected: [2, 3], found: [3, 2]),
                "tensor wte.weight has the shape [3, 2], not [2, 3]"
            ),
            (
                .elementType(name: "wte.weight", found: "I8"),
                "tensor wte.weight has elements of type I8; F32, F16, BF16 and F64 can be read"
            ),
            (
                .unknownFamily(name: "bert", known: ["gpt2", "llama"]),
                "models of type 'bert' are not known; known are gpt2, llama"
            ),
            (
                .unsupportedSetting(key: "rope_scaling", value: "yarn", path: "/m/config.json"),
                "/m/config.json: rope_scaling = yarn is not supported"
            ),
            (
                .configuration(key: "n_embd", path: "/m/config.json", reason: "missing"),
                "/m/config.json: n_embd: missing"
            ),
            (
                .outOfRange(key: "rotary_pct", value: "1e+300", path: "/m/config.json"),
                "/m/config.json: rotary_pct = 1e+300 is out of range"
            ),
            (
                .tooManyParameters(limit: 1 << 46, path: "/m/config.json"),
                "/m/config.json: its sizes make more than 70368744177664 parameters"
            ),
            (
                .doesNotFit(name: "wte.weight", value: 70000, type: "F16"),
                "tensor wte.weight has the value 70000.0, which does not fit F16; --fp16 no keeps it"
            ),
            (
                .beyondSingle(name: "wte.weight", value: 1e300),
                "tensor wte.weight is stored as F64 and has the value 1e+300, which does not fit F32"
            ),
            (.noSuchBlock(block: 12, blocks: 12), "there is no layer 12: the model's layers are 0 to 11"),
            (
                .tooLong(tokens: 2000, limit: 1024),
                "a text of 2000 tokens is longer than the 1024 that the model can read"
            ),
            (.substringMissing(substring: "a", text: "b", occurrence: 0), "'a' does not occur in 'b'"),
            (
                .substringMissing(substring: "a", text: "b", occurrence: 1),
                "'a' does not occur 2 times in 'b'"
            ),
            (.emptyEdit(sequence: 0), "the edit touches no token"),
            (.unwritable(path: "/x", reason: "full"), "cannot write /x: full"),
            (.locked(path: "/x", owner: "process 7"), "/x is in use by process 7"),
        ]
        check(cases)
    }

    func testMemory() {
        func shortage(
            halved: Bool, memory: DeviceMemory?, _ parts: [MemoryShortage.Part: Int]
        ) -> MemoryShortage {
            MemoryShortage(
                isHalved: halved, device: "cuda:0", requestedBytes: 3 << 30, memory: memory, parts: parts,
                remedies: MemoryShortage.Remedy.allCases)
        }
        let memory = DeviceMemory(free: 1 << 30, total: 80 << 30, isDedicated: true)
        let remedies =
            "; to need less: a smaller --batch-size, a smaller --cache-memory, --fp16 yes, another --device"
        check([
            (
                LanguageModelError.outOfMemory(
                    shortage(
                        halved: true, memory: memory,
                        [
                            .weights: 41 << 30, .frozen: 30 << 30, .cache: 1 << 30, .activations: 4 << 30,
                            .logits: 512 << 20, .workspace: 68 << 20,
                        ])),
                "cuda:0 has no room for another 3.0 GiB, although half is done at a time: it is to hold"
                    + " 41 GiB of weights, 30 GiB computed once and kept, 1.0 GiB of keys and values,"
                    + " 4.0 GiB of activations, 512 MiB of logits and 68 MiB of workspace;"
                    + " 1.0 GiB of its 80 GiB are free"
                    + remedies
            ),
            (
                LanguageModelError.outOfMemory(
                    shortage(halved: false, memory: nil, [.weights: 90 << 30])),
                "cuda:0 has no room for another 3.0 GiB: it is to hold 90 GiB of weights" + remedies
            ),
        ])
        XCTAssertEqual(
            Messages.notice(shortage(halved: false, memory: memory, [:])),
            "cuda:0 has no room for another 3.0 GiB; going on with half as much at a time")
    }

    func testWeights() {
        XCTAssertEqual(
            Messages.notice(.headDiffers(head: "lm_head.weight", embedding: "transformer.wte.weight")),
            "the configuration ties lm_head.weight to transformer.wte.weight, but they are stored with"
                + " different values; lm_head.weight is used as it is stored")
        XCTAssertEqual(
            Messages.notice(.unused(names: ["v_head.weight"])),
            "the model does not use a tensor of the checkpoint: v_head.weight")
        XCTAssertEqual(
            Messages.notice(.unused(names: (0..<10).map { "t\($0)" })),
            "the model does not use 10 tensors of the checkpoint: t0, t1, t2, t3, t4, t5, t6, t7 and 2 more")
        XCTAssertEqual(
            Messages.notice(.rounded(count: 1)), "a tensor is stored as F64 and rounded to F32")
        XCTAssertEqual(
            Messages.notice(.rounded(count: 3)), "3 tensors are stored as F64 and rounded to F32")
    }

    func testDevicesAndOutput() {
        check([
            (
                ComputeError.outOfMemory(device: "cpu", requestedBytes: 3 << 30),
                "cpu has no room for another 3.0 GiB"
            ),
            (
                ComputeError.deviceUnavailable(device: "cuda:0", reason: "there is none"),
                "cannot use cuda:0: there is none"
            ),
            (ComputeError.operationFailed(device: "cpu", reason: "odd"), "cpu failed: odd"),
            (
                OutputError.failed(reason: "No space left on device"),
                "cannot write to standard output: No space left on device"
            ),
            (OutputError.closed, "nobody reads standard output any more"),
        ])
    }

    func testExitCodes() {
        let cases: [(any Error, Int32)] = [
            (RemediError.interrupted(signal: SIGINT), 130), (RemediError.interrupted(signal: SIGTERM), 143),
            (RemediError.abandoned(signal: SIGTERM), 143),
            (OutputError.closed, 141), (OutputError.failed(reason: ""), 1), (UsageError.commandMissing, 2),
            (RemediError.editorMissing(path: ""), 1),
            (ComputeError.deviceUnavailable(device: "cuda", reason: ""), 1),
            (LanguageModelError.fileMissing(path: ""), 1), (PlaceError.unusableFolderName(name: ""), 2),
            (PlaceError.modelNotFound(name: "gtp2", searched: [], nearest: "gpt2"), 2),
            (PlaceError.modelNotFound(name: "gpt2", searched: [], nearest: nil), 1),
            (LanguageModelError.noSuchBlock(block: 9, blocks: 6), 2),
        ]
        for (error, code) in cases { XCTAssertEqual(ExitCode.of(error), code, "\(error)") }
    }

    func testByteCounts() {
        let cases = [
            (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (10_200, "10 KiB"),
            (1_048_575, "1.0 MiB"), (538_060_032, "513 MiB"), (3 << 30, "3.0 GiB"), (5 << 50, "5120 TiB"),
        ]
        for (bytes, text) in cases { XCTAssertEqual(ByteCount.text(bytes), text) }
    }
}
