import Foundation

extension Workplace {
    /// The file or folder that `path` names.
    ///
    /// - Throws: `PlaceError.pathNotFound` with what may have been meant: an existing path of nearly the
    ///   same names, or one below `others`.
    package func existing(_ path: String, orIn others: [URL] = []) throws -> URL {
        let place = resolve(path)
        if FileManager.default.fileExists(atPath: place.path) { return place }
        throw PlaceError.pathNotFound(path: place.path, nearest: nearest(to: path, orIn: others))
    }

    /// The folder of editors that a user named.
    ///
    /// - Throws: `PlaceError.pathNotFound`.
    package func editors(_ path: String) throws -> URL { try existing(path, orIn: [results]) }

    /// An existing path of nearly the same names, as a user would write it; nil if there is none.
    package func nearest(to path: String, orIn others: [URL] = []) -> String? {
        for other in others {
            let place = other.appendingPathComponent(path)
            if FileManager.default.fileExists(atPath: place.path) { return shown(place) }
        }
        return nearest(to: path, in: workingFolder)
            ?? others.lazy.compactMap { nearest(to: path, in: $0) }.first
    }

    /// Corrects one component after the other.
    private func nearest(to path: String, in folder: URL) -> String? {
        var place = path.hasPrefix("/") || path.hasPrefix("~") ? URL(fileURLWithPath: "/") : folder
        let whole = place.path == "/" ? resolve(path).path : path
        for part in whole.split(separator: "/").map(String.init) {
            let next = place.appendingPathComponent(part).standardizedFileURL
            if FileManager.default.fileExists(atPath: next.path) {
                place = next
                continue
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
            guard let name = Spelling.nearest(to: part, among: names.sorted()) else { return nil }
            place = place.appendingPathComponent(name)
        }
        return shown(place)
    }

    /// The path from the working folder where it lies in it.
    private func shown(_ place: URL) -> String {
        let prefix = workingFolder.path + "/"
        return place.path.hasPrefix(prefix) ? String(place.path.dropFirst(prefix.count)) : place.path
    }
}
