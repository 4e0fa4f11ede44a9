package import Queue
import Synchronization

/// The real file system, with what the journal asks of it counted: bytes written, syncs and how long each took.
package final class MeteredFiles: JournalFiles {
    package struct Tally: Sendable {
        /// Calls of fdatasync.
        package var syncs = LatencyRecorder()
        package var writes = 0
        package var bytes = 0
        /// Of them: zeros that the journal writes ahead into a new segment, and overwrites.
        package var ahead = 0
        package init() {}
    }

    private let files = PosixFiles()
    /// No record is as long and holds nothing but zeros.
    private static let pageSize = 4_096
    private let state = Mutex(Tally())

    package init() {}

    /// What has been counted since the last call.
    package func takeTally() -> Tally {
        state.withLock { tally in
            let taken = tally
            tally = Tally()
            return taken
        }
    }

    package func write(_ file: Int32, _ bytes: Span<UInt8>, at offset: UInt64) throws(FileFailure) -> Int {
        let written = try files.write(file, bytes, at: offset)
        let isAhead = bytes.count >= Self.pageSize && bytes.indices.allSatisfy { bytes[$0] == 0 }
        state.withLock { tally in
            tally.writes += 1
            tally.bytes += written
            if isAhead { tally.ahead += written }
        }
        return written
    }

    package func syncData(_ file: Int32) throws(FileFailure) {
        let start = ProcessClock.now
        try files.syncData(file)
        let end = ProcessClock.now
        state.withLock { $0.syncs.record(from: start, to: end) }
    }

    package func makeFolder(_ path: String) throws(FileFailure) { try files.makeFolder(path) }
    package func list(_ folder: String) throws(FileFailure) -> [String] { try files.list(folder) }
    package func open(_ path: String, _ mode: FileMode) throws(FileFailure) -> Int32 { try files.open(path, mode) }
    package func close(_ file: Int32) { files.close(file) }
    package func lock(_ file: Int32) throws(FileFailure) -> Bool { try files.lock(file) }
    package func unlock(_ file: Int32) { files.unlock(file) }
    package func size(_ file: Int32) throws(FileFailure) -> UInt64 { try files.size(file) }
    package func allocate(_ file: Int32, _ size: UInt64) throws(FileFailure) { try files.allocate(file, size) }
    package func truncate(_ file: Int32, _ size: UInt64) throws(FileFailure) { try files.truncate(file, size) }
    package func read(_ file: Int32, at offset: UInt64, count: Int) throws(FileFailure) -> [UInt8] {
        try files.read(file, at: offset, count: count)
    }
    package func syncFolder(_ path: String) throws(FileFailure) { try files.syncFolder(path) }
    package func rename(_ from: String, to: String) throws(FileFailure) { try files.rename(from, to: to) }
    package func remove(_ path: String) throws(FileFailure) { try files.remove(path) }
}
