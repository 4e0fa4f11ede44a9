import Glibc
import Queue

/// A folder for temporary files on a disk, which goes with its owner and with what lies in it.
final class MicroFolder {
    let path: String

    init() throws {
        var template = Array("/var/tmp/martlet-micro-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
        }
        guard made else { throw Operation.Unexpected("no folder can be made in /var/tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        let files = PosixFiles()
        for name in (try? files.list(path)) ?? [] { try? files.remove("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }
}
