package import Mail
import Synchronization

/// A resolver that asks every question once: it remembers answers and failures for as long as it lives, which is one
/// message. SPF, DKIM and DMARC of one message so see one DNS, even when its answers may not be kept.
///
/// - Note: two equal questions at the same moment are both passed on; `DNSResolver` makes them one.
package final class QuestionMemo: Resolver {
    private struct Key: Hashable {
        enum Kind: Hashable { case mx, both, v4, v6, txt, tlsa, alias, pointer }
        var kind: Kind
        var name: String
    }

    private enum Known: Sendable {
        case mx(Result<Answer<MXRecord>, ResolverFailure>)
        case addresses(Result<Answer<IPAddress>, ResolverFailure>)
        case text(Result<Answer<String>, ResolverFailure>)
        case tlsa(Result<Answer<TLSARecord>, ResolverFailure>)
    }

    private struct State: Sendable {
        var known: [Key: Known] = [:]
        var asked = 0
    }

    /// What one message may make us remember; beyond it questions are passed on.
    private static let limit = 1_024

    private let resolver: any Resolver
    private let state = Mutex(State())

    package init(_ resolver: any Resolver) { self.resolver = resolver }

    /// Questions that were passed on.
    package var asked: Int { state.withLock { $0.asked } }

    package func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        let key = Key(kind: .mx, name: name)
        if case .mx(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.mx) { () throws(ResolverFailure) in try await resolver.mx(name) }
    }

    package func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        let key = Key(kind: .both, name: name)
        if case .addresses(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.addresses) { () throws(ResolverFailure) in
            try await resolver.addresses(name)
        }
    }

    package func addresses(
        _ name: String, family: IPFamily
    ) async throws(ResolverFailure) -> Answer<IPAddress> {
        let key = Key(kind: family == .v4 ? .v4 : .v6, name: name)
        if case .addresses(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.addresses) { () throws(ResolverFailure) in
            try await resolver.addresses(name, family: family)
        }
    }

    package func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        let key = Key(kind: .txt, name: name)
        if case .text(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.text) { () throws(ResolverFailure) in try await resolver.txt(name) }
    }

    package func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> {
        let key = Key(kind: .tlsa, name: name)
        if case .tlsa(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.tlsa) { () throws(ResolverFailure) in try await resolver.tlsa(name) }
    }

    package func alias(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        let key = Key(kind: .alias, name: name)
        if case .text(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.text) { () throws(ResolverFailure) in try await resolver.alias(name) }
    }

    package func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> {
        let key = Key(kind: .pointer, name: "\(address)")
        if case .text(let result)? = recall(key) { return try result.get() }
        return try await remember(key, Known.text) { () throws(ResolverFailure) in try await resolver.ptr(address) }
    }

    private func recall(_ key: Key) -> Known? { state.withLock { $0.known[key] } }

    private func remember<Record>(
        _ key: Key, _ wrap: (Result<Answer<Record>, ResolverFailure>) -> Known,
        _ question: () async throws(ResolverFailure) -> Answer<Record>
    ) async throws(ResolverFailure) -> Answer<Record> {
        let result: Result<Answer<Record>, ResolverFailure>
        do throws(ResolverFailure) {
            result = .success(try await question())
        } catch {
            result = .failure(error)
        }
        let known = wrap(result)
        state.withLock { state in
            state.asked += 1
            // That this caller was cancelled says nothing to the next one.
            if case .failure(.cancelled) = result { return }
            if state.known.count < Self.limit { state.known[key] = known }
        }
        return try result.get()
    }
}
