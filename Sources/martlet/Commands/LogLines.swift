import Foundation

/// A file line by line, so that a log may be larger than memory.
final class LogLines {
    /// Bytes; the rest of a longer line is dropped.
    private static let limit = 1 << 20

    private let handle: FileHandle
    private var buffer: [UInt8] = []
    /// What of `buffer` has been given out.
    private var start = 0
    private var ended = false
    /// Of the line given out last; from 1.
    private(set) var number = 0

    /// - Parameter path: `-` is standard input.
    init(_ path: String) throws {
        if path == "-" {
            handle = .standardInput
        } else {
            guard let handle = FileHandle(forReadingAtPath: path) else {
                throw StartFailure("the log '\(path)' cannot be opened")
            }
            self.handle = handle
        }
    }

    /// The next line without its end; `nil` behind the last.
    func next() throws -> String? {
        var looked = start
        while true {
            if let end = buffer[looked...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                return text(buffer[start..<end])
            }
            if ended {
                guard start < buffer.count else { return nil }
                defer { start = buffer.count }
                return text(buffer[start...])
            }
            buffer.removeFirst(start)
            start = 0
            if buffer.count > Self.limit { buffer.removeLast(buffer.count - Self.limit) }
            looked = buffer.count
            let chunk = try handle.read(upToCount: 1 << 16) ?? Data()
            ended = chunk.isEmpty
            buffer.append(contentsOf: chunk)
        }
    }

    private func text(_ line: ArraySlice<UInt8>) -> String {
        number += 1
        let content = line.last == 0x0D ? line.dropLast() : line
        return String(decoding: content.prefix(Self.limit), as: UTF8.self)
    }
}
