import DNSAuth
import Mail
import MartletTesting
import Synchronization

/// DMARC under libFuzzer: From fields, records, and whole evaluations and inspections over a DNS made of the input.
///
/// The input is lines: the value of From, the domain of SPF, the domain of DKIM, then TXT records, of which each name
/// gets one or two.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 65_536 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    _ = DMARCAuthor.read(Content(original: bytes))
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    for line in lines { parse(String(decoding: line, as: UTF8.self)) }
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await check(lines) }
    executor.runAll()
    return 0
}

private func parse(_ text: String) {
    for grammar in [DMARCGrammar.rfc9989, .rfc7489] {
        guard let record = DMARCParser.parse(text, grammar: grammar) else { continue }
        precondition(record.aggregateReports.count <= 50 && record.percentage <= 100)
        precondition(record.policy != nil || record.aggregateReports.isEmpty, "reports are asked for, so p=none")
        for fault in record.faults {
            precondition(fault.description.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a fault with controls in it")
        }
    }
}

private func check(_ lines: [ArraySlice<UInt8>]) async {
    let author = DMARCAuthor.read(field: Array(lines.first ?? []).span)
    func domain(_ index: Int) -> Domain? {
        guard index < lines.count else { return nil }
        return try? Domain(parsing: Array(lines[index]).span, options: .utf8)
    }
    let spf = lines.count % 3 == 0 ? SPFResult.temperror : .pass
    let outcomes = [SPFOutcome(spf, identity: .mailFrom, domain: domain(1)?.text ?? "", reason: "")]
    let dkim = [DKIMOutcome(lines.count % 5 == 0 ? .fail : .pass, reason: "", domain: domain(2))]
    for options in [DMARCOptions.rfc9989, .rfc7489(suffixes: try? PublicSuffixList(parsing: "com\n*.ck\n!www.ck"))] {
        let dns = LineResolver(lines: lines.dropFirst(3).map { String(decoding: $0, as: UTF8.self) })
        let outcome = await DMARCCheck(resolver: dns, options: options).evaluate(
            author: author, spf: outcomes, dkim: dkim)
        precondition((outcome.result == .pass) == (outcome.isSPFAligned || outcome.isDKIMAligned) || isSeveral(author))
        precondition(!outcome.isSPFAligned || spf == .pass)
        precondition(outcome.result == .fail || outcome.disposition == .none)
        // Two identifiers and each author: walks of eight, and one question whether the author exists.
        precondition(dns.asked.withLock { $0 } <= 4 * (3 * 8 + 1), "more questions than the limits allow")
        if let domain = outcome.author ?? domain(1), domain.text.utf8.allSatisfy({ $0 < 0x7F }) {
            let report = await DomainInspection(resolver: dns, sts: NoMTASTS(), time: StandingTime()).inspect(domain)
            let shown = DomainReportText().render(report) + DomainReportJSON.render(report)
            precondition(shown.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 }, "a control is shown")
        }
    }
}

private func isSeveral(_ author: DMARCAuthor) -> Bool {
    if case .several = author { true } else { false }
}

/// Answers by a checksum of the name, so that one input always means one DNS.
private final class LineResolver: Resolver {
    let lines: [String]
    let asked = Mutex(0)

    init(lines: [String]) { self.lines = lines }

    private func sum(_ name: String) -> Int {
        Int(name.utf8.reduce(UInt32(5_381)) { $0 &* 33 ^ UInt32($1) } >> 3)
    }

    private func answer<Record>(_ name: String, _ records: [Record]) throws(ResolverFailure) -> Answer<Record> {
        if name.utf8.count > 253 { throw .badName }
        if sum(name) % 19 == 0 { throw .timeout }
        let status: Answer<Record>.Status = records.isEmpty ? (sum(name) % 2 == 0 ? .noData : .nonexistent) : .found
        return Answer(status: status, records: records, canonicalName: name, ttl: 60)
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        asked.withLock { $0 += 1 }
        guard !lines.isEmpty, sum(name) % 4 != 0 else { return try answer(name, []) }
        let first = lines[sum(name) % lines.count]
        return try answer(name, sum(name) % 7 == 0 ? [first, first] : [first])
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        try answer(name, sum(name) % 3 == 0 ? [] : [.v4(UInt32(truncatingIfNeeded: sum(name)))])
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        try answer(name, (0..<sum(name) % 5).map { MXRecord(preference: UInt16($0), exchange: "\($0).\(name)") })
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .timeout }

    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .timeout }
}
