import Glibc

/// Why a local bench (journal, sign, scheduler, campaign) could not be run. Its description is what the operator reads.
package enum LocalBenchFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// An option that cannot be obeyed. The name is as typed, with its dashes.
    case option(_ name: String, _ problem: String)
    /// A folder or file that a bench needs.
    case folder(_ path: String, errno: Int32)
    /// The part that was to be measured refused to work; what is measured of it means nothing.
    case broken(_ words: String)

    package var description: String {
        switch self {
        case .option(let name, let problem): "\(name) \(problem)"
        case .folder(let path, let errno): unsafe "\(path) cannot be used: \(String(cString: strerror(errno)))"
        case .broken(let words): words
        }
    }

    /// - Throws: `.option` for a value outside the range.
    static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(LocalBenchFailure) {
        guard range.contains(value) else {
            throw .option(name, "must be from \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
    }

    /// A measurement has to take some time and must come to an end.
    static func check(_ name: String, _ duration: Duration) throws(LocalBenchFailure) {
        guard duration >= .milliseconds(1), duration <= .seconds(3_600) else {
            throw .option(name, "must be from 1 ms to an hour")
        }
    }
}
