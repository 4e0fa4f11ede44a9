import Mail
import Testing

@testable import DNSAuth

@Suite struct DANERecordTests {
    private static let digest = Array(repeating: UInt8(1), count: 32)
    private static let long = Array(repeating: UInt8(1), count: 64)

    @Test(arguments: [
        // RFC 7672 §3.1.3
        (UInt8(0), UInt8(1), UInt8(1), digest, false), (1, 1, 1, digest, false), (4, 1, 1, digest, false),
        (255, 1, 1, digest, false), (2, 1, 1, digest, true), (3, 1, 1, digest, true), (3, 0, 1, digest, true),
        (2, 0, 2, long, true), (3, 2, 1, digest, false), (3, 255, 1, digest, false), (3, 1, 3, digest, false),
        (3, 1, 255, digest, false),
        // A digest of the wrong length.
        (3, 1, 1, long, false), (3, 1, 2, digest, false), (3, 1, 1, [], false), (3, 1, 2, [], false),
        // The full certificate or key: a SEQUENCE that ends with the data.
        (3, 1, 0, [], false), (3, 1, 0, [0x30], false), (3, 1, 0, [0x30, 0], true), (3, 1, 0, [0x30, 1, 0], true),
        (3, 1, 0, [0x30, 2, 0], false), (3, 1, 0, [0x31, 0], false), (3, 1, 0, [0x30, 0x80, 0, 0], false),
        (3, 1, 0, [0x30, 0x81, 1, 0], true), (3, 1, 0, [0x30, 0x82, 0, 1, 0], true),
        (3, 1, 0, [0x30, 0x83, 0, 0, 1, 0], false), (3, 1, 0, [0x30, 0x82, 1], false), (3, 1, 0, [0x30, 0x82], false),
        (3, 1, 0, [0x30, 0xFF], false),
    ])
    func usable(_ usage: UInt8, _ selector: UInt8, _ matching: UInt8, _ data: [UInt8], _ isUsable: Bool) {
        let record = TLSARecord(usage: usage, selector: selector, matchingType: matching, data: data)
        #expect(DANERecord.isUsable(record) == isUsable)
    }
}
