import CZlib
package import Mail

/// The gzip format (RFC 1952).
package enum GzipFile {
    /// RFC 1952 §2.3.1.
    static func isOne(_ bytes: Span<UInt8>) -> Bool { bytes.count > 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

    /// Several members are one file (§2.2). What stands behind the last one is ignored: mail adds line ends.
    package static func unpack(_ bytes: [UInt8], limits: ReportLimits) throws(ReportFailure) -> [UInt8] {
        var out: [UInt8] = []
        var at = 0
        var members = 0
        repeat {
            var inflater = try Inflater(.gzip)
            at += try inflater.unpack(bytes.span.extracting(at..<bytes.count), to: &out, limits: limits)
            members += 1
        } while isOne(bytes.span.extracting(at..<bytes.count)) && members < 100
        return out
    }

    /// One member without a name or a time: the same bytes give the same file.
    package static func pack(_ bytes: [UInt8]) -> [UInt8] {
        var deflater = Deflater()
        return deflater.pack(bytes)
    }
}

/// Owns one zlib stream that packs.
@safe private struct Deflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// Traps when the process is out of memory.
    init() {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe self.stream = stream
        guard unsafe martlet_deflate_init(stream, 6, 31) == Z_OK else { preconditionFailure("zlib has no memory") }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    mutating func pack(_ bytes: [UInt8]) -> [UInt8] {
        let bound = Int(unsafe deflateBound(stream, UInt(bytes.count)))
        return unsafe [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: source.count)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: target.count)
                let code = unsafe deflate(stream, Z_FINISH)
                precondition(code == Z_STREAM_END, "zlib packs \(bytes.count) bytes within its own bound")
                count = target.count - Int(unsafe stream.pointee.avail_out)
            }
        }
    }
}
