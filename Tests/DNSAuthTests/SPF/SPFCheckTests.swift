import Loop
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// The rules around `check_host()` that the suites do not reach.
@Suite struct SPFCheckTests {
    private let client = IPAddress("192.0.2.1")!

    private func check(
        _ resolver: any Resolver, _ text: String = "user@a.example", options: SPFOptions = SPFOptions(),
        time: any TimeSource = VirtualTime()
    ) async -> SPFOutcome {
        await SPFCheck(resolver: resolver, options: options, time: time).check(
            .mailFrom, client: client, helo: "helo.example", sender: Mailbox(text))
    }

    @Test func anOutcomeTellsWhatDecided() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["other text", "v=spf1 a:none.example include:b.example -all"]
        dns.txt["b.example"] = ["v=spf1 mx ip4:192.0.2.0/24 -all"]
        dns.mx["b.example"] = [MXRecord(preference: 1, exchange: "mx.example")]
        let pass = await check(dns)
        #expect(pass.result == .pass && pass.domain == "a.example" && pass.identity == .mailFrom)
        #expect(pass.mechanism == "include:b.example" && pass.lookups == 3 && pass.voidLookups == 1)
        #expect(pass.reason == "include:b.example in the record of a.example matches")
        dns.txt["b.example"] = ["v=spf1 mx ip4:192.0.2.0/240 -all"]
        let broken = await check(dns)
        #expect(broken.result == .permerror && broken.mechanism == nil)
        #expect(broken.reason == "record of b.example: bad prefix length in \"ip4:192.0.2.0/240\" at byte 24")
        dns.failures["b.example"] = .server(rcode: 2)
        let failed = await check(dns)
        #expect(failed.result == .temperror && failed.reason.hasPrefix("TXT of b.example"))
    }

    /// RFC 7208 §2.4, and the order the authenticator counts on.
    @Test func bothIdentitiesOfAClient() async throws {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 -all"]
        dns.txt["helo.example"] = ["v=spf1 exists:%{l}.%{o}.%{h} -all"]
        dns.addresses["postmaster.helo.example.helo.example"] = [client]
        let spf = SPFCheck(resolver: dns, time: VirtualTime())
        let both = await spf.check(
            MessageClient(address: client, helo: "HELO.example", sender: Mailbox("user@a.example")))
        #expect(both.map(\.identity) == [.mailFrom, .helo] && both.map(\.result) == [.fail, .pass])
        #expect(both.map(\.domain) == ["a.example", "helo.example"])
        let null = await spf.check(MessageClient(address: client, helo: "helo.example", sender: nil))
        #expect(null.map(\.identity) == [.mailFrom, .helo] && null.map(\.result) == [.pass, .pass])
        #expect(null.map(\.domain) == ["helo.example", "helo.example"])
        let literal = await spf.check(MessageClient(address: client, helo: "[192.0.2.1]", sender: nil))
        #expect(literal.map(\.result) == [.none, .none])
    }

    /// RFC 7208 §5: a client behind a dual-stack socket.
    @Test func aMappedAddressIsIPv4() async throws {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 ip6:::/0 a:h.example -all"]
        dns.addresses["h.example"] = [client, .v6(high: 1, low: 1)]
        let mapped = try #require(IPAddress("::ffff:192.0.2.1"))
        let spf = SPFCheck(resolver: dns, time: VirtualTime())
        let outcome = await spf.check(.mailFrom, client: mapped, helo: "h", sender: Mailbox("user@a.example"))
        #expect(outcome.mechanism == "a:h.example")
    }

    /// RFC 7208 §4.6.4: twenty seconds for everything, whatever each question takes.
    @Test func theTimeIsLimited() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 a:1.example a:2.example a:3.example -all"]
        for name in ["1.example", "2.example", "3.example"] { dns.addresses[name] = [.v4(1)] }
        let time = VirtualTime()
        // Four questions.
        let inTime = await check(SlowResolver(dns, time, .seconds(5)), time: time)
        #expect(inTime.result == .fail)
        let late = await check(SlowResolver(dns, time, .seconds(6)), time: time)
        #expect(late.result == .temperror && late.reason == "time limit of 20.0 seconds exceeded")
        #expect(late.lookups == 3)
    }

    /// RFC 7208 §6.2: an explanation that is late or broken changes nothing, and is one line whatever stands in it.
    @Test func theExplanationIsAStrangersText() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 -all exp=e.%{d}"]
        dns.txt["e.a.example"] = ["no mail from %{i}, %{h} for %{r}"]
        var options = SPFOptions()
        options.receiver = "rx.example"
        #expect(await check(dns, options: options).explanation == "no mail from 192.0.2.1, helo.example for rx.example")
        let odd = await SPFCheck(resolver: dns, options: options, time: VirtualTime()).check(
            .mailFrom, client: client, helo: "a\r\n550 b\u{E9}", sender: Mailbox("user@a.example"))
        #expect(odd.explanation == "no mail from 192.0.2.1, a??550 b?? for rx.example")
        options.explanationLimit = 7
        #expect(await check(dns, options: options).explanation == "no mail")
        options.fetchesExplanation = false
        #expect(await check(dns, options: options).explanation == nil)
        dns.txt["e.a.example"] = ["line\r\nline"]
        let unread = await check(dns)
        #expect(unread.explanation == nil && unread.result == .fail)
    }

    @Test func limitsAreOptions() async {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 a:1.example a:2.example a:3.example ip4:192.0.2.1 -all"]
        #expect(await check(dns).reason == "more than 2 look-ups that find nothing, at a:3.example")
        var options = SPFOptions()
        options.maximumVoidLookups = 3
        #expect(await check(dns, options: options).result == .pass)
        options.maximumLookups = 2
        #expect(await check(dns, options: options).reason == "more than 2 DNS look-ups, at a:3.example")
    }

    /// Two identities, a record that names one host five times, a failure: each is asked for once.
    @Test func aMemoAsksOnce() async throws {
        var dns = FakeResolver()
        dns.txt["a.example"] = ["v=spf1 a:h.example mx:h.example a:h.example include:a.example"]
        dns.addresses["h.example"] = [.v4(1)]
        dns.failures["f.example"] = .timeout
        let counting = RecordingResolver(dns)
        let memo = QuestionMemo(counting)
        let spf = SPFCheck(resolver: memo, time: VirtualTime())
        for _ in 0..<3 {
            let outcome = await spf.check(.mailFrom, client: client, helo: "h", sender: Mailbox("user@a.example"))
            #expect(outcome.result == .permerror)
        }
        #expect(counting.count == 3 && memo.asked == 3)
        for _ in 0..<3 { await #expect(throws: ResolverFailure.timeout) { try await memo.txt("f.example") } }
        #expect(counting.count == 4)
        let before = counting.count
        let client = MessageClient(address: client, helo: "a.example", sender: Mailbox("user@a.example"))
        _ = await SPFCheck(resolver: counting, time: VirtualTime()).check(client)
        #expect(counting.count == before + 3, "HELO asks nothing that MAIL FROM has asked")
    }
}

/// Each question takes its time, as the clock of the check sees it.
private struct SlowResolver: Resolver {
    let dns: FakeResolver
    let time: VirtualTime
    let delay: Duration

    init(_ dns: FakeResolver, _ time: VirtualTime, _ delay: Duration) {
        self.dns = dns
        self.time = time
        self.delay = delay
    }

    func mx(_ name: String) async throws(ResolverFailure) -> Answer<MXRecord> {
        time.advance(by: delay)
        return try await dns.mx(name)
    }

    func addresses(_ name: String) async throws(ResolverFailure) -> Answer<IPAddress> {
        time.advance(by: delay)
        return try await dns.addresses(name)
    }

    func txt(_ name: String) async throws(ResolverFailure) -> Answer<String> {
        time.advance(by: delay)
        return try await dns.txt(name)
    }

    func tlsa(_ name: String) async throws(ResolverFailure) -> Answer<TLSARecord> { try await dns.tlsa(name) }
    func ptr(_ address: IPAddress) async throws(ResolverFailure) -> Answer<String> { try await dns.ptr(address) }
}
