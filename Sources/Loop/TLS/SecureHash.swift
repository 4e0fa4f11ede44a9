import COpenSSL

/// SHA-256 for rooms above that hold no OpenSSL: for texts that somebody might choose so that two of them look alike.
package enum SecureHash {
    /// 32 bytes. Traps when OpenSSL has no SHA-256: without it nothing here makes sense.
    package static func of(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            let digest = unsafe bytes.withUnsafeBufferPointer { input in
                unsafe SHA256(input.baseAddress, input.count, buffer.baseAddress)
            }
            guard unsafe digest != nil else { preconditionFailure("OpenSSL offers no SHA-256") }
            count = 32
        }
    }
}
