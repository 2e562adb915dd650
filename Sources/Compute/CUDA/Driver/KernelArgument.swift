/// One argument of a kernel, in the type that the kernel declares.
enum KernelArgument {
    /// `Rows` or `ReadRows`.
    case matrix(Matrix)
    /// `Rows` or `ReadRows` that start at null where there is no matrix.
    case optional(Matrix?)
    /// A pointer to anything; nil is null.
    case pointer(UnsafeRawPointer?)
    /// `int *`.
    case indices(IndexVector)
    /// A pointer to the first element.
    case weight(Weight)
    /// `int`.
    case int(Int)
    /// `long long`.
    case long(Int)
    /// `float`.
    case float(Float)
    /// `int`, 0 or 1.
    case flag(Bool)

    /// How many bytes the kernel's parameter has.
    var byteCount: Int {
        switch self {
        case .matrix, .optional: 16
        case .pointer, .indices, .weight, .long: 8
        case .int, .float, .flag: 4
        }
    }

    /// Writes the argument to `place`, which has room for 16 bytes.
    func store(at place: UnsafeMutableRawPointer) {
        switch self {
        case .matrix(let matrix): Self.store(matrix, at: place)
        case .optional(let matrix):
            if let matrix {
                Self.store(matrix, at: place)
            } else {
                place.storeBytes(of: nil, as: UnsafeRawPointer?.self)
                place.storeBytes(of: 0, toByteOffset: 8, as: Int64.self)
            }
        case .pointer(let pointer): place.storeBytes(of: pointer, as: UnsafeRawPointer?.self)
        case .indices(let vector):
            place.storeBytes(of: UnsafeRawPointer(vector.pointer), as: UnsafeRawPointer.self)
        case .weight(let weight):
            place.storeBytes(of: UnsafeRawPointer(weight.address), as: UnsafeRawPointer.self)
        case .int(let value): place.storeBytes(of: Int32(value), as: Int32.self)
        case .long(let value): place.storeBytes(of: Int64(value), as: Int64.self)
        case .float(let value): place.storeBytes(of: value, as: Float.self)
        case .flag(let value): place.storeBytes(of: value ? 1 : 0, as: Int32.self)
        }
    }

    private static func store(_ matrix: Matrix, at place: UnsafeMutableRawPointer) {
        place.storeBytes(of: UnsafeRawPointer(matrix.pointer), as: UnsafeRawPointer.self)
        place.storeBytes(of: Int64(matrix.stride), toByteOffset: 8, as: Int64.self)
    }
}
