import Foundation

/// The GPUs that the system shows before any library is opened.
package enum GPUDeviceFiles {
    /// The first file through which a driver serves a GPU: `nvidia0`, or Windows' `dxg`; nil if there is none.
    ///
    /// - Parameter folder: where the system has files of devices.
    package static func first(in folder: String = "/dev") -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let gpus = names.filter { name in
            let number = name.dropFirst("nvidia".count)
            return name == "dxg"
                || name.hasPrefix("nvidia") && !number.isEmpty && number.allSatisfy(\.isWholeNumber)
        }
        return gpus.min().map { "\(folder)/\($0)" }
    }
}
