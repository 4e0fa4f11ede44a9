/// A database that a newer program has brought to a schema which this one does not know.
package struct NewerDatabase: Error, Hashable, Sendable {
    /// The file's name within the data folder.
    package var file: String
    /// The names of the steps that this build does not know, in order.
    package var unknown: [String]
    /// The last step that this build knows.
    package var newest: String
}

extension NewerDatabase: CustomStringConvertible {
    /// A clause that names the file, what was found and the newest that this build knows.
    package var description: String {
        let names = unknown.map { "'\($0)'" }.joined(separator: ", ")
        return "\(file) has been through migration \(names), this build knows up to '\(newest)'"
    }
}
