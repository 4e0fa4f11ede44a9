import COpenSSL

/// RFC 4648 §4, without line ends.
enum Base64 {
    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        let count = (bytes.count + 2) / 3 * 4
        // OpenSSL also writes a final zero byte.
        return unsafe [UInt8](unsafeUninitializedCapacity: count + 1) { out, used in
            unsafe bytes.withUnsafeBufferPointer { input in
                _ = unsafe EVP_EncodeBlock(out.baseAddress, input.baseAddress, Int32(clamping: input.count))
            }
            used = count
        }
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: encode(bytes), as: UTF8.self) }
}
