import Compute

extension StoredTensor {
    /// The tensor's blocks, lines in its order: as the file has them, or copied where it orders lines in another way;
    /// nil where they must be widened to be arranged.
    ///
    /// - Parameter inputs: values of a line.
    func blocksInOrder(inputs: Int) -> (storage: DeviceStorage, byteOffset: Int)? {
        guard let blocks, shape.count == 2, inputs % blocks.blockCount == 0 else { return nil }
        guard let arrangement else { return (storage, byteOffset) }
        guard let source = arrangement.sourceRow(rows: shape[0]), let line = blocks.byteCount(of: inputs)
        else {
            return nil
        }
        let address = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
        for row in 0..<shape[0] {
            (address + row * line).copyMemory(
                from: storage.address + byteOffset + source(row) * line, byteCount: line)
        }
        return (DeviceStorage(address: address, byteCount: max(byteCount, 1)) { $0.deallocate() }, 0)
    }
}
