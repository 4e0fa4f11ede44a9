import CZlib
import Mail

/// Owns one zlib stream that unpacks. Output is counted while it comes, so that a bomb costs its limit and no more.
@safe struct Inflater: ~Copyable {
    enum Format: Int32 {
        /// RFC 1952.
        case gzip = 31
        /// RFC 1951, as it lies in a zip archive.
        case raw = -15
    }

    private let stream: UnsafeMutablePointer<z_stream>

    init(_ format: Format) throws(ReportFailure) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        unsafe self.stream = stream
        guard unsafe martlet_inflate_init(stream, format.rawValue) == Z_OK else {
            throw .damagedContainer(reason: "no memory")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Unpacks one stream and says how much of the input it was.
    mutating func unpack(
        _ input: Span<UInt8>, to out: inout [UInt8], limits: ReportLimits
    ) throws(ReportFailure) -> Int {
        guard input.count <= Int(UInt32.max) else { throw .tooLarge(limit: limits.bytes) }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var consumed = 0
        while true {
            var produced = 0
            let code = unsafe input.withUnsafeBufferPointer { source in
                unsafe chunk.withUnsafeMutableBufferPointer { target in
                    // zlib only reads through this pointer.
                    unsafe stream.pointee.next_in = UnsafeMutablePointer(
                        mutating: source.baseAddress.map { unsafe $0 + consumed })
                    unsafe stream.pointee.avail_in = UInt32(source.count - consumed)
                    unsafe stream.pointee.next_out = target.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(target.count)
                    let code = unsafe inflate(stream, Z_NO_FLUSH)
                    consumed = source.count - Int(unsafe stream.pointee.avail_in)
                    produced = target.count - Int(unsafe stream.pointee.avail_out)
                    return code
                }
            }
            guard code == Z_OK || code == Z_STREAM_END else {
                throw .damagedContainer(reason: code == Z_BUF_ERROR ? "it ends too early" : "zlib error \(code)")
            }
            guard out.count + produced <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
            out.append(contentsOf: chunk[..<produced])
            if out.count > limits.denseFloor, out.count / max(consumed, 1) > limits.ratio {
                throw .tooDense(limit: limits.ratio)
            }
            if code == Z_STREAM_END { return consumed }
            guard produced > 0 || consumed < input.count else { throw .damagedContainer(reason: "it ends too early") }
        }
    }
}
