import Foundation
import XCTest

@testable import Compute

/// Limits of control groups, in folders made for them.
final class ControlGroupTests: XCTestCase {
    private var root = ""

    override func setUpWithError() throws {
        root =
            FileManager.default.temporaryDirectory.appendingPathComponent("groups-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }
    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: root) }

    private func write(_ text: String, _ path: String) throws {
        let file = URL(fileURLWithPath: root).appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private func group(_ lines: String) -> ControlGroup { ControlGroup(groups: lines, root: root) }

    func testTheLowestLimitAboveAProcessHolds() throws {
        try write("max\n", "memory.max")
        try write("5000\n", "slurm/job_7/memory.max")
        try write("3000\n", "slurm/job_7/memory.current")
        try write("anon 1000\ninactive_file 1500\n", "slurm/job_7/memory.stat")
        try write("max\n", "slurm/job_7/step_batch/memory.max")
        let job = group("1:name=systemd:/\n0::/slurm/job_7/step_batch\n")
        XCTAssertEqual(job.limit, 5000)
        XCTAssertEqual(job.used, 1500)
        try write("4000\n", "slurm/memory.max")
        XCTAssertEqual(group("0::/slurm/job_7/step_batch").limit, 4000)
        XCTAssertEqual(group("0::/slurm/job_7/step_batch").used, 0)
    }

    func testInAContainerOnlyTheRootIsSeen() throws {
        try write("7000\n", "memory.max")
        try write("100\n", "memory.current")
        for path in ["/", "/docker/0123"] {
            XCTAssertEqual(group("0::\(path)").limit, 7000, path)
            XCTAssertEqual(group("0::\(path)").used, 100, path)
        }
    }

    func testTheFirstVersion() throws {
        try write("9223372036854771712\n", "memory/memory.limit_in_bytes")
        XCTAssertNil(group("4:cpu:/a\n3:memory:/slurm/uid_1/job_2\n").limit)
        try write("6000\n", "memory/slurm/uid_1/job_2/memory.limit_in_bytes")
        try write("50\n", "memory/slurm/uid_1/job_2/memory.usage_in_bytes")
        try write("inactive_file 1\ntotal_inactive_file 20\n", "memory/slurm/uid_1/job_2/memory.stat")
        let job = group("4:cpu:/a\n3:hugetlb,memory:/slurm/uid_1/job_2\n")
        XCTAssertEqual(job.limit, 6000)
        XCTAssertEqual(job.used, 30)
    }

    func testNoLimit() {
        for text in ["", "0::/", "nonsense", "0:", "3:cpu:/"] { XCTAssertNil(group(text).limit, text) }
    }
}
