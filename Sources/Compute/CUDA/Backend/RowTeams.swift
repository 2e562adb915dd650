/// How the threads of a kernel that sums over rows share them: a warp for each row, four rows to a block, or a
/// block for each row where a warp could not hold it in its registers.  It follows from the width alone, and so
/// do the sums.
struct RowTeams {
    private let rows: Int
    private let isNarrow: Bool

    /// 32 threads with eight groups of four elements each.
    private static let narrow = 1024
    private static let rowsOfBlock = 4

    init(rows: Int, columns: Int) {
        self.rows = rows
        isNarrow = columns <= Self.narrow
    }

    var grid: (Int, Int, Int) {
        (isNarrow ? (rows + Self.rowsOfBlock - 1) / Self.rowsOfBlock : rows, 1, 1)
    }
    /// Small blocks spread few rows over more multiprocessors.
    var block: Int { isNarrow ? 32 * Self.rowsOfBlock : 256 }
    var argument: KernelArgument { .flag(isNarrow) }
}
