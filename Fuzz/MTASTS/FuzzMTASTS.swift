import DNSAuth
import Mail
import MartletTesting

/// MTA-STS under libFuzzer: a whole discovery with a DNS and a web server made of the input, then the parsers alone.
///
/// The first line is the TXT record, the second the host that is matched, the rest is the policy file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard count <= 131_072 else { return 0 }
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let parts = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    let record = String(decoding: parts[0], as: UTF8.self)
    let host = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
    let file = parts.count > 2 ? Array(parts[2]) : []
    let executor = InlineExecutor()
    Task(executorPreference: executor) { await discover(record, host, file, executor) }
    executor.runAll()
    if let parsed = try? MTASTSRecord(parsing: record) {
        precondition((1...32).contains(parsed.id.utf8.count), "an id out of bounds")
    }
    // The same parser reads what was saved.
    if let policy = try? MTASTSPolicyParser.parse(bytes, id: "id") { check(policy, host) }
    return 0
}

private func discover(_ record: String, _ host: String, _ file: [UInt8], _ executor: InlineExecutor) async {
    let world = InputWorld(record: record, file: file)
    let check = MTASTSCheck(resolver: world, fetcher: world)
    let cache = MTASTSCache(check: check, time: StandingTime(), executor: executor)
    let domain = Domain(canonical: "a.example")
    let first = await cache.policy(for: domain)
    switch first {
    case .enforce(let policy), .testing(let policy): _ = policy.names(host: host)
    case .absent: break
    case .unavailable(let failure):
        switch failure {
        case .fetch(let reason), .invalid(let reason), .certificate(let reason):
            precondition(reason.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "a reason with controls in it")
        }
    }
    let second = await cache.policy(for: domain)
    precondition(second == first, "the clock stands, and the answer is another")
    precondition(cache.counts.fetches <= 2)
}

private func check(_ policy: MTASTSPolicy, _ host: String) {
    precondition(policy.maxAge >= 0 && policy.maxAge <= MTASTSPolicyParser.longestAge)
    precondition(policy.mode == .none || !policy.mx.isEmpty)
    _ = policy.names(host: host)
    for pattern in policy.mx.prefix(100) {
        let name = pattern.hasPrefix("*.") ? "a" + pattern.dropFirst() : pattern
        precondition(policy.names(host: name), "a pattern that does not match itself")
    }
    // The lines are the policy.
    let again = try? MTASTSPolicyParser.parse(Array(policy.lines.joined(separator: "\n").utf8), id: policy.id)
    precondition(again == policy, "the kept lines are another policy")
}

private struct InputWorld: Resolver, HTTPFetcher {
    let record: String
    let file: [UInt8]

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        Answer(status: .found, records: ["other", record], canonicalName: name, ttl: 60)
    }

    func fetch(_ request: HTTPFetch) async throws(HTTPFetchFailure) -> HTTPFetched {
        if file.count > request.limit { throw .tooLarge(limit: request.limit) }
        return HTTPFetched(status: 200, contentType: "text/plain", body: file)
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { throw .timeout }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { throw .timeout }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { throw .timeout }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { throw .timeout }
}
