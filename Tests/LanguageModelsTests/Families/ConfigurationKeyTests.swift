import XCTest

@testable import LanguageModels

/// The table of keys against what transformers does with each (`Scripts/oracle/make_configuration_keys.py`).
final class ConfigurationKeyTests: XCTestCase {
    /// What a change does to the logits in transformers.
    private enum Effect: Character {
        case same = "s"
        case other = "o"
        case otherWeights = "w"
        case refused = "r"
    }

    private static let content: JSONObject = {
        let file = FixtureFolder.url.appendingPathComponent("configurations/keys.json")
        let value = (try? Data(contentsOf: file)).flatMap { try? JSONValue(parsing: $0) }
        return value?.object ?? JSONObject()
    }()

    /// The tiny checkpoint that was changed.
    private func base(_ family: String) throws -> JSONObject {
        let file = FixtureFolder.url.appendingPathComponent("models/\(family)/config.json")
        var object = try Checkpoint.object(of: file)
        for (key, value) in Self.content["bases"]?[family]?.object?.members ?? [] { object[key] = value }
        return object
    }

    private func read(_ object: JSONObject) throws -> TransformerConfiguration {
        var configuration = try ModelFamilies.read(ConfigurationReader(object, path: "")).configuration
        configuration.endTokens = []
        // Longer texts are no other numbers.
        if configuration.positions != .learned { configuration.contextLength = 0 }
        return configuration
    }

    private func changed(_ object: JSONObject, by change: JSONObject) -> JSONObject {
        var result = object
        for (key, value) in change.members { result[key] = value }
        return result
    }

    func testEveryKeyThatTransformersReadsIsInTheTable() throws {
        let families = try XCTUnwrap(Self.content["families"]?.object)
        XCTAssertEqual(families.count, ModelFamilies.all.count)
        for (family, entries) in families.members {
            let table = ConfigurationKey.table(of: family)
            for key in try XCTUnwrap(entries.object).keys where table[key] == nil {
                // Read, but with no effect at all, whatever the value.
                let effects = entries[key]?.string ?? ""
                XCTAssertTrue(
                    effects.allSatisfy { $0 == "s" }, "\(family): \(key) is not in the table: \(effects)")
            }
        }
    }

    func testWhatIsHarmlessChangesNoLogits() throws {
        for (family, entries) in try XCTUnwrap(Self.content["families"]?.object).members {
            let table = ConfigurationKey.table(of: family)
            for (key, effects) in try XCTUnwrap(entries.object).members {
                switch table[key] {
                case .harmless, .ignored:
                    XCTAssertFalse(
                        (effects.string ?? "").contains { "ow".contains($0) }, "\(family): \(key)")
                default: continue
                }
            }
        }
    }

    func testEveryValueIsHonoredOrRefused() throws {
        let values = try XCTUnwrap(Self.content["values"]?.array)
        for (family, entries) in try XCTUnwrap(Self.content["families"]?.object).members {
            let base = try base(family)
            for (key, effects) in try XCTUnwrap(entries.object).members {
                for (value, letter) in zip(values, effects.string ?? "") {
                    var change = JSONObject()
                    change[key] = value
                    try check(family, base, change, try XCTUnwrap(Effect(rawValue: letter)))
                }
            }
        }
    }

    func testSettingsThatBelongTogether() throws {
        for item in try XCTUnwrap(Self.content["cases"]?.array) {
            let parts = try XCTUnwrap(item.array)
            let family = try XCTUnwrap(parts[0].string)
            let effect = try XCTUnwrap(parts[2].string.flatMap { Effect(rawValue: Character($0)) })
            try check(family, try base(family), try XCTUnwrap(parts[1].object), effect)
        }
    }

    private func check(
        _ family: String, _ base: JSONObject, _ change: JSONObject, _ effect: Effect
    ) throws {
        let label = "\(family) \(JSONValue.object(change).text())"
        let found: TransformerConfiguration
        do {
            found = try read(changed(base, by: change))
        } catch {
            let isFine = effect != .same || Self.isStrict(family, change)
            return XCTAssertTrue(isFine, "\(label): \(error)")
        }
        switch effect {
        case .same: XCTAssertEqual(found, try read(base), label)
        case .other, .otherWeights: XCTAssertNotEqual(found, try read(base), label)
        case .refused: break
        }
    }

    /// Whether a change is refused here although transformers computes the same with it: zero and values of a wrong type,
    /// windows as long as the tokens that were tried, and a scaling that begins beyond the longest text.
    private static func isStrict(_ family: String, _ change: JSONObject) -> Bool {
        let table = ConfigurationKey.table(of: family)
        return change.members.contains { key, value in
            switch table[key] {
            case .honored: (value.double ?? 0) == 0 || key == "sliding_window"
            case .refused: true
            default: false
            }
        }
    }
}
