import XCTest

@testable import Compute

/// What the kernels of attention promise beyond what every backend does.
final class CUDABackendAttentionTests: XCTestCase {
    override class func tearDown() { TestBackends.forgetDevices() }

    /// Compares outputs and gradients with float64.
    private func compare(_ inputs: AttentionInputs, _ name: String) throws {
        let expected = inputs.referenceForward()
        let gradients = inputs.referenceBackward()
        let tolerance = Tolerance(absolute: 2e-5, relative: 2e-5)
        for device in TestBackends.devices {
            let forward = try inputs.forward(device).map { try TestMatrix($0, of: device) }
            assertClose(forward[0], expected.output, .sums, "\(name): output")
            assertClose(forward[1], expected.logSumExp, .sums, "\(name): logSumExp")
            let backward = try inputs.backward(device).map { try TestMatrix($0, of: device) }
            assertClose(backward[0], gradients.dQueries, tolerance, "\(name): dQueries")
            assertClose(backward[1], gradients.dKeys, tolerance, "\(name): dKeys")
            assertClose(backward[2], gradients.dValues, tolerance, "\(name): dValues")
        }
    }

    /// Every width of kernel, full and not, aligned and not.
    func testHeadSizesMatchFloat64() throws {
        let spans = AttentionExample.packed([(5, 5), (0, 4), (1, 1), (19, 19), (3, 37), (1, 40)])
        for size in [1, 3, 20, 32, 64, 80, 96, 128, 200, 256] {
            let example = AttentionExample(
                name: "size \(size)", spans: spans, heads: 2, keyValueHeads: 1, headSize: size)
            try compare(AttentionInputs(example), example.name)
        }
    }

    /// Every row begins at a multiple of 16 bytes, as in models: elements move in groups of four.
    func testAlignedRows() throws {
        let lengths = [[(40, 70), (0, 4), (3, 37)], [(1, 1), (1, 300), (1, 33)]]
        for size in [20, 64, 96, 256] {
            for spans in lengths.map(AttentionExample.packed) {
                let example = AttentionExample(
                    name: "aligned, size \(size)", spans: spans, keyValueHeads: 1, headSize: size)
                try compare(AttentionInputs(example, isAligned: true), example.name)
            }
        }
    }

    /// Many tiles of keys for one query: the warps come back for more.
    func testManyKeysOfOneQuery() throws {
        let spans = AttentionExample.packed([(1, 257), (1, 900)])
        for window in [nil, 300] {
            let inputs = AttentionInputs(
                AttentionExample(name: "long", spans: spans, headSize: 40, window: window))
            for device in TestBackends.devices {
                let found = try TestMatrix(inputs.forward(device)[0], of: device)
                assertClose(found, inputs.referenceForward().output, .sums, "window \(window ?? 0)")
            }
        }
    }

    /// Tall tiles, short ones and single queries give the same bits.
    func testTokenByTokenGivesTheSameBits() throws {
        for (size, window) in [(20, nil), (64, 33), (80, nil)] as [(Int, Int?)] {
            let lengths = [(70, 70), (4, 45)]
            let inputs = AttentionInputs(
                AttentionExample(
                    name: "parts", spans: AttentionExample.packed(lengths), headSize: size, window: window))
            func parts(of count: Int) -> [AttentionSpan] {
                inputs.example.spans.flatMap { span in
                    stride(from: 0, to: span.queries.count, by: count).map { first in
                        let end = min(first + count, span.queries.count)
                        let older = span.keys.count - span.queries.count
                        let start = span.queries.lowerBound, key = span.keys.lowerBound
                        return AttentionSpan(
                            queries: start + first..<start + end, keys: key..<key + older + end)
                    }
                }
            }
            for device in TestBackends.devices {
                let whole = try inputs.forward(device).map { try device.read($0).map(\.bitPattern) }
                for count in [1, 2, 19] {
                    let found = try inputs.forward(device, spans: parts(of: count))
                        .map { try device.read($0).map(\.bitPattern) }
                    XCTAssertEqual(found, whole, "size \(size), \(count) at a time")
                }
            }
        }
    }

    /// A recorded step sees the keys that its spans were given afterwards.
    func testRecordedStepWithMoreKeys() throws {
        let inputs = AttentionInputs(
            AttentionExample(name: "step", spans: [AttentionSpan(queries: 0..<2, keys: 0..<300)]))
        func spans(_ first: Int, _ second: Int) -> [AttentionSpan] {
            [
                AttentionSpan(queries: 0..<1, keys: 0..<first),
                AttentionSpan(queries: 1..<2, keys: 140..<140 + second),
            ]
        }
        for device in TestBackends.devices {
            let queries = try inputs.queries.on(device), keys = try inputs.keys.on(device)
            let values = try inputs.values.on(device)
            let output = try TestMatrix(2, 32).on(device)
            let started = try device.makeSpans(spans(1, 60))
            let recorded = try device.record {
                device.attention(
                    queries: queries, keys: keys, values: values, spans: started, shape: inputs.shape,
                    into: output, logSumExp: nil)
            }
            let step = try XCTUnwrap(recorded)
            for (first, second) in [(33, 61), (140, 160)] {
                _ = device.rewrite(started, with: spans(first, second))
                step.replay()
                let found = try device.read(output)
                let expected = try device.read(inputs.forward(device, spans: spans(first, second))[0])
                XCTAssertEqual(found, expected, "\(first) and \(second) keys")
            }
        }
    }

    /// A value that is not a number spoils the queries that see it and no other.
    func testNaNReachesOnlyWhoSeesIt() throws {
        for count in [20, 40] {
            var inputs = AttentionInputs(
                AttentionExample(name: "NaN", spans: AttentionExample.packed([(count, count)]), window: 5))
            inputs.values[6, 0] = .nan
            for device in TestBackends.devices {
                let output = try TestMatrix(inputs.forward(device)[0], of: device)
                for row in 0..<count {
                    XCTAssertEqual(output[row, 0].isNaN, (6..<11).contains(row), "\(count) rows, row \(row)")
                    XCTAssertFalse(output[row, 1].isNaN, "\(count) rows, row \(row), next column")
                }
            }
        }
    }

    func testTooLargeHeadsAreAnError() throws {
        let inputs = AttentionInputs(
            AttentionExample(name: "large", spans: AttentionExample.packed([(1, 1)]), headSize: 257))
        for device in TestBackends.devices {
            let output = try inputs.forward(device)[0]
            XCTAssertThrowsError(try device.read(output)) { error in
                XCTAssertTrue("\(error)".contains("256 elements, not 257"), "\(error)")
            }
        }
    }

    func testTableHasOneLengthForGivenQueries() {
        let spans = AttentionExample.packed([(1, 70), (0, 3), (40, 40)])
        let table = AttentionTable(spans: spans)
        XCTAssertEqual(
            table.entries,
            [0, 1, 0, 70, 1, 0, 70, 3, 1, 40, 73, 40]
                + [0, 0, 2, 32, 2, 16, 2, 0]
                + [0, 0, 2, 32, 2, 0])
        XCTAssertEqual(table.tileOffset(.short), 12)
        XCTAssertEqual(table.tileOffset(.tall), 20)
        let longer = AttentionTable(spans: AttentionExample.packed([(1, 700), (0, 0), (40, 400)]))
        XCTAssertEqual(longer.entries.count, table.entries.count)
    }
}
