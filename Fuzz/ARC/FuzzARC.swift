import DNSAuth
import Mail
import MartletTesting

/// ARC under libFuzzer: a message is validated, sealed by us, and validated again.
///
/// The input is lines of TXT records, which every name but ours gets, up to the first empty line; the rest is the
/// message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 262_144 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let end = bytes.indices.dropLast().first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A } ?? bytes.count
    let records = bytes[..<end].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    let message = Array(bytes.dropFirst(end + 2))
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await check(Content(original: message), records) }
    executor.runAll()
    return 0
}

private let key = try? DKIMKeyPair.generate(.ed25519SHA256, selector: "f")
private let now = WallTime(milliseconds: 1_760_000_000_000)

private func check(_ content: Content, _ records: [String]) async {
    guard let key, let signing = try? SigningKey(key) else { preconditionFailure("no key") }
    let resolver = TwoAnswers(own: DKIMRecord(key).text, records: records)
    let check = ARCCheck(resolver: resolver)
    let before = await check.validate(content, at: now)
    judge(before)
    let results = ResultsText(of: content, authority: "mx.fuzz.example")
    let signer = ARCSigner(domain: Domain(canonical: "fuzz.example"), key: signing)
    for claim in [before.result, .pass] {
        guard let set = try? signer.seal(content, results: results, chain: claim, at: now), !set.isEmpty else {
            continue
        }
        let header = HeaderSection(scanning: set.span)
        precondition(header.fields.count == 3 && !header.isMalformed, "a set that is not three fields")
        precondition(set.allSatisfy { $0 >= 0x20 || $0 == 13 || $0 == 10 || $0 == 9 }, "a set with controls in it")
        let after = await check.validate(Content(added: set, original: content.original), at: now)
        judge(after)
        // A seal over what holds holds, and no seal repairs what does not.
        precondition(after.result == (before.result == .fail ? .fail : .pass), after.reason)
        precondition(after.result == .fail || after.sealers.last == "fuzz.example")
    }
}

private func judge(_ outcome: ARCOutcome) {
    precondition(outcome.reason.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "an outcome with controls in it")
    precondition(outcome.sealers.count <= 50)
    precondition(outcome.result == .pass ? outcome.oldestPass != nil : outcome.oldestPass == nil)
    precondition(outcome.result != .none || outcome.sealers.isEmpty)
}

/// Our key at our name, the same records at every other; a failure when there are none.
private struct TwoAnswers: Resolver {
    let own: String
    let records: [String]

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        let found = name == "f._domainkey.fuzz.example" ? [own] : records
        if found.isEmpty { throw .timeout }
        return Answer(status: .found, records: found, canonicalName: name, ttl: 60)
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { throw .timeout }
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .timeout }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .timeout }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .timeout }
}
