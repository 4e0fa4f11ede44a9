import DNSAuth
import Mail
import MartletTesting

/// TLSA records as a stranger's zone may hold them, under libFuzzer: which are usable, and what the check makes of
/// them, with aliases and failures.
///
/// The first byte says how the DNS behaves. Then records: usage, selector, matching type, one byte of length, and so
/// many bytes of data; a length of 255 takes the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count > 0, count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let zone = OddZone(control: bytes[0], records: records(in: bytes))
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await check(zone) }
    executor.runAll()
    return 0
}

private func records(in bytes: [UInt8]) -> [TLSARecord] {
    var records: [TLSARecord] = []
    var at = 1
    while at + 4 <= bytes.count, records.count < 128 {
        let rest = bytes.count - at - 4
        let length = bytes[at + 3] == 255 ? rest : min(Int(bytes[at + 3]), rest)
        records.append(
            TLSARecord(
                usage: bytes[at], selector: bytes[at + 1], matchingType: bytes[at + 2],
                data: Array(bytes[(at + 4)..<(at + 4 + length)])))
        at += 4 + length
    }
    return records
}

private func check(_ zone: OddZone) async {
    let addresses = Answer<IPAddress>(
        status: .found, records: [.v4(0xC000_0201)], canonicalName: zone.control & 1 == 0 ? "mx.test" : "end.test",
        ttl: 60, isAuthenticated: zone.control & 2 == 0)
    let status = await DANECheck(resolver: zone).status(of: "mx.test", port: 25, addresses: addresses)
    switch status {
    case .usable(let usable, let names, let base):
        precondition(!usable.isEmpty && usable.count <= 64 && names.contains("mx.test") && names.contains(base))
        for record in usable {
            precondition(record.usage == 2 || record.usage == 3, "RFC 7672 section 3.1.3")
            precondition(record.selector <= 1 && record.matchingType <= 2)
            precondition(record.matchingType != 1 || record.data.count == 32)
            precondition(record.matchingType != 2 || record.data.count == 64)
        }
    case .absent: break
    case .unusable, .failed: precondition(zone.control & 2 == 0 || zone.control & 1 == 1, "an insecure host")
    }
}

/// A DNS that answers every question alike.
private struct OddZone: Resolver {
    var control: UInt8
    var records: [TLSARecord]

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .timeout }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { throw .timeout }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { throw .timeout }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .timeout }

    func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        if control & 4 != 0 { throw .timeout }
        return Answer(
            status: .found, records: ["end.test"], canonicalName: name, ttl: 60, isAuthenticated: control & 8 == 0)
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        if control & 16 != 0, name.hasSuffix("end.test") { throw .server(rcode: 2) }
        if control & 32 != 0, name.hasSuffix("mx.test") { throw .badName }
        return Answer(
            status: records.isEmpty ? .noData : .found, records: records, canonicalName: name, ttl: 60,
            isAuthenticated: control & 64 == 0)
    }
}
