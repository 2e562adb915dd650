import XCTest
final class EmptyRemediTests: XCTestCase {}
