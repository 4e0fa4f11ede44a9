import Foundation

/// What an engine has taken from strangers and keeps in its data folder, read from the outside.
enum KeptMail {
    /// The kept text around `mark`: from the last Authentication-Results of `authority` in front of it to the end of
    /// the record, roughly. `nil` when the mark is nowhere.
    static func text(holding mark: String, authority: String, data: String) throws -> String? {
        let folder = URL(fileURLWithPath: "\(data)/inbound")
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            guard (try file.resourceValues(forKeys: [.isRegularFileKey])).isRegularFile == true else { continue }
            let bytes = try Data(contentsOf: file)
            guard let place = bytes.range(of: Data(mark.utf8)) else { continue }
            let field = Data("Authentication-Results: \(authority);".utf8)
            // Every message gets the field on top, so the first one behind the message before is the one on top.
            let front = bytes[..<place.lowerBound]
            let before =
                front.range(of: Data("END OF MESSAGE".utf8), options: .backwards)?.upperBound ?? front.startIndex
            let start = bytes[before..<place.lowerBound].range(of: field)?.lowerBound ?? before
            let end =
                bytes[place.upperBound...].range(of: Data("END OF MESSAGE".utf8))?.lowerBound
                ?? min(bytes.endIndex, place.upperBound + 4_096)
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
        return nil
    }
}
