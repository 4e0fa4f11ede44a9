import Foundation
import Glibc
import Loop
import Mail
import Testing

@testable import HTTPClient

/// Against a real HTTPS server.
@Suite(.timeLimit(.minutes(2))) struct FetchTests {
    @Test func aGoodAnswerComesWhole() async throws {
        guard let rig = try FetchRig("fetching over HTTPS") else { return }
        for path in ["good.example/ok", "GOOD.example./ok", "a.wild.example/ok", "127.0.0.1/ok"] {
            let answer = try await rig.get("https://\(path)").get()
            #expect(answer.status == 200 && answer.contentType == "text/plain", "\(path)")
            #expect(String(decoding: answer.body, as: UTF8.self) == "hello", "\(path)")
        }
        let nothing = try await rig.get("https://good.example/none").get()
        #expect(nothing.contentType.isEmpty && nothing.body.isEmpty)
        #expect(try await rig.get("https://good.example/missing").get().status == 404)
        // The limit is inclusive, whatever tells the length.
        for path in ["size1000", "close1000"] {
            #expect(try await rig.get("https://good.example/\(path)", limit: 1_000).get().body.count == 1_000)
            #expect(await rig.failure("https://good.example/\(path)", limit: 999) == .tooLarge(limit: 999))
        }
        #expect(rig.lookups.all.first == "good.example" && !rig.lookups.all.contains("127.0.0.1"))
        await rig.stop()
    }

    @Test func onlyACertificateThatHoldsForTheNameWillDo() async throws {
        guard let rig = try FetchRig("certificates over HTTPS") else { return }
        let names = [
            "wrong.example", "expired.example", "future.example", "self.example", "old.example", "a.b.wild.example",
            "good.example:444",
        ]
        for name in names {
            let failure = await rig.failure("https://\(name)/ok")
            guard case .tls(let reason)? = failure else {
                Issue.record("\(name): \(failure.map { "\($0)" } ?? "success")")
                continue
            }
            #expect(!reason.isEmpty && reason.utf8.count <= 200)
        }
        #expect(try await rig.state("requests") == 1, "nothing was asked before the certificate was checked")
        await rig.stop()
    }

    @Test func withoutTheTestAuthorityNothingIsTrusted() async throws {
        guard let rig = try FetchRig("the system's certificates", { $0.caFile = nil }) else { return }
        guard case .tls? = await rig.failure("https://good.example/ok") else {
            Issue.record("a test certificate was trusted")
            return await rig.stop()
        }
        await rig.stop()
    }

    @Test func aRedirectionIsAnAnswerLikeAnyOther() async throws {
        guard let rig = try FetchRig("redirections") else { return }
        let answer = try await rig.get("https://good.example/redirect").get()
        #expect(answer.status == 302 && String(decoding: answer.body, as: UTF8.self) == "there")
        #expect(try await rig.state("requests") == 2)
        await rig.stop()
    }

    @Test func whatIsTooMuchOrBrokenEndsTyped() async throws {
        guard let rig = try FetchRig("broken answers") else { return }
        #expect(await rig.failure("https://good.example/huge") == .tooLarge(limit: 65_536))
        #expect(await rig.failure("https://good.example/endless") == .tooLarge(limit: 65_536))
        #expect(await rig.failure("https://good.example/size1000", limit: 0) == .tooLarge(limit: 0))
        #expect(await rig.failure("https://good.example/drip", timeout: .milliseconds(300)) == .timedOut)
        #expect(await rig.failure("https://good.example/hang", timeout: .milliseconds(300)) == .timedOut)
        for path in ["fields", "garbage", "cut", "empty"] {
            let failure = await rig.failure("https://good.example/\(path)")
            guard case .malformed? = failure else {
                Issue.record("\(path): \(failure.map { "\($0)" } ?? "success")")
                continue
            }
        }
        // And the client still works.
        #expect(try await rig.get("https://good.example/ok").get().status == 200)
        await rig.stop()
    }

    @Test func aPostCarriesItsBodyAndFieldsAndNothingElse() async throws {
        guard let rig = try FetchRig("posting") else { return }
        // Whatever the environment says about proxies.
        for name in ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
            _ = unsafe setenv(name, "http://127.0.0.1:1", 1)
        }
        _ = try await rig.get("https://good.example/cookie").get()
        let body = (0..<200_000).map { UInt8($0 % 96 + 32) }
        let request = HTTPFetch(
            .post, url: "https://good.example/echo",
            headers: [("Content-Type", "application/json"), ("X-Empty", ""), ("X-Sign", "a: b=\u{e9}")], body: body,
            timeout: .seconds(30), limit: 1_000_000)
        let answer = try await rig.fetch(request).get()
        let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
        #expect(json["method"] as? String == "POST")
        #expect((json["body"] as? String).map { Array($0.utf8) } == body)
        let fields = try #require(json["fields"] as? [[String]])
        let names = fields.map { $0[0].lowercased() }.sorted()
        #expect(names == ["accept", "content-length", "content-type", "host", "user-agent", "x-empty", "x-sign"])
        #expect(fields.contains(["Content-Type", "application/json"]) && fields.contains(["User-Agent", "Martlet"]))
        let empty = try await rig.fetch(
            HTTPFetch(.post, url: "https://good.example/echo", timeout: .seconds(30), limit: 10_000)
        ).get()
        #expect(String(decoding: empty.body, as: UTF8.self).contains(#""body": """#))
        await rig.stop()
    }

    @Test(.timeLimit(.minutes(3))) func aHundredAtOnceShareAFewConnections() async throws {
        guard let rig = try FetchRig("a hundred requests at once", { $0.connectionsPerHost = 6 }) else { return }
        let client = rig.client
        let bodies = await withTaskGroup(of: String.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    let request = HTTPFetch(url: "https://good.example/slow", timeout: .seconds(120), limit: 100)
                    guard let answer = try? await client.fetch(request) else { return "failed" }
                    return String(decoding: answer.body, as: UTF8.self)
                }
            }
            return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(bodies == ["slow": 100])
        let peak = try await rig.state("peak")
        #expect(peak >= 1 && peak <= 6)
        #expect(try await rig.state("connections") <= 12, "connections are kept and used again")
        await rig.stop()
    }

    @Test func cancellingEndsARequestAtOnceInEveryState() async throws {
        guard let rig = try FetchRig("cancelling requests") else { return }
        let client = rig.client
        let request = HTTPFetch(url: "https://good.example/hang", timeout: .seconds(600), limit: 100)
        func start() -> Task<HTTPFetchFailure?, Never> {
            Task {
                do throws(HTTPFetchFailure) {
                    _ = try await client.fetch(request)
                    return nil
                } catch { return error }
            }
        }
        let early = start()
        early.cancel()
        #expect(await early.value == .cancelled)
        let late = start()
        while try await rig.state("hanging") == 0 { try Task.checkCancellation() }
        late.cancel()
        #expect(await late.value == .cancelled)
        // Closing the client ends what is left, and refuses what comes.
        let last = start()
        let before = try await rig.state("hanging")
        while try await rig.state("hanging") == before, before < 2 { try Task.checkCancellation() }
        await client.close()
        #expect(await last.value == .cancelled)
        #expect(await rig.failure("https://good.example/ok") == .cancelled)
        rig.loop.stop()
    }

    @Test func closingLeavesNoConnectionBehind() async throws {
        guard let rig = try FetchRig("kept connections") else { return }
        let other = rig.another()
        for _ in 0..<3 {
            _ = try await other.fetch(HTTPFetch(url: "https://good.example/ok", timeout: .seconds(30), limit: 9))
        }
        #expect(try await rig.state("open") == 2, "one each is kept")
        await other.close()
        while try await rig.state("open") != 1 { try Task.checkCancellation() }
        // Dropped without having been closed.
        _ = try await rig.another().fetch(HTTPFetch(url: "https://good.example/ok", timeout: .seconds(30), limit: 9))
        while try await rig.state("open") != 1 { try Task.checkCancellation() }
        await rig.stop()
    }
}
