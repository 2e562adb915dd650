import RemediCore
import XCTest
import remedi

/// What right command lines mean.
final class ParsingTests: XCTestCase {
    private func train(_ line: String) throws -> TrainCommand {
        try train(line.split(separator: " ").map(String.init))
    }

    private func train(_ words: [String]) throws -> TrainCommand {
        let invocation = try Invocation(["train", "-n", "x"] + words, tree: Commands.tree, summary: "")
        guard case .run(let command as TrainCommand, path: ["train"]) = invocation else {
            throw RemediError.malformedConfiguration(path: "", reason: "not a training")
        }
        return command
    }

    func testSpellings() throws {
        for line in ["--batch-size 8", "--batch-size=8", "--batch 8", "--batch=8", "--ba 8"] {
            XCTAssertEqual(try train(line).plan.options.batchSize, 8, line)
        }
        for line in ["-m gpt2", "-mgpt2", "-m=gpt2", "--model gpt2", "--mod=gpt2"] {
            XCTAssertEqual(try train(line).plan.model, "gpt2", line)
        }
    }

    func testSeveralValues() throws {
        XCTAssertEqual(try train("-l 0 1 2 -q").runOptions.layers, .only([0, 1, 2]))
        XCTAssertEqual(try train("--layers=3").runOptions.layers, .only([3]))
        XCTAssertEqual(try train("-l all").runOptions.layers, .all)
        XCTAssertEqual(try train("-l 1 -l 2").runOptions.layers, .only([2]))
        XCTAssertEqual(try train("-t mlp scalar").plan.options.editorTypes, [.mlp, .scalar])
        XCTAssertEqual(try train("counterfact -l 1").experiment, "counterfact")
        XCTAssertEqual(try train("-l 1 -- counterfact").experiment, "counterfact")
    }

    func testNumbersThatLookLikeOptions() throws {
        XCTAssertEqual(try train("--alpha -1.5").plan.options.alpha, -1.5)
        XCTAssertEqual(try train("--beta -1e-3").plan.options.beta, -1e-3)
        XCTAssertEqual(try train("--beta=-2").plan.options.beta, -2)
        XCTAssertEqual(try train(["-m", "- a name"]).plan.model, "- a name")
    }

    func testFlags() throws {
        XCTAssertFalse(try train("").plan.options.shuffle)
        XCTAssertTrue(try train("--shuffle").plan.options.shuffle)
        XCTAssertFalse(try train("--shuffle --shuffle=no").plan.options.shuffle)
        XCTAssertEqual(try train("-v -q").verbosity, .quiet)
        XCTAssertEqual(try train("-q -v").verbosity, .verbose)
        XCTAssertEqual(try train("--quiet --verbose").verbosity, .verbose)
    }

    func testTruthHasManySpellings() throws {
        for word in ["true", "yes", "on", "1", "True", "Y"] {
            XCTAssertEqual(try train("--fp16 \(word)").runOptions.device.half, true, word)
        }
        for word in ["false", "no", "off", "0", "False", "N"] {
            XCTAssertEqual(try train("--fp16 \(word)").runOptions.device.half, false, word)
        }
        XCTAssertNil(try train("").runOptions.device.half)
    }

    func testDevices() throws {
        let cases: [(String, DeviceChoice)] = [
            ("auto", .auto), ("cpu", .cpu), ("cuda", .cuda(0)), ("cuda:1", .cuda(1)), ("2", .cuda(2)),
        ]
        for (word, device) in cases {
            XCTAssertEqual(try train("--device \(word)").runOptions.device.device, device, word)
        }
    }

    func testSizes() throws {
        let cases = [
            ("1024", 1024), ("512M", 512 << 20), ("2G", 2 << 30), ("2gib", 2 << 30), ("1.5k", 1536),
            ("3KB", 3072),
        ]
        for (word, bytes) in cases {
            XCTAssertEqual(try train("--cache-memory \(word)").plan.options.cacheBytes, bytes, word)
        }
    }

    func testCompatibilityComesBeforeWhatIsGiven() throws {
        var expected = TrainingOptions()
        expected.applyReferenceCompatibility()
        XCTAssertEqual(try train("--compat reference").plan.options, expected)
        for line in ["--kl batch --compat reference", "--compat reference --kl batch"] {
            expected.divergence = .batch
            XCTAssertEqual(try train(line).plan.options, expected, line)
        }
        XCTAssertEqual(try train("--compat reference --compat remedi").plan.options, TrainingOptions())
        XCTAssertEqual(try train("--adam-epsilon 1e-8 --compat reference").plan.options.epsilon, 1e-8)
    }

    func testDefaultsAreTheCores() throws {
        let command = try train("")
        XCTAssertEqual(command.plan.options, TrainingOptions())
        XCTAssertNil(command.runOptions.layers)
        XCTAssertEqual(command.plan.model, "gptj")
    }

    func testNamesAndLettersAreUnique() {
        func check<C: Command>(_ type: C.Type) {
            let names = C.options.map(\.name)
            let letters = C.options.compactMap(\.short)
            XCTAssertEqual(Set(names).count, names.count, "\(type)")
            XCTAssertEqual(Set(letters).count, letters.count, "\(type)")
            XCTAssertFalse(letters.contains("h"), "\(type)")
        }
        func walk(_ nodes: [CommandNode]) {
            for node in nodes {
                switch node {
                case .command(let type): check(type)
                case .group(_, _, let members): walk(members)
                }
            }
        }
        walk(Commands.tree)
    }
}
