/// A step of the checks that failed: its output, or the errors that it found.
package struct PresubmitFailure: Error {
    package var step: String
    package var output = ""
    package var errors: [any Error] = []

    package init(step: String, output: String = "", errors: [any Error] = []) {
        self.step = step
        self.output = output
        self.errors = errors
    }
}
