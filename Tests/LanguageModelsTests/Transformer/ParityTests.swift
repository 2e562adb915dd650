import Compute
import XCTest

/// The CPU against `transformers`.
final class ParityTests: XCTestCase {
    private let parity = Parity(backend: CPUBackend(threads: 2))

    func testLogitsOfEveryFamily() throws {
        for name in ModelFixture.names { try parity.checkLogits(of: name) }
    }

    func testStatesAfterEveryBlock() throws {
        for name in ModelFixture.names { try parity.checkStates(of: name) }
    }

    func testEditedLogitsAndGradients() throws {
        for name in ModelFixture.names { try parity.checkEdits(of: name) }
    }

    func testGreedyContinuations() throws {
        for name in ModelFixture.names { try parity.checkGreedyContinuations(of: name) }
    }
}
