import Mail
import MartletTesting
import Testing

@testable import DNSAuth

@Suite struct ARCSignerTests {
    private static let time = WallTime(milliseconds: 1_760_000_000_000)
    private static let message = Content(
        original: Array("From: a@a.example\r\nSubject: hello\r\n\r\nbody\r\n".utf8))

    private func signer(_ domain: String = "one.example", _ key: DKIMKey? = nil) throws -> ARCSigner {
        ARCSigner(domain: Domain(canonical: domain), key: try SigningKey(key ?? KeyFixture.rsa.get()))
    }

    private func resolver(_ keys: [DKIMKey]? = nil) throws -> FakeResolver {
        var resolver = FakeResolver()
        for key in try keys ?? [KeyFixture.rsa.get(), KeyFixture.ed25519.get()] {
            resolver.txt["\(key.selector)._domainkey.one.example"] = [DKIMRecord(key).text]
        }
        return resolver
    }

    private func sealed(_ content: Content, _ chain: ARCResult, _ key: DKIMKey? = nil) throws -> Content {
        let set = try signer("one.example", key).seal(
            content, results: ResultsText(of: content, authority: "mx.one.example"), chain: chain, at: Self.time)
        return Content(added: set + content.added, original: content.original)
    }

    /// RFC 8617 §5.1.2, §5.2: a broken chain gets one more seal that says so, and then no other.
    @Test func aBrokenChainIsSealedOnce() async throws {
        let check = ARCCheck(resolver: try resolver())
        var content = try sealed(Self.message, .none)
        #expect(await check.validate(content, at: Self.time).result == .pass)
        content.original += Array("changed\r\n".utf8)
        let broken = await check.validate(content, at: Self.time)
        #expect(broken.result == .fail)
        #expect(broken.reason == "ARC-Message-Signature 1: body hash did not verify")
        #expect(broken.sealers == ["one.example"])

        let marked = try sealed(content, .fail)
        let text = String(decoding: marked.added, as: UTF8.self)
        #expect(text.contains("cv=fail;") && text.contains("i=2;"))
        let after = await check.validate(marked, at: Self.time)
        #expect(after.result == .fail && after.reason == "ARC-Seal 2 says that the chain had failed")
        #expect(try sealed(marked, .fail).added == marked.added)
        // Not even for somebody who claims that it holds.
        #expect(try sealed(marked, .pass).added == marked.added)
    }

    /// RFC 8617 §4.2.1. The fiftieth set is made and holds; a fifty-first is neither made nor believed.
    @Test func fiftySetsAndNoMore() async throws {
        let check = ARCCheck(resolver: try resolver())
        var content = Self.message
        let key = try KeyFixture.ed25519.get()
        for number in 1...50 {
            content = try sealed(content, number == 1 ? .none : .pass, key)
            #expect(HeaderSection(scanning: content.added.span).fields.count == 3 * number)
        }
        let full = await check.validate(content, at: Self.time)
        #expect(full.result == .pass && full.sealers.count == 50 && full.oldestPass == 0)
        #expect(try sealed(content, .pass, key).added == content.added)
        var more = content
        more.added = Array("ARC-Authentication-Results: i=51; mx.one.example; none\r\n".utf8) + more.added
        #expect(await check.validate(more, at: Self.time).result == .fail)
    }

    /// RFC 8617 §5.1: the status belongs to the chain that is there, whatever the caller says.
    @Test func noneIsForTheFirstSetOnly() throws {
        func status(_ content: Content) -> String {
            let text = String(decoding: content.added, as: UTF8.self)
            return String(text.split(separator: "cv=")[1].prefix(4))
        }
        let first = try sealed(Self.message, .pass)
        #expect(status(first) == "none")
        #expect(status(try sealed(first, .none)) == "fail")
        #expect(status(try sealed(first, .pass)) == "pass")
        let stray = Content(
            added: Array("ARC-Seal: i=7; nonsense\r\n".utf8), original: Self.message.original)
        #expect(status(try sealed(stray, .none)) == "fail")
    }

    @Test func whatCannotBeSigned() throws {
        let noAuthor = Content(original: Array("Subject: x\r\n\r\n".utf8))
        #expect(throws: SigningFailure.malformedContent) { try sealed(noAuthor, .none) }
        let broken = Content(original: Array("From: a@a.example\r\nnonsense\r\n\r\n".utf8))
        #expect(throws: SigningFailure.malformedContent) { try sealed(broken, .none) }
    }

    /// No result but those three, no trap and bounded work for whatever stands in the fields.
    @Test func mutatedChainsNeverPass() async throws {
        let check = ARCCheck(resolver: try resolver())
        var content = try sealed(Self.message, .none)
        content = try sealed(content, .pass, KeyFixture.ed25519.get())
        var random = SeededGenerator(seed: 50)
        var results: [ARCResult: Int] = [:]
        for _ in 0..<1_500 {
            var bytes = content.added
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let at = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...3, using: &random) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: at)
                case 2: bytes.insert(contentsOf: Array("; i=1\r\n ".utf8), at: at)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
                }
            }
            let mutated = Content(added: [], original: bytes + content.original)
            let outcome = await check.validate(mutated, at: Self.time)
            results[outcome.result, default: 0] += 1
            // White space, letter case and padding aside, nothing may change.
            if outcome.result == .pass {
                let form = Canonicalization.relaxed
                func plain(_ content: Content) -> [UInt8] {
                    form.headerField(content.added + content.original).filter { $0 > 0x20 && $0 != UInt8(ascii: "=") }
                }
                #expect(
                    plain(mutated) == plain(content) || outcome.oldestPass != 0,
                    "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(results[.fail, default: 0] > 1_000)
    }
}
