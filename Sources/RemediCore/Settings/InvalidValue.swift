/// A value that is not what an option or a configuration key takes.
package struct InvalidValue: Error, Equatable, Sendable {
    package var found: String
    package var expectation: Expectation

    package init(found: String, expectation: Expectation) {
        self.found = found
        self.expectation = expectation
    }
}

/// The kind of value that is expected.
package enum Expectation: Error, Equatable, Sendable {
    /// Bounds are part of the range.
    case integer(minimum: Int, maximum: Int)
    /// Bounds are part of the range.
    case number(minimum: Double, maximum: Double)
    /// The seed of random numbers: 64 bits.
    case seed
    case boolean
    case choice([String])
    case text
    /// A folder's name where files are made for several layers.
    case folderForLayers
    /// A file's plain name, which leads to no other folder and does not have this ending.
    case fileName(notEndingIn: String)
    /// Text without line breaks and other control characters.
    case line
    /// A number of bytes such as 512M or 2G.
    case size
    /// `all` or one or more block numbers.
    case layers
    /// `auto`, `cpu`, `cuda` or `cuda:N`.
    case device
    case list
    /// Exactly two values.
    case pair
    case object
    /// A name, an equals sign and a value.
    case assignment
    /// Minutes, hours or days as Slurm counts them.
    case timeLimit
    /// An option of Slurm's sbatch.
    case sbatchOption
    /// Dependencies of jobs, all of which must be met.
    case jointDependency
    /// The signal that a batch script hears, and how long before the time limit.
    case batchSignal
}
