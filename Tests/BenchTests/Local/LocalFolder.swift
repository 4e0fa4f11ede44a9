import Glibc

/// A folder of a test's own, and what a bench has left in it.
struct LocalFolder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/martlet-local-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe mkdtemp($0) != nil } ?? false
        }
        guard made else { throw Missing() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    struct Missing: Error {}

    /// `true` when nothing lies in it any more, and it is gone.
    consuming func removeIfEmpty() -> Bool { unsafe rmdir(path) == 0 }
}
