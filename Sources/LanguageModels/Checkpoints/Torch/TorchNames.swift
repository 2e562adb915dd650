import Compute

/// The classes and functions that a state dict's pickle may name; all stay inert.
enum TorchNames {
    static let tensor = PickleName("torch._utils", "_rebuild_tensor")
    static let tensor2 = PickleName("torch._utils", "_rebuild_tensor_v2")
    static let parameter = PickleName("torch._utils", "_rebuild_parameter")
    static let parameterWithState = PickleName("torch._utils", "_rebuild_parameter_with_state")

    /// The class of the storages of a type that is written.
    static func storage(of type: ElementType) -> String {
        switch type {
        case .float32: "FloatStorage"
        case .float16: "HalfStorage"
        case .bfloat16: "BFloat16Storage"
        }
    }

    /// Element types by storage class, as safetensors names them; the quantised ones are only named.
    static let storages: [PickleName: String] = {
        let types = [
            "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
            "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8",
            "ByteStorage": "U8", "BoolStorage": "BOOL", "ComplexFloatStorage": "C64",
            "ComplexDoubleStorage": "C128", "UntypedStorage": "U8",
        ]
        var result: [PickleName: String] = [:]
        for (name, type) in types {
            result[PickleName("torch", name)] = type
            result[PickleName("torch.cuda", name)] = type
        }
        result[PickleName("torch.storage", "UntypedStorage")] = "U8"
        return result
    }()

    /// Other classes in checkpoints: sizes, devices, element types, containers.
    private static let others: Set<PickleName> = {
        let torch = [
            "Size", "device", "float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8",
            "uint8", "bool", "complex64", "complex128",
        ]
        return Set(
            torch.map { PickleName("torch", $0) } + [
                PickleName("collections", "Counter"), PickleName("_codecs", "encode"),
                PickleName("torch.serialization", "_get_layout"),
            ])
    }()

    static let all = others.union(storages.keys).union([tensor, tensor2, parameter, parameterWithState])
}
