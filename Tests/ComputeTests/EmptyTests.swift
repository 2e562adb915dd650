import XCTest
final class EmptyComputeTests: XCTestCase {}
