import DNSAuth
import Mail
import MartletTesting

/// SPF under libFuzzer: a whole check of a client against policies made of the input, then the parsers alone.
///
/// The input is lines: HELO, the sender's local part, then TXT records, of which each name gets one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await check(lines) }
    executor.runAll()
    for line in lines {
        let parser = SPFParser(line)
        precondition(parser.record.directives.count <= 2_048 && parser.failures.count <= 33)
        _ = try? SPFMacro(parsing: line, as: .explanation)
    }
    _ = ReceivedSPF(parsing: bytes.span)
    return 0
}

private func check(_ lines: [String]) async {
    let client: IPAddress = lines.count % 2 == 0 ? .v4(0xC000_0201) : .v6(high: 0x2001_0db8_0000_0000, low: 1)
    let dns = LineResolver(lines: Array(lines.dropFirst(2)), client: client)
    let helo = lines.first ?? ""
    let sender = Mailbox(
        localPart: lines.count > 1 ? lines[1] : "", domain: Domain(canonical: "a.example"))
    let message = MessageClient(address: client, helo: helo, sender: sender)
    for outcome in await SPFCheck(resolver: dns, time: StandingTime()).check(message) {
        let shown = outcome.reason + outcome.domain + (outcome.explanation ?? "") + (outcome.mechanism ?? "")
        precondition(shown.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a result with controls in it")
        precondition(outcome.lookups <= 11 && outcome.voidLookups <= 3, "beyond the limits")
        let field = ReceivedSPF(outcome, client: message, receiver: helo).field
        let read = ReceivedSPF(parsing: String(decoding: field.dropFirst(13), as: UTF8.self))
        precondition(read?.result == outcome.result && read?["helo"] != nil, "a field that cannot be read again")
    }
    _ = await SPFInspection(resolver: dns, time: StandingTime()).inspect(Domain(canonical: "a.example"))
}

/// Answers by a checksum of the name, so that one input always means one DNS.
private struct LineResolver: Resolver {
    let lines: [String]
    let client: IPAddress

    private func sum(_ name: String) -> Int {
        Int(name.utf8.reduce(UInt32(5_381)) { $0 &* 33 ^ UInt32($1) } >> 3)
    }

    private func answer<Record>(_ name: String, _ records: [Record]) throws(ResolverFailure) -> Answer<Record> {
        if name != "a.example", sum(name) % 17 == 0 { throw .timeout }
        return Answer(status: records.isEmpty ? .noData : .found, records: records, canonicalName: name, ttl: 60)
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        try answer(name, lines.isEmpty ? [] : [lines[name == "a.example" ? 0 : sum(name) % lines.count]])
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try answer(name, sum(name) % 3 == 0 ? [client] : sum(name) % 3 == 1 ? [] : [.v4(7), .v6(high: 7, low: 7)])
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        try answer(name, (0..<sum(name) % 13).map { MXRecord(preference: UInt16($0), exchange: "\($0).\(name)") })
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .timeout }

    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        try answer("ptr", lines.prefix(12).map { String($0.prefix(60)) } + ["mx.a.example"])
    }
}
