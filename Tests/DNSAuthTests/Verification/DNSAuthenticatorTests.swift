import Mail
import MartletTesting
import Synchronization
import Testing

@testable import DNSAuth

@Suite struct DNSAuthenticatorTests {
    private typealias Scene = AuthenticationScene

    private func client(_ address: IPAddress, _ sender: String?) -> MessageClient {
        MessageClient(address: address, helo: "mx.alpha.example", sender: sender.map { Mailbox($0)! })
    }

    @Test func everythingAtOnce() async throws {
        let authenticator = DNSAuthenticator(resolver: try Scene.resolver(), time: VirtualTime())
        let content = try Scene.sealed(
            Scene.signed(Scene.message(from: "alpha.example"), by: "alpha.example"), by: "relay.example")
        let client = client(Scene.good, "bounce@sub.alpha.example")
        let found = await authenticator.authenticate(content, from: client, at: Scene.now)
        #expect(found.spf.map(\.result) == [.pass, .none])
        #expect(found.spf.map(\.identity) == [.mailFrom, .helo])
        #expect(found.dkim.map(\.result) == [.pass])
        #expect(found.dmarc.result == .pass && found.dmarc.isSPFAligned && found.dmarc.isDKIMAligned)
        #expect(found.arc.result == .pass && found.arc.sealers == ["relay.example"])

        let field = authenticator.resultsField(found, from: client, authority: "mx.receiver.example")
        let read = try AuthenticationResults(parsing: field.span.extracting(23..<field.count))
        #expect(
            read.findings.map { "\($0.method)=\($0.result)" } == [
                "spf=pass", "spf=none", "dkim=pass", "dmarc=pass", "arc=pass",
            ])
        let forged = Content(original: field + content.original)
        #expect(
            authenticator.removingForgedResults(forged, authority: "mx.receiver.example").original == content.original)
    }

    /// Somebody who writes the author's name and nothing else gets nowhere.
    @Test func aForgedAuthorFails() async throws {
        let authenticator = DNSAuthenticator(resolver: try Scene.resolver(), time: VirtualTime())
        let content = try Scene.signed(Scene.message(from: "alpha.example"), by: "nopolicy.example")
        let found = await authenticator.authenticate(
            content, from: client(Scene.bad, "someone@alpha.example"), at: Scene.now)
        #expect(found.spf[0].result == .fail)
        #expect(found.dkim[0].result == .pass)
        #expect(found.dmarc.result == .fail && found.dmarc.disposition == .reject)
        let empty = await authenticator.authenticate(Content(original: []), from: nil, at: Scene.now)
        #expect(empty.spf == [] && empty.dkim.map(\.result) == [.none] && empty.arc.result == .none)
        #expect(empty.dmarc.result == .permerror)
    }

    /// A question that SPF, DKIM, ARC and DMARC share reaches the resolver once.
    @Test func everyQuestionIsPutOnce() async throws {
        let counter = RecordingResolver(try Scene.resolver())
        let authenticator = DNSAuthenticator(resolver: counter, time: VirtualTime())
        let content = try Scene.sealed(
            Scene.signed(Scene.message(from: "alpha.example"), by: "alpha.example"), by: "relay.example")
        let found = await authenticator.authenticate(
            content, from: client(Scene.good, "bounce@sub.alpha.example"), at: Scene.now)
        #expect(found.dmarc.result == .pass)
        let asked = counter.questions
        #expect(Set(asked).count == asked.count, "\(asked)")
        #expect(asked.contains("txt alpha.example") && asked.contains("txt _dmarc.alpha.example"))
    }

    /// A resolver that never answers holds nobody longer than the limit, and nothing passes because of it.
    @Test(.timeLimit(.minutes(1)), arguments: [true, false]) func theTimeLimitHolds(isLate: Bool) async throws {
        let time = VirtualTime()
        var options = AuthenticatorOptions()
        options.timeLimit = .seconds(7)
        let silent = SilentResolver()
        let authenticator = DNSAuthenticator(resolver: silent, options: options, time: time)
        let content = try Scene.sealed(
            Scene.signed(Scene.message(from: "alpha.example"), by: "alpha.example"), by: "relay.example")
        let client = client(Scene.good, "bounce@alpha.example")
        let work = Task { await authenticator.authenticate(content, from: client, at: Scene.now) }
        if isLate {
            // Everybody has asked and the alarm is set before the clock moves.
            while silent.waiting.withLock({ $0.count }) < 4 || time.nextDue == nil { await Task.yield() }
            #expect(time.nextDue == time.now + .seconds(7))
            time.advance(by: .seconds(7))
        } else {
            while time.nextDue == nil { await Task.yield() }
            work.cancel()
        }
        let found = await work.value
        #expect(found.spf.map(\.result) == [.temperror, .temperror])
        #expect(found.dkim.map(\.result) == [.temperror])
        #expect(found.dmarc.result == .temperror)
        #expect(found.arc.result == .fail)
        silent.answerAll()
    }
}

/// Takes questions and keeps them, cancelled or not.
final class SilentResolver: Resolver {
    let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    private let isOver = Mutex(false)

    func answerAll() {
        isOver.withLock { $0 = true }
        let all = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for continuation in all { continuation.resume() }
    }

    private func wait<Record>() async throws(ResolverFailure) -> Answer<Record> {
        await withCheckedContinuation { continuation in
            let isWaiting = waiting.withLock { waiting in
                if isOver.withLock({ $0 }) { return false }
                waiting.append(continuation)
                return true
            }
            if !isWaiting { continuation.resume() }
        }
        throw .unreachable
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> { try await wait() }
    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> { try await wait() }
    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> { try await wait() }
    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await wait() }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await wait() }
}
