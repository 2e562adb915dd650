/// A storage that a torch pickle refers to: an array outside the pickle that tensors are views of.
struct TorchStorage {
    let key: String
    let typeName: String
    let elementByteCount: Int
    /// Elements of the whole storage.
    let count: Int
    /// Of those, the ones this reference is about (the legacy format knows views of storages).
    let view: Range<Int>

    var byteCount: Int { count * elementByteCount }

    /// Reads the id `('storage', class, key, device, count[, view])`; nil if it is none.
    init?(id: PickleTuple) {
        let items = id.items
        guard items.count == 5 || items.count == 6, items[0].string == "storage",
            let name = items[1].name, let type = TorchNames.storages[name],
            let size = TensorRecord.elementByteCount(type), let key = items[2].string,
            items[3].string != nil, let count = items[4].integer, count >= 0,
            !count.multipliedReportingOverflow(by: size).overflow
        else { return nil }
        self.key = key
        typeName = type
        elementByteCount = size
        self.count = count
        guard items.count == 6, !items[5].isNone else {
            view = 0..<count
            return
        }
        guard let parts = items[5].items, parts.count == 3, let offset = parts[1].integer,
            let length = parts[2].integer, offset >= 0, length >= 0, offset <= count,
            length <= count - offset
        else { return nil }
        view = offset..<offset + length
    }
}
