import XCTest
final class EmptyLanguageModelsTests: XCTestCase {}
