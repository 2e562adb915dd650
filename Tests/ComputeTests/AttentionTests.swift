import Foundation
import XCTest

@testable import Compute

final class AttentionTests: XCTestCase {
    func testForwardMatchesFloat64() throws {
        for backend in TestBackends.all {
            for example in AttentionExample.all {
                let inputs = AttentionInputs(example)
                let found = try inputs.forward(backend)
                let expected = inputs.referenceForward()
                let name = "\(backend.deviceDescription) \(example.name)"
                assertClose(found.output, expected.output, .sums, name)
                assertClose(found.logSumExp, expected.logSumExp, .sums, name)
            }
        }
    }
}
