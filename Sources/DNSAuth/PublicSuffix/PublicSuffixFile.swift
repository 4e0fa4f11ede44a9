import Glibc

extension PublicSuffixList {
    /// Reads the file that the operator named. Blocks: to be called while the engine starts.
    package init(path: String, sections: Sections = .all) throws(PublicSuffixFailure) {
        guard let file = unsafe fopen(path, "r") else { throw .unreadable(path: path) }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe fread($0.baseAddress, 1, $0.count, file) }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= Self.byteLimit else { throw .tooLarge(limit: Self.byteLimit) }
            guard count == buffer.count else { break }
        }
        guard unsafe ferror(file) == 0 else { throw .unreadable(path: path) }
        try self.init(parsing: bytes.span, sections: sections)
    }
}
