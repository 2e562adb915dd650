/// How the threads of a kernel that works element by element lie on a matrix; see elements.cuh.
struct ElementGrid {
    let rows: Int
    let columns: Int
    /// log₂ of the threads along a row.
    private let shift: Int

    static let block = 256
    private static let mostShift = 8
    /// Of a grid's y and z.
    static let mostBlocks = 65_535

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        // As many threads as a row has groups of four, so that narrow rows share a block.
        let groups = (columns + 3) / 4
        shift = (0..<Self.mostShift).first { 1 << $0 >= groups } ?? Self.mostShift
    }

    var grid: (Int, Int, Int) {
        let rowsOfBlock = Self.block >> shift, columnsOfBlock = 4 << shift
        return (
            (rows + rowsOfBlock - 1) / rowsOfBlock,
            min(Self.mostBlocks, (columns + columnsOfBlock - 1) / columnsOfBlock), 1
        )
    }

    /// Rows, columns and shift, as every such kernel takes them.
    var arguments: [KernelArgument] { [.int(rows), .int(columns), .int(shift)] }
}

extension CUDABackend {
    /// Queues a kernel on elements at the same place of matrices of one shape, which are its first arguments.
    func launchElementwise(_ kernel: String, _ matrices: [Matrix], _ others: [KernelArgument] = []) {
        guard let first = matrices.first else { return }
        // Without gaps all is one long row: nothing is left over at the ends of rows, and rows of any length
        // are read 16 bytes at once.  The kernels count a row's elements in 32 bits.
        let isOneRow =
            matrices.allSatisfy(\.isContiguous) && first.rows * first.columns <= 1 << 30
            && first.rows * first.columns > 0
        let matrices = isOneRow ? matrices.map(\.asOneRow) : matrices
        let grid = ElementGrid(
            rows: isOneRow ? 1 : first.rows, columns: isOneRow ? first.rows * first.columns : first.columns)
        launch(
            kernel, grid: grid.grid, block: ElementGrid.block,
            matrices.map { .matrix($0) } + grid.arguments + others)
    }
}

extension Matrix {
    /// The elements of a matrix without gaps, one row after the other.
    fileprivate var asOneRow: Matrix {
        Matrix(storage: storage, offset: offset, rows: 1, columns: rows * columns)
    }
}
