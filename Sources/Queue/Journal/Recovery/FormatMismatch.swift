/// Something in a folder that only a newer program can read.
package struct FormatMismatch: Error, Hashable, Sendable {
    /// What carries a version of its own.
    package enum Part: Hashable, Sendable {
        /// A segment, by its header.
        case segment
        case index
        /// A record whose kind is not known, by its place in the file.
        case kind(at: UInt64)
        /// A record of a known kind that is written differently.
        case record(at: UInt64)
        case consumers
    }

    /// Its name within the journal's folder.
    package var file: String
    package var part: Part
    /// The version, or the kind, that was found.
    package var found: UInt32
    /// The highest that this build reads.
    package var newest: UInt32
}

extension FormatMismatch: CustomStringConvertible {
    /// A clause that names the file, the version found and the newest this build reads.
    package var description: String {
        switch part {
        case .segment: "\(file) has journal format \(found), this build reads up to \(newest)"
        case .index: "the index of \(file) has format \(found), this build reads up to \(newest)"
        case .kind(let place):
            "\(file) has a record of kind \(found) at offset \(place), this build knows kinds up to \(newest)"
        case .record(let place):
            "\(file) has a record of format \(found) at offset \(place), this build reads up to \(newest)"
        case .consumers: "\(file) has format \(found), this build reads up to \(newest)"
        }
    }
}
