import XCTest
final class EmptyRemediCoreTests: XCTestCase {}
