import DNSAuth
import Mail

/// The record of TLS-RPT under libFuzzer: alone, and among the others of its name. Each line is a TXT record.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(100)
    for line in lines {
        guard let record = try? TLSRPTRecord(parsing: line.span) else { continue }
        check(record)
    }
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    let answer = Answer(status: .found, records: texts, canonicalName: "_smtp._tls.a.example", ttl: 60)
    if case .found(let record) = TLSRPTLookup(answer) { check(record) }
    _ = MTASTSLookup(answer)
    return 0
}

private func check(_ record: TLSRPTRecord) {
    precondition(!record.destinations.isEmpty && record.destinations.count <= 20)
    for destination in record.destinations {
        switch destination {
        case .mail(let address):
            // Reports are sent there: it must be one address and no more.
            precondition(Mailbox(address) != nil, "not an address")
            precondition(address.utf8.allSatisfy { $0 != 0x0D && $0 != 0x0A && $0 != 0 }, "an address with a line end")
        case .https(let url), .other(let url):
            precondition(url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "not a URL")
        }
    }
}
