import Foundation

// Tokenises the lines of a file (JSON strings) again and again; prints JSON with the best time of each kind.
// Compiled together with the package's sources by tokens.py.

let arguments = CommandLine.arguments
let folder = URL(fileURLWithPath: arguments[1])
let rounds = Int(arguments[3]) ?? 5
let texts = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n").map {
    try JSONValue(parsing: String($0)).string ?? ""
}

/// Processor time, which a busy machine changes less than time on the clock.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = clock()
    try body()
    return Double(clock() - start) / Double(CLOCKS_PER_SEC)
}

var load = Double.infinity
var cold = Double.infinity
var warm = Double.infinity
var tokens = 0
for _ in 0..<rounds {
    var tokenizer: Tokenizer?
    load = min(load, try seconds { tokenizer = try Tokenizer(folder: folder) })
    guard let tokenizer else { continue }
    for isCold in [true, false] {
        var count = 0
        let time = seconds { for text in texts { count += tokenizer.encode(text).ids.count } }
        if isCold { cold = min(cold, time) } else { warm = min(warm, time) }
        tokens = count
    }
}
print(
    JSONValue.object([
        "load": .number(load), "cold": .number(cold), "warm": .number(warm), "tokens": .integer(tokens),
    ]).text())
