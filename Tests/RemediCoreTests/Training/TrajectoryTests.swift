import Compute
import XCTest

@testable import RemediCore

/// Whole trainings on the CPU, in both forms of the KL term.
final class TrajectoryTests: XCTestCase {
    func testLossesOfEveryEpoch() throws {
        for family in TrainingFixture.families {
            for form in TrainingOptions.Divergence.allCases {
                try Trajectory(family: family, form: form, backend: CPUBackend(threads: 1))
                    .check(in: temporaryFolder())
            }
        }
    }
}
