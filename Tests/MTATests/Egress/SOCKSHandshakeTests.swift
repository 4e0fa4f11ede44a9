import Loop
import Mail
import MartletTesting
import Testing

@testable import MTA

@Suite struct SOCKSHandshakeTests {
    private static let four = SocketAddress(ip: .v4(0xC000_0219), port: 25)
    private static let six = SocketAddress(ip: .v6(high: 0x2001_0DB8_0000_0000, low: 7), port: 2525)

    /// Plays the replies, one after each request, and tells what was said and how it ended.
    private static func play(
        to target: SocketAddress = four, user: String? = nil, password: String? = nil, _ replies: [[UInt8]],
        chunk: Int = .max
    ) -> (said: [[UInt8]], end: Result<SocketAddress?, ProxyFailure>?, left: [UInt8]) {
        var said: [[UInt8]] = []
        var out = Bytes()
        var input = Bytes()
        do {
            var handshake = try SOCKSHandshake(target: target, user: user, password: password)
            handshake.start(into: &out)
            said.append(out.copy())
            out.removeAll()
            for reply in replies {
                var rest = reply[...]
                feeding: while !rest.isEmpty {
                    input.append(Array(rest.prefix(chunk)))
                    rest = rest.dropFirst(chunk)
                    switch try handshake.received(&input, into: &out) {
                    case .read: continue
                    case .flush:
                        said.append(out.copy())
                        out.removeAll()
                        break feeding
                    case .done(let bound):
                        // Arrived with the reply, and of the mail host already.
                        input.append(Array(rest))
                        return (said, .success(bound), input.copy())
                    }
                }
            }
            return (said, nil, input.copy())
        } catch {
            return (said, .failure(error), input.copy())
        }
    }

    private static let opened: [UInt8] = [5, 0, 0, 1, 10, 0, 0, 1, 0x9C, 0x40]

    @Test(arguments: [1, 2, 3, Int.max]) func connectsWithoutAUser(_ chunk: Int) {
        let (said, end, left) = Self.play([[5, 0], Self.opened + Array("220".utf8)], chunk: chunk)
        #expect(said == [[5, 1, 0], [5, 1, 0, 1, 192, 0, 2, 25, 0, 25]])
        #expect(end == .success(SocketAddress(ip: .v4(0x0A00_0001), port: 40_000)))
        #expect(left == Array("220".utf8))
    }

    @Test func connectsWithAUserToIPv6() {
        let bound: [UInt8] = [5, 0, 0, 4] + Self.six.ip.octets + [0, 99]
        let (said, end, _) = Self.play(to: Self.six, user: "me", password: "secret", [[5, 2], [1, 0], bound])
        #expect(
            said == [
                [5, 2, 0, 2], [1, 2] + Array("me".utf8) + [6] + Array("secret".utf8),
                [5, 1, 0, 4] + Self.six.ip.octets + [0x09, 0xDD],
            ])
        #expect(end == .success(SocketAddress(ip: Self.six.ip, port: 99)))
        // A name as the bound address says nothing, and is read to its end.
        #expect(Self.play([[5, 0], [5, 0, 0, 3, 2, 65, 66, 0, 25, 50]]).left == [50])
    }

    @Test func everyRefusalHasItsName() {
        for code in UInt8.min...UInt8.max where code != 0 {
            let end = Self.play([[5, 0], [5, code]]).end
            if let refusal = SOCKSRefusal(rawValue: code) {
                #expect(end == .failure(.refused(refusal)))
            } else {
                #expect(end == .failure(.unknownReply(code)))
            }
        }
        #expect(SOCKSRefusal.allCases.map(\.rawValue) == Array(1...8))
    }

    @Test func whatIsNotSOCKSIsAViolation() {
        #expect(Self.play([[4, 0]]).end == .failure(.violation))
        #expect(Self.play([Array("HTTP/1.1 400 Bad Request\r\n".utf8)]).end == .failure(.violation))
        #expect(Self.play([[5, 7]]).end == .failure(.violation))
        // The password that nobody offered.
        #expect(Self.play([[5, 2]]).end == .failure(.violation))
        #expect(Self.play([[5, 0xFF]]).end == .failure(.noMethod))
        // An answer in advance.
        #expect(Self.play([[5, 0] + Self.opened]).end == .failure(.violation))
        #expect(Self.play([[5, 0], [5, 0, 0, 9, 1]]).end == .failure(.violation))
        #expect(Self.play([[5, 0], [4]]).end == .failure(.violation))
        #expect(Self.play(user: "u", password: "p", [[5, 2], [1, 1]]).end == .failure(.badCredentials))
        #expect(Self.play(user: "u", password: "p", [[5, 2], [9]]).end == .failure(.violation))
    }

    @Test(arguments: [
        ("", "p"), ("u", ""), (String(repeating: "u", count: 256), "p"), ("u", String(repeating: "p", count: 256)),
    ])
    func credentialsHaveToFit(_ user: String, _ password: String) {
        #expect(Self.play(user: user, password: password, [[5, 2]]).end == .failure(.unsuitableCredentials))
    }

    /// Random replies, some of them nearly right: never a trap, and always an end that has a type, or a wait for more.
    @Test func survivesAnyBytes() {
        var generator = SplitMix(seed: 0x50C5)
        var ends: [String: Int] = [:]
        for _ in 0..<20_000 {
            let user: String? = Bool.random(using: &generator) ? "user" : nil
            let replies = (0..<3).map { round -> [UInt8] in
                var bytes = (0..<Int.random(in: 1...300, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                // Pure noise ends at its first byte; so the first bytes are often what they should be.
                let head: [UInt8] =
                    round == 0
                    ? [5, user == nil ? 0 : UInt8.random(in: 0...2, using: &generator)]
                    : [
                        UInt8.random(in: 0...2, using: &generator) == 0 ? 1 : 5, 0, 0,
                        UInt8.random(in: 0...5, using: &generator),
                    ]
                for index in 0..<Int.random(in: 0...head.count, using: &generator) where index < bytes.count {
                    bytes[index] = head[index]
                }
                return round == 0 && Bool.random(using: &generator) ? Array(bytes.prefix(2)) : bytes
            }
            let chunk = Int.random(in: 1...7, using: &generator)
            let (_, end, left) = Self.play(user: user, password: user, replies, chunk: chunk)
            #expect(left.count <= 320)
            switch end {
            case .success: ends["done", default: 0] += 1
            case .failure(let failure): ends["\(failure)".prefix { $0 != "(" }.description, default: 0] += 1
            case nil: ends["waits", default: 0] += 1
            }
        }
        // The noise reaches every part of the parser.
        for kind in ["done", "violation", "refused", "unknownReply", "badCredentials", "waits"] {
            #expect(ends[kind, default: 0] > 0, "\(kind): \(ends)")
        }
    }
}
