import Compute
import Foundation
import LanguageModels

/// The table of a self-test, line by line, since it takes a while.
struct SelfTestReport {
    var device: String
    /// The reference that it is compared with.
    var reference: String

    private static let widths = [38, 7, 9, 11, 10]

    var heading: String {
        row(["operation", "shapes", "error", "of allowed", "time", "speed"])
    }

    func line(_ result: SelfTest.OperationResult) -> String {
        var cells = [result.name, "\(result.examples)"]
        if let worst = result.worst {
            cells.append(worst.distance == 0 ? "0" : String(format: "%.1e", worst.distance))
            cells.append(Self.percent(worst.excess))
        } else {
            cells += ["-", "-"]
        }
        cells.append(result.timing.map { Self.time($0.seconds) } ?? "-")
        cells.append(result.timing.map(Self.speed) ?? "")
        if result.failure != nil {
            cells[5] = "FAILED"
        } else if !result.passes {
            cells[5] += cells[5].isEmpty ? "DIFFERS" : "  DIFFERS"
        }
        return row(cells)
    }

    /// The first cell flush left, the last as it is, the others flush right.
    private func row(_ cells: [String]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            guard index < Self.widths.count else {
                line += cell.isEmpty ? "" : "  " + cell
                continue
            }
            let space = String(repeating: " ", count: max(0, Self.widths[index] - cell.count))
            line += index == 0 ? cell + space : space + cell
        }
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }

    private static func percent(_ excess: Double) -> String {
        guard excess < 1000 else { return excess.isFinite ? "> 99999 %" : "infinite" }
        return excess == 0 ? "0 %" : excess < 0.01 ? "< 1 %" : String(format: "%.0f %%", 100 * excess)
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case 0: "-"
        case ..<1e-3: String(format: "%.1f µs", seconds * 1e6)
        case ..<1: String(format: "%.2f ms", seconds * 1e3)
        default: String(format: "%.2f s", seconds)
        }
    }

    private static func speed(_ timing: SelfTest.Timing) -> String {
        if let rate = timing.operationsPerSecond {
            return rate < 1e12
                ? String(format: "%.1f GFLOP/s", rate / 1e9) : String(format: "%.1f TFLOP/s", rate / 1e12)
        }
        return timing.bytesPerSecond.map {
            String(format: $0 < 1e11 ? "%.1f GB/s" : "%.0f GB/s", $0 / 1e9)
        } ?? ""
    }

    /// A line for each operation that is wrong.
    func mismatches(_ results: [SelfTest.OperationResult]) -> String {
        results.filter { !$0.passes }.map { result in
            if let failure = result.failure { return "\(result.name): \(failure)\n" }
            guard let worst = result.worst else { return "\(result.name): nothing could be compared\n" }
            return "\(result.name), \(worst.example): element (\(worst.row), \(worst.column)) of result"
                + " \(worst.output + 1) is \(worst.found), not \(worst.expected)\n"
        }.joined()
    }

    /// - Throws: `SelfTestFailure`.
    func verdict(_ results: [SelfTest.OperationResult]) throws {
        let wrong = results.filter { !$0.passes }.map(\.name)
        if !wrong.isEmpty {
            throw SelfTestFailure(device: device, reference: reference, wrong: wrong, tried: results.count)
        }
    }

    /// The verdict where nothing is wrong.
    func praise(_ results: [SelfTest.OperationResult]) -> String {
        let shapes = results.reduce(0) { $0 + $1.examples }
        return "Every operation of \(device) agrees with \(reference): \(results.count) operations on"
            + " \(shapes) shapes.\n"
    }

    func json(_ results: [SelfTest.OperationResult]) -> JSONValue {
        let operations = results.map { result -> JSONValue in
            var object: JSONObject = [
                "name": .string(result.name), "shapes": .integer(result.examples),
                "agrees": .bool(result.passes),
            ]
            if let worst = result.worst, worst.excess.isFinite, worst.distance.isFinite {
                object["error"] = .number(worst.distance)
                object["of_allowed"] = .number(worst.excess)
                object["worst_shape"] = .string(worst.example)
            }
            object["failure"] = result.failure.map(JSONValue.string)
            object["seconds"] = result.timing.map { .number($0.seconds) }
            object["bytes_per_second"] = result.timing?.bytesPerSecond.map(JSONValue.number)
            object["operations_per_second"] = result.timing?.operationsPerSecond.map(JSONValue.number)
            return .object(object)
        }
        return [
            "compared_with": .string(reference), "agrees": .bool(results.allSatisfy(\.passes)),
            "operations": .array(operations),
        ]
    }
}

/// Operations of a device that do not do what the processor does.
package struct SelfTestFailure: Error, Equatable {
    package var device: String
    package var reference: String
    /// Names of operations.
    package var wrong: [String]
    package var tried: Int

    package init(device: String, reference: String, wrong: [String], tried: Int) {
        self.device = device
        self.reference = reference
        self.wrong = wrong
        self.tried = tried
    }
}
