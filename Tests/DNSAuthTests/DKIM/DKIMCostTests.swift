import Foundation
import Glibc
import Mail
import MartletTesting
import Testing

@testable import DNSAuth

/// What signing and verifying cost. Prints, and asserts no time; only with MARTLET_MEASURE=1, and worth something only
/// in a release build on a machine that is quiet:
///
///     MARTLET_MEASURE=1 swift test -c release -Xswiftc -enable-testing --no-parallel --filter DKIMCostTests
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["MARTLET_MEASURE"] == "1"))
struct DKIMCostTests {
    private static let time = WallTime(milliseconds: 1_760_000_000_000)

    /// CPU of this process, in microseconds.
    private static func cpu() -> Double {
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
        let (user, system) = (usage.ru_utime, usage.ru_stime)
        return Double(user.tv_sec + system.tv_sec) * 1e6 + Double(user.tv_usec + system.tv_usec)
    }

    /// Microseconds of CPU for one run, over so many runs.
    private static func cost(_ runs: Int, _ body: () async throws -> Void) async rethrows -> Double {
        let start = cpu()
        for _ in 0..<runs { try await body() }
        return (cpu() - start) / Double(runs)
    }

    private static func message() -> Content {
        var text =
            "From: a@example.org\r\nTo: b@example.net\r\nSubject: one\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
        text += "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
        for number in 0..<4 { text += "Received: from a\r\n\tby b\(number); Thu, 1 Jan 2026 00:00:00 +0000\r\n" }
        text += "\r\n"
        while text.utf8.count < 10_240 {
            text += "Some words of a line that is neither short nor long, as lines are.\r\n"
        }
        return Content(original: Array(text.utf8))
    }

    private func entry(_ keys: [DKIMKey]) throws -> DKIMKeyring.Entry {
        let keyring = DKIMKeyring()
        keyring.add(try KeyFixture.domain("example.org", keys: keys))
        return try #require(keyring.keys(for: Domain(canonical: "example.org")))
    }

    @Test func signingAgainstOpenSSL() async throws {
        guard let openssl = Tool.find("openssl", for: "openssl speed") else { return }
        let entry = try entry([KeyFixture.rsa.get()])
        let content = Self.message()
        let small = Content(original: Array(content.original.prefix(1_024)))
        for _ in 0..<3 {
            let speed = try Tool.run(openssl, ["speed", "-seconds", "3", "rsa2048"])
            let line = speed.output.split(separator: "\n").last { $0.hasPrefix("rsa") }
            // The columns: name, bits, "bits", sign, verify, sign/s, verify/s.
            let columns = line?.split(separator: " ") ?? []
            let reference = try #require(columns.count > 5 ? Double(columns[5]) : nil, "\(speed.output)")
            var rates: [Double] = []
            for message in [small, content] {
                let cost = try await Self.cost(3_000) {
                    _ = try DKIMSigner.sign(message, with: entry, options: DKIMOptions(), at: Self.time)
                }
                rates.append(1e6 / cost)
            }
            let shares = rates.map { Int(($0 / reference * 100).rounded()) }
            print(
                "measure DKIM signing, RSA-2048, one core: openssl speed \(Int(reference))/s, signatures of 1 KiB",
                "\(Int(rates[0]))/s (\(shares[0]) %), of 10 KiB \(Int(rates[1]))/s (\(shares[1]) %)")
        }
    }

    @Test func verifyingBesideTheBareCalls() async throws {
        let stored = [try KeyFixture.rsa.get(), try KeyFixture.ed25519.get()]
        let content = Self.message()
        let fields = try DKIMSigner.sign(content, with: entry(stored), options: DKIMOptions(), at: Self.time)
        let signed = Content(original: fields + content.original)
        var resolver = FakeResolver()
        for key in stored { resolver.txt["\(key.selector)._domainkey.example.org"] = [DKIMRecord(key).text] }
        let check = DKIMCheck(resolver: resolver)
        #expect(await check.verify(signed, at: Self.time).results == [.pass, .pass])
        let digest = SHA256Digest.of([1].span)
        let rsa = try #require(VerifyingKey(.rsa, stored[0].publicKey))
        let ed25519 = try #require(VerifyingKey(.ed25519, stored[1].publicKey))
        let signatures = try stored.map { try SigningKey($0).sign([1]) }
        #expect(
            rsa.isValid(signatures[0], over: digest, .sha256) && ed25519.isValid(signatures[1], over: digest, .sha256))
        for _ in 0..<3 {
            let whole = await Self.cost(3_000) { _ = await check.verify(signed, at: Self.time) }
            let bare = await Self.cost(3_000) {
                _ = rsa.isValid(signatures[0], over: digest, .sha256)
                _ = ed25519.isValid(signatures[1], over: digest, .sha256)
            }
            let parsing = await Self.cost(3_000) {
                _ = VerifyingKey(.rsa, stored[0].publicKey)
                _ = VerifyingKey(.ed25519, stored[1].publicKey)
            }
            let hashing = await Self.cost(3_000) { _ = SHA256Digest.of(content.original.span) }
            print(
                "measure DKIM verification, 10 KiB, RSA-2048 and Ed25519: \(Int(whole)) µs of CPU, bare OpenSSL",
                "\(Int(bare)) µs, the rest \(Int(whole - bare)) µs (keys \(Int(parsing)) µs, SHA-256 of the body",
                "\(Int(hashing)) µs)")
        }
    }
}
