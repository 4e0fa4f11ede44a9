import Mail
import Testing

@testable import Queue

/// What the queue keeps of its decisions, as bytes and back.
@Suite struct ControlCodecTests {
    static let noon = WallTime(milliseconds: 1_798_804_800_000)

    static func holds() -> [Hold] {
        let scopes: [Hold.Scope] = [
            .site("direct:@google"), .source("mta-1"), .siteAndSource(site: "direct:mx.a.test", source: "ü"),
            .tenant(Sample.tenant), .siteAndTenant(site: "s", tenant: Sample.tenant), .campaign(Sample.id(3)),
        ]
        let causes: [Hold.Cause] = [
            .operator(by: "key ops", reason: "complaints\n\"many\""),
            .rule(name: "google-421", reply: "421 4.7.0 wait"),
            .sourceHealth("its address is gone"),
        ]
        return scopes.enumerated().flatMap { place, scope in
            causes.map { cause in
                Hold(
                    id: Sample.id(place), scope: scope, cause: cause, since: noon,
                    until: place % 2 == 0 ? nil : noon + .seconds(3_600))
            }
        }
    }

    static func limits() -> [TemporaryLimit] {
        var all = ThrottleLimits()
        all.messageRate = RateLimit(count: 100, per: .seconds(60), burst: 3)
        all.connectionRate = RateLimit(count: 1, per: .milliseconds(1_500))
        all.connections = 2
        all.messagesPerConnection = 20
        let changes: [TemporaryLimit.Change] = [
            .slow(0.5), .slow(0.001), .set(all), .set(ThrottleLimits(connections: 1)),
        ]
        return changes.flatMap { change in
            [MeterKey(.site, "direct:@yahoo"), MeterKey(.siteAndSource, "direct:@yahoo", source: "b")].map { key in
                TemporaryLimit(
                    rule: "yahoo-ts03", key: key, change: change, reply: "421 [TS03]", until: noon + .seconds(60))
            }
        }
    }

    static func routes() -> [StandingRoute] {
        var selectors: [QueueSelector] = []
        for place in 0..<9 {
            var selector = QueueSelector()
            switch place {
            case 0: selector.site = "direct:@google"
            case 1: selector.destination = Domain(canonical: "xn--bcher-kva.example")
            case 2: selector.tenant = Sample.tenant
            case 3: selector.campaign = Sample.id(9)
            case 4: selector.stream = .broadcast
            case 5: selector.message = Sample.id(7)
            case 6: selector.pool = "warm"
            case 7: selector.everything = true
            default:
                selector.tenant = Sample.tenant
                selector.stream = .transactional
                selector.andLater = true
            }
            selectors.append(selector)
        }
        return selectors.enumerated().map { place, selector in
            StandingRoute(
                id: Sample.id(place), selector: selector, pool: place % 3 == 0 ? nil : "cold",
                upTo: place % 2 == 0 ? nil : .max, since: noon)
        }
    }

    @Test func `everything comes back as it was`() throws {
        for hold in Self.holds() { #expect(try ControlCodec.hold(ControlCodec.encode(hold)) == hold) }
        for limit in Self.limits() {
            let found = try ControlCodec.limit(ControlCodec.encode(limit, since: Self.noon))
            #expect(found.limit == limit && found.since == Self.noon)
        }
        for route in Self.routes() { #expect(try ControlCodec.route(ControlCodec.encode(route)) == route) }
    }

    /// Whatever the bytes, each decoder returns or throws.
    @Test func `damaged values are refused and never trap`() {
        var random = SplitMix64(seed: 5)
        let values =
            Self.holds().map(ControlCodec.encode) + Self.limits().map { ControlCodec.encode($0, since: Self.noon) }
            + Self.routes().map(ControlCodec.encode)
        var refused = 0
        var read = 0
        for _ in 0..<200 {
            for value in values {
                var bytes = value
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
                case 1: bytes.append(UInt8.random(in: 0...255, using: &random))
                case 2:
                    bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in .random(in: 0...255, using: &random)
                    }
                default:
                    for _ in 0..<3 {
                        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                    }
                }
                if let hold = try? ControlCodec.hold(bytes) {
                    read += 1
                    // What comes through can be reckoned with.
                    if let until = hold.until { _ = until - hold.since }
                } else {
                    refused += 1
                }
                if let (limit, since) = try? ControlCodec.limit(bytes) { _ = limit.until - since }
                _ = try? ControlCodec.route(bytes)
            }
        }
        #expect(refused > 5_000 && read > 100)
    }

    @Test func `values that make no sense are refused`() throws {
        var limit = Self.limits()[0]
        for share in [0, 1, -1, 2, Double.nan, .infinity] {
            limit.change = .slow(share)
            let bytes = ControlCodec.encode(limit, since: Self.noon)
            #expect(throws: CodecFailure.badValue) { try ControlCodec.limit(bytes) }
        }
        limit.change = .set(ThrottleLimits())
        #expect(throws: CodecFailure.badValue) { try ControlCodec.limit(ControlCodec.encode(limit, since: Self.noon)) }
        limit.change = .set(ThrottleLimits(connections: 0))
        #expect(throws: CodecFailure.badValue) { try ControlCodec.limit(ControlCodec.encode(limit, since: Self.noon)) }
        limit.change = .slow(0.5)
        limit.key = MeterKey(.tenant, "x")
        #expect(throws: CodecFailure.badValue) { try ControlCodec.limit(ControlCodec.encode(limit, since: Self.noon)) }
        var route = Self.routes()[0]
        route.selector = QueueSelector()
        #expect(throws: CodecFailure.badValue) { try ControlCodec.route(ControlCodec.encode(route)) }
        var hold = Self.holds()[0]
        hold.since = WallTime(milliseconds: .max)
        #expect(throws: CodecFailure.badValue) { try ControlCodec.hold(ControlCodec.encode(hold)) }
        var newer = ControlCodec.encode(Self.holds()[0])
        newer[0] = 9
        #expect(throws: CodecFailure.version(9)) { try ControlCodec.hold(newer) }
    }
}
