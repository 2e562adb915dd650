import Foundation

@testable import LanguageModels

extension RandomStream {
    /// `data` after one to four random changes: bytes changed, removed, doubled, set to extremes, integers
    /// replaced, the end cut off.
    mutating func mutated(_ data: Data) -> Data {
        var bytes = [UInt8](data)
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let length = min(bytes.count - place, Int.random(in: 1...8, using: &self))
            switch Int.random(in: 0..<8, using: &self) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &self)
            case 2: bytes.removeSubrange(place..<place + length)
            case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            case 4: for index in place..<place + length { bytes[index] = 0xFF }
            case 5: for index in place..<place + length { bytes[index] = 0 }
            case 6: bytes.removeSubrange(place...)
            default:
                let other = Int.random(in: 0..<bytes.count, using: &self)
                bytes.swapAt(place, other)
            }
        }
        return Data(bytes)
    }

    /// Rounds of a fuzz test: `usual`, or as many as `REMEDI_FUZZ_RUNS` asks for.
    static func rounds(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["REMEDI_FUZZ_RUNS"].flatMap { Int($0) } ?? usual
    }
}
