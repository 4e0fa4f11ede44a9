import DNSAuth
import Mail
import MartletTesting

/// DKIM under libFuzzer: a whole verification of a message whose keys are part of the input, then the parsers alone.
///
/// The input is lines of TXT records, which every name gets, up to the first empty line; the rest is the message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 262_144 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let end = bytes.indices.dropLast().first { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A } ?? bytes.count
    let records = bytes[..<end].split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    let message = Array(bytes.dropFirst(end + 2))
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await verify(message, records) }
    executor.runAll()
    parse(bytes, records)
    return 0
}

private func verify(_ message: [UInt8], _ records: [String]) async {
    let resolver = OneAnswer(records: records)
    let now = WallTime(milliseconds: 1_760_000_000_000)
    // With the rules of today, and with those before RFC 8301, which reach further.
    for options in [DKIMCheckOptions(), .historic] {
        let check = DKIMCheck(resolver: resolver, options: options)
        let outcomes = await check.verify(Content(original: message), at: now)
        precondition(!outcomes.isEmpty, "no outcome at all")
        precondition(outcomes.count { $0.keyBits != nil } <= options.signatureLimit, "more keys than signatures")
        for outcome in outcomes {
            let shown = outcome.reason + outcome.selector + outcome.algorithm + outcome.signatureStart
            precondition(shown.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "an outcome with controls in it")
            precondition(outcome.identity.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
            precondition(outcome.result != .pass || outcome.keyBits != nil && outcome.domain != nil)
            precondition(outcome.unsignedBytes >= 0 && outcome.unsignedBytes <= message.count + 2)
        }
    }
}

private func parse(_ bytes: [UInt8], _ records: [String]) {
    if let list = try? TagList(bytes.span) {
        precondition(!list.tags.isEmpty && list.tags.count <= TagList.tagLimit)
        for tag in list.tags {
            precondition(tag.spacedValue.lowerBound <= tag.value.lowerBound)
            precondition(
                tag.value.upperBound <= tag.spacedValue.upperBound && tag.spacedValue.upperBound <= bytes.count)
        }
    }
    for kind in [DKIMSignature.Kind.dkim, .arcMessage, .arcSeal] {
        guard let signature = try? DKIMSignature(bytes.span, as: kind) else { continue }
        precondition(kind == .arcSeal || signature.bodyHash.count >= 20 && !signature.fields.isEmpty)
        precondition(signature.identityDomain.isWithin(signature.domain))
    }
    for record in records { _ = try? KeyRecord(record) }
    for type in [KeyRecord.KeyType.rsa, .ed25519] {
        guard let key = VerifyingKey(type, bytes) else { continue }
        precondition(key.bits > 0 && key.bits <= 16_384)
        _ = key.isValid(bytes, over: Array(repeating: 1, count: 32), .sha256)
    }
    for form in [Canonicalization.simple, .relaxed] {
        let canonical = form.body(bytes)
        precondition(canonical.count <= bytes.count + 2)
        // Canonical text is its own canonical form.
        precondition(form.body(canonical) == canonical, "canonicalization does not settle")
    }
}

/// The same records for every name; a failure when there are none.
private struct OneAnswer: Resolver {
    let records: [String]

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        if records.isEmpty { throw .timeout }
        return Answer(status: .found, records: records, canonicalName: name, ttl: 60)
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { throw .timeout }
    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .timeout }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .timeout }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .timeout }
}
