extension Messages {
    static func words(_ error: CubinError) -> String {
        switch error {
        case .malformed(let error): "the compiled kernels cannot be read: \(words(error))"
        case .otherMachine(let number):
            "the compiled kernels are for machine \(number), not for an NVIDIA GPU (190)"
        case .noAttributes: "the compiled kernels have no attributes (.nv.info)"
        case .noSuchSymbol(let number):
            "the compiled kernels' attributes name symbol \(number), which is not there"
        case .noRegisters(let kernel): "the compiled kernels do not say how many registers \(kernel) needs"
        case .attributeLength(let kind, let bytes):
            "the compiled kernels' attribute \(kind) has \(bytes) bytes, which is not its length"
        case .attributeForm(let form, let section):
            "the compiled kernels have an attribute of the unknown form \(form) in \(section)"
        }
    }

    static func words(_ error: SelfTestFailure) -> String {
        let names = error.wrong.prefix(6).joined(separator: "; ")
        let rest = error.wrong.count > 6 ? " and \(error.wrong.count - 6) more" : ""
        return "do not compute with \(error.device): \(error.wrong.count) of \(error.tried) operations do not"
            + " agree with \(error.reference): \(names)\(rest)"
    }

    private static func words(_ error: ELFError) -> String {
        switch error {
        case .notELF: "they are not an ELF file"
        case .notLittleEndian64: "they are not a 64-bit little-endian ELF file"
        case .endsEarly(let what, let offset, let bytes, let fileBytes):
            "\(what) takes \(bytes) bytes from byte \(offset) on, and there are only \(fileBytes)"
        case .tooLarge(let what): "\(what) has a number beyond all bounds"
        case .smallEntries(let table, let bytes): "the table of \(table) has entries of only \(bytes) bytes"
        case .noSuchSection(let number): "there is no section \(number)"
        case .unreadableName(let offset): "there is no name at byte \(offset) of a table of names"
        }
    }
}
