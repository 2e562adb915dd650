/// How an experiment is run: all that a command line says besides the experiment's settings.
package struct RunOptions: Sendable, Equatable {
    package var device = DeviceOptions()
    package var datasetFile: String?
    /// The layers instead of the experiment's.
    package var layers: LayerChoice?
    package var results = ResultsOptions()

    package init() {}
}
