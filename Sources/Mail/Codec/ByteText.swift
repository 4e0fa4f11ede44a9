/// Strings from bytes, in one allocation.
enum ByteText {
    /// Malformed UTF-8 becomes U+FFFD.
    static func lossy(_ bytes: Span<UInt8>) -> String {
        unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    static func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]) {
        unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe out.append(contentsOf: $0) }
    }

    static func ascii(_ bytes: Span<UInt8>) -> String { lossy(bytes) }
}
